/** One row of the timeline: what is shown of a message, and how it stands for this reader. Pure. */
import type { FlagStatus, Gesture, ReceivedGesture } from "./generated/protocol.ts";
import { holdsMuted } from "./muted.ts";
import { isWordless } from "./entry.ts";
import { type CircleState, type Covered, type Line, type Manner, type Message, messageAt } from "./state.ts";
import type { Facts, OutboxEntry } from "./store.ts";

/** `id` is the row's key: it stays the same from the moment of pressing send to the server's echo and after. */
export type Row = DayRow | UnreadRow | LineRow | MessageRow;

export interface DayRow {
  readonly kind: "day";
  readonly id: string;
  /** Any moment of it. */
  readonly at: number;
}

export interface UnreadRow {
  readonly kind: "unread";
  readonly id: "unread";
}

export interface LineRow {
  readonly kind: "line";
  readonly id: string;
  readonly seq: number;
  readonly line: Line;
}

/** What the message answers, from one's own log. */
export interface Quote {
  readonly seq: number;
  /**
   * `here`: `name` and `body` can be shown. `gone`: taken back or faded. `hidden`: folded, or hidden for oneself.
   * `above`: not read yet; a press loads it.
   */
  readonly is: "here" | "gone" | "hidden" | "above";
  readonly name: string;
  readonly body: string;
}

/**
 * How the words stand for this reader. `plain`: shown. `taken_back`: gone. `folded`, `held`, `withheld`: for all, as
 * `cover` says. `flagged`: one flagged it oneself. `aside`: its writer is set aside. `muted`: it holds a muted word.
 * `mine`: one folded it for oneself.
 * All but `plain`, `taken_back`, `held` and `withheld` can be opened; then `open` is true and the words are shown with
 * a way to close.
 */
export type Shown = "plain" | "taken_back" | "held" | "withheld" | "folded" | "flagged" | "aside" | "muted" | "mine";

export interface MessageRow {
  readonly kind: "message";
  readonly id: string;
  /** `null` while it is only in the outbox. */
  readonly seq: number | null;
  readonly key: string;
  readonly mine: boolean;
  readonly by: string;
  readonly name: string;
  readonly at: number;
  /** Starts a group: show name, seat mark and time. Every message still has them in its accessible name. */
  readonly first: boolean;
  readonly shown: Shown;
  readonly open: boolean;
  /** The words; "" where there are none to show. */
  readonly body: string;
  readonly edited: boolean;
  readonly rephrased: boolean;
  readonly cover: Covered | null;
  readonly quote: Quote | null;
  readonly manner: Manner;
  readonly share: boolean;
  /** A sentence that the closing showed, without a name. */
  readonly carried: boolean;
  /** `null` once it is in the log. */
  readonly sending: OutboxEntry["state"] | null;
  readonly why: OutboxEntry["why"];
  readonly code: string | null;
  readonly facts: Facts;
  /** Somebody answered it with a gesture (shown as "received" to all but its writer). */
  readonly received: boolean;
  /** Mine: who answered with what. */
  readonly answered: readonly ReceivedGesture[];
  /** What I gave. */
  readonly given: ReadonlySet<Gesture>;
  readonly flag: FlagStatus | null;
}

const UNCHANGED = { edited: false, rephrased: false, cover: null };
// One and the same for all rows that have none, so that rows can be compared field by field.
const NO_GIVEN: ReadonlySet<Gesture> = new Set();
const NO_ANSWERS: readonly ReceivedGesture[] = [];
const NO_FACTS: Facts = {};
/** Flags in these states no longer hide the message for the flagger. */
const SETTLED_FLAGS: ReadonlySet<FlagStatus> = new Set<FlagStatus>(["withdrawn", "rephrased", "taken_back"]);

/** What one opened, and what one folded for oneself, on this screen; by seq. */
export interface Folds {
  readonly opened: ReadonlySet<number>;
  readonly folded: ReadonlySet<number>;
}

/** How a message stands for this reader. `words` are the muted ones, prepared by `comparable`. */
function shownAs(message: Message, state: CircleState, words: readonly string[], folds?: Folds): Shown {
  const { cover } = message;
  if (message.takenBack) return "taken_back";
  if (cover !== null && isWordless(cover)) return cover.is;
  if (folds?.folded.has(message.seq)) return "mine";
  if (message.by === state.me) return cover?.is ?? "plain";
  const flag = state.flags.get(message.seq);
  if (flag && !SETTLED_FLAGS.has(flag)) return "flagged";
  if (state.aside.has(message.by)) return "aside";
  if (cover !== null) return cover.is;
  return holdsMuted(message.body ?? "", words) ? "muted" : "plain";
}

export function messageRow(
  message: Message,
  state: CircleState,
  folds: Folds,
  words: readonly string[],
): MessageRow {
  const mine = message.by === state.me || message.seq === state.carriedAt;
  return {
    kind: "message",
    id: mine ? message.key : `${message.by} ${message.key}`,
    seq: message.seq,
    key: message.key,
    mine,
    by: message.by,
    name: message.name,
    at: message.at,
    first: true,
    shown: shownAs(message, state, words, folds),
    open: folds.opened.has(message.seq),
    body: message.body ?? "",
    edited: message.edited,
    rephrased: message.rephrased,
    cover: message.cover,
    manner: message.manner,
    share: message.share,
    carried: message.carried,
    quote: message.replyTo === null ? null : quoteOf(message.replyTo, state, words),
    sending: null,
    why: null,
    code: null,
    facts: NO_FACTS,
    received: message.received,
    answered: state.answered.get(message.seq) ?? NO_ANSWERS,
    given: state.given.get(message.seq) ?? NO_GIVEN,
    flag: state.flags.get(message.seq) ?? null,
  };
}

export function waitingRow(entry: OutboxEntry, state: CircleState, words: readonly string[]): MessageRow {
  return {
    kind: "message",
    id: entry.key,
    seq: null,
    key: entry.key,
    mine: true,
    by: state.me,
    name: state.participants.get(state.me) ?? "",
    at: entry.at,
    first: true,
    shown: "plain",
    open: false,
    body: entry.body,
    ...UNCHANGED,
    manner: entry.manner,
    share: false,
    carried: false,
    quote: entry.replyTo === null ? null : quoteOf(entry.replyTo, state, words),
    sending: entry.state,
    why: entry.why,
    code: entry.code,
    facts: entry.facts,
    received: false,
    answered: NO_ANSWERS,
    given: NO_GIVEN,
    flag: null,
  };
}

function quoteOf(seq: number, state: CircleState, words: readonly string[]): Quote {
  const message = messageAt(state, seq);
  if (message === null) return { seq, is: seq < state.low && seq >= state.base ? "above" : "gone", name: "", body: "" };
  const { name, body } = message;
  const shown = shownAs(message, state, words);
  if (shown === "plain") return { seq, is: "here", name, body: body ?? "" };
  if (shown === "taken_back") return { seq, is: "gone", name, body: "" };
  return { seq, is: "hidden", name: shown === "folded" ? name : "", body: "" };
}
