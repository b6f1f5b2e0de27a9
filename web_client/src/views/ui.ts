/** What is open on this screen only: a dialog, what the composer is for, a short notice with an undo. */
import { type Signal, signal } from "@preact/signals";
import { draftOf, saveDraft } from "../drafts.ts";
import type { CareOffer, Letter } from "../generated/protocol.ts";
import { route } from "../router.ts";
import { forgetSeats } from "../seats.ts";
import { takeFromOutbox } from "../sending.ts";

export type Sheet =
  | { readonly is: "people" | "host" | "leave" | "hard_time" | "calmer" | "manner" | "round" | "agreement" }
  | { readonly is: "tend" | "carry" | "keep_words" }
  | { readonly is: "message" | "flag" | "take_back"; readonly seq: number }
  | { readonly is: "worried"; readonly seq: number | null }
  | { readonly is: "search"; readonly circle: string | null }
  | { readonly is: "offer"; readonly offer: CareOffer }
  | { readonly is: "letter"; readonly letter: Letter };

export const sheet = signal<Sheet | null>(null);

export function closeSheet(): void {
  sheet.value = null;
}

/** Look for words in the circle on screen; anywhere else, in all of one's own. */
export function openSearch(): void {
  const { value: here } = route;
  sheet.value = { is: "search", circle: here.at === "circle" ? here.circle : null };
}

/** What the words in the box will become. An answer is kept with the draft; a change is not. */
export type Intent =
  | { readonly is: "new"; readonly replyTo: number | null }
  | { readonly is: "edit" | "rephrase"; readonly seq: number };

const intents = new Map<string, Signal<Intent>>();

export function intentOf(circle: string): Signal<Intent> {
  let found = intents.get(circle);
  if (!found) {
    found = signal<Intent>({ is: "new", replyTo: draftOf(circle).replyTo });
    intents.set(circle, found);
  }
  return found;
}

export function answer(circle: string, seq: number | null): void {
  intentOf(circle).value = { is: "new", replyTo: seq };
  saveDraft(circle, { text: draftOf(circle).text, replyTo: seq });
}

/** Put words in the box, unless somebody has begun to write there. */
export function suggest(circle: string, seq: number | null, text: string): void {
  const draft = draftOf(circle);
  saveDraft(circle, { text: draft.text === "" ? text : draft.text, replyTo: seq });
  intentOf(circle).value = { is: "new", replyTo: seq };
}

/** Words that still wait to go come back into the box, before what was begun there meanwhile. */
export function keepAsDraft(key: string): void {
  const words = takeFromOutbox(key);
  if (words === null) return;
  const { circle, body } = words;
  const draft = draftOf(circle);
  const replyTo = draft.text === "" ? words.replyTo : draft.replyTo;
  // How they were to be met comes back with them.
  const like = draft.text === "" ? { manner: words.manner } : {};
  saveDraft(circle, { text: draft.text === "" ? body : `${body}\n${draft.text}`, replyTo, ...like });
  const intent = intentOf(circle);
  if (intent.value.is === "new") intent.value = { is: "new", replyTo };
}

export interface Notice {
  readonly text: string;
  readonly undo: (() => void) | null;
}

export const notice = signal<Notice | null>(null);
const NOTICE_STAYS = 10_000;
let leaving: ReturnType<typeof setTimeout> | undefined;

export function tellNotice(text: string, undo: (() => void) | null = null): void {
  clearTimeout(leaving);
  notice.value = { text, undo };
  leaving = setTimeout(forgetNotice, NOTICE_STAYS);
}

export function forgetNotice(): void {
  clearTimeout(leaving);
  notice.value = null;
}

/** The message one was at before following a quote, and where it stood in the view, to go back to. */
export const cameFrom = signal<{ readonly circle: string; readonly seq: number; readonly top: number } | null>(null);

/** Forget all of it: another person may sit here next. */
export function forgetScreen(): void {
  intents.clear();
  forgetSeats();
  closeSheet();
  forgetNotice();
  cameFrom.value = null;
}
