/** What a flag says was felt, in words: as a choice, and as it is named to others. */
import type { FlagStatus } from "./generated/protocol.ts";
import type { Category } from "./state.ts";
import { type PlainKey, t } from "./words.ts";

/** In the order in which they are offered. */
export const CATEGORIES: readonly Category[] = [
  "disrespect",
  "pressure",
  "safety",
  "privacy",
  "threat",
  "illegal",
  "spam",
];

const CHOICES: Readonly<Record<Category, PlainKey>> = {
  disrespect: "flagDisrespect",
  pressure: "flagPressure",
  safety: "flagSafety",
  privacy: "flagPrivacy",
  threat: "flagThreat",
  illegal: "flagIllegal",
  spam: "flagSpam",
};

const FELT: Readonly<Record<Category, PlainKey>> = {
  disrespect: "feltDisrespect",
  pressure: "feltPressure",
  safety: "feltSafety",
  privacy: "feltPrivacy",
  threat: "feltThreat",
  illegal: "feltIllegal",
  spam: "feltSpam",
};

const STATUS: Readonly<Record<FlagStatus, PlainKey>> = {
  received: "statusReceived",
  folded: "statusFolded",
  held: "statusHeld",
  reading: "statusReading",
  kept: "statusKept",
  confirmed: "statusConfirmed",
  withheld: "statusWithheld",
  lapsed: "statusLapsed",
  withdrawn: "statusWithdrawn",
  rephrased: "statusRephrased",
  taken_back: "statusTakenBack",
};

export function choiceWords(kind: Category): string {
  return t(CHOICES[kind]);
}

/** "disrespect", "a threat": what was felt, in the middle of a sentence; one by one where there are several. */
export function felt(...kinds: readonly Category[]): string {
  return kinds.map((kind) => t(FELT[kind])).join(", ");
}

/** Where one's own flag stands. */
export function statusWords(status: FlagStatus): string {
  return t(STATUS[status]);
}
