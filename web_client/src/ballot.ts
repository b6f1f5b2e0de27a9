/** A ballot as it is being filled in: what may be marked, what is still missing, the letter it would make. Pure. */
import { isHard } from "./flagging.ts";
import type { CaseToRead, CastBallot, MyBallot, ReadMessage } from "./generated/protocol.ts";
import type { Reasons } from "./reasons.ts";
import type { Category } from "./state.ts";

/** What one seat says so far; `null` where nothing is chosen yet. */
export interface Marks {
  readonly contents: readonly (number | null)[];
  /** Held messages that should stay covered while the panel goes on, by place. */
  readonly holds: readonly boolean[];
  readonly person: number | null;
  readonly code: Category | null;
  /** Line of the agreement, from 1; 0 is none of them. */
  readonly clause: number | null;
  readonly sentence: string;
}

/** A mark one may choose. `asks`: it is more than this panel decides, and asks for two more people. */
export interface Choice {
  readonly level: number;
  readonly asks: boolean;
}

export type Missing = "content" | "person" | "code" | "hard" | "clause" | "sentence";

/** The most that there is on each axis. */
const CONTENT_END = 2;
const PERSON_END = 5;
/** Most code points of the one sentence. */
export const SENTENCE_LIMIT = 300;

export function blank({ messages }: CaseToRead): Marks {
  return {
    // Words that have faded since are read for the person only.
    contents: messages.map(({ gone }) => ((gone ?? false) ? 0 : null)),
    holds: messages.map(() => false),
    person: null,
    code: onlyKind(messages),
    clause: null,
    sentence: "",
  };
}

/** What was cast before, to begin with in the second round or after taking it back. */
export function marksOf({ messages }: CaseToRead, ballot: MyBallot): Marks {
  const mark = (item: number) => ballot.messages.find((one) => one.item === item);
  return {
    contents: messages.map(({ item, gone }) => ((gone ?? false) ? 0 : (mark(item)?.content ?? null))),
    holds: messages.map(({ item }) => mark(item)?.hold ?? false),
    person: ballot.person ?? 0,
    code: ballot.code ?? null,
    clause: ballot.code == null ? null : (ballot.clause ?? 0),
    sentence: ballot.sentence ?? "",
  };
}

/** Withholding is only for what is hard to bear: exposing, threatening, illegal, selling. */
export function contentChoices(read: CaseToRead, message: ReadMessage): Choice[] {
  const hard = (message.kinds ?? []).some(isHard);
  const most = hard ? CONTENT_END : 1;
  return choices(read.content_most, most, read.more ?? false);
}

export function personChoices(read: CaseToRead): Choice[] {
  return choices(read.person_most, PERSON_END, read.more ?? false);
}

/** One step beyond what the panel decides may be asked for, where two more people can be drawn. */
function choices(most: number, end: number, more: boolean): Choice[] {
  const reach = Math.min(end, more ? most + 1 : most);
  return Array.from({ length: reach + 1 }, (_, level) => ({ level, asks: level > most }));
}

/** Anything above nothing needs a reason. */
export function needsReason({ contents, person }: Marks): boolean {
  return (person ?? 0) > 0 || contents.some((content) => (content ?? 0) > 0);
}

/** The first thing that is still to be said; `null` where the ballot can be cast. */
export function missing(marks: Marks): Missing | null {
  if (marks.contents.includes(null)) return "content";
  if (marks.person === null) return "person";
  if (!needsReason(marks)) return null;
  if (marks.code === null) return "code";
  if (isForHard(marks) && !isHard(marks.code)) return "hard";
  if (marks.clause === null) return "clause";
  return marks.sentence.trim() === "" ? "sentence" : null;
}

/** Withholding and covering are only for hard kinds. */
function isForHard({ contents, holds }: Marks): boolean {
  return contents.includes(CONTENT_END) || contents.some((content, at) => (content ?? 0) > 0 && (holds[at] ?? false));
}

/** The command for complete marks. */
export function castOf(seat: string, { messages }: CaseToRead, marks: Marks): Omit<CastBallot, "do" | "ref"> {
  const reasoned = needsReason(marks);
  return {
    seat,
    messages: messages.flatMap(({ item, gone }, at) => {
      if (gone ?? false) return [];
      // A message that is left as it is does not stay covered.
      const content = marks.contents[at] ?? 0;
      return [{ item, content, hold: content > 0 && (marks.holds[at] ?? false) }];
    }),
    person: marks.person ?? 0,
    ...(reasoned ? { code: marks.code, clause: marks.clause ?? 0, sentence: marks.sentence.trim() } : {}),
  };
}

/** The letter that a decision by these marks would be, as far as it is known before the others have answered. */
export function previewOf(read: CaseToRead, marks: Marks): Reasons {
  const { size, appeal = false } = read.seat;
  const person = marks.person ?? 0;
  const contents = marks.contents.map((content) => content ?? 0);
  const sentence = marks.sentence.trim();
  const flagged = read.messages.map(({ item, lines }) => [item, lines.find((line) => line.flagged)?.body ?? ""] as const);
  return {
    outcomes: read.messages.flatMap(({ item, gone }, at) => (gone ? [] : [{ target: item, content: contents[at] ?? 0 }])),
    person,
    code: marks.code,
    clause: marks.clause === null || marks.clause === 0 ? null : (read.agreement[marks.clause - 1] ?? null),
    sentences: sentence === "" ? [] : [sentence],
    agreed: fewest(size, person >= 3 || contents.includes(CONTENT_END)),
    size,
    second: appeal,
    mine: true,
    recall: new Map(flagged),
  };
}

/** How many of a panel it takes: more than half, and for a pause or withholding more than two thirds. */
function fewest(size: number, strict: boolean): number {
  return strict ? Math.floor((2 * size) / 3) + 1 : Math.floor(size / 2) + 1;
}

function onlyKind(messages: readonly ReadMessage[]): Category | null {
  const kinds = new Set(messages.flatMap((message) => message.kinds ?? []));
  const [first] = kinds;
  return kinds.size === 1 && first !== undefined ? first : null;
}
