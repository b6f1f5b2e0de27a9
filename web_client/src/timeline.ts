/**
 * Messages into rows: day lines, groups of one writer, the unread line, and what is folded, set aside or muted.
 * Pure, and only over what the window mounts.
 */
import type { FlagStatus, Gesture, ReceivedGesture } from "./generated/protocol.ts";
import { type CircleState, type Line, type Message, messageAt } from "./state.ts";
import type { Facts, OutboxEntry } from "./store.ts";
import { dayOf } from "./when.ts";
import { type Window, bounds } from "./window.ts";

/** One writer's messages closer together than this share one name. */
export const GROUP_GAP = 5 * 60_000;

/** `id` is the row's key: it stays the same from the moment of pressing send to the server's echo and after. */
export type Row = DayRow | UnreadRow | LineRow | MessageRow;

export interface DayRow {
  readonly kind: "day";
  readonly id: string;
  /** Any moment of that day. */
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
  /** `here`: `name` and `body` can be shown. `gone`: taken back or faded. `hidden`: folded, or hidden for oneself. `above`: not read yet; a press loads it. */
  readonly is: "here" | "gone" | "hidden" | "above";
  readonly name: string;
  readonly body: string;
}

/**
 * How the words stand for this reader. `plain`: shown. `taken_back`: gone. `folded`: for all, until `foldedUntil`.
 * `flagged`: one flagged it oneself. `aside`: its writer is set aside. `muted`: it holds a muted word.
 * All but `plain` and `taken_back` can be opened; then `open` is true and the words are shown with a way to close.
 */
export type Shown = "plain" | "taken_back" | "folded" | "flagged" | "aside" | "muted";

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
  /** The words; "" once taken back. */
  readonly body: string;
  readonly edited: boolean;
  readonly rephrased: boolean;
  readonly foldedUntil: number | null;
  readonly quote: Quote | null;
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

export interface TimelineInput {
  readonly state: CircleState;
  readonly window: Window;
  readonly unreadAfter: number;
  readonly opened: ReadonlySet<number>;
  readonly muted: readonly string[];
  readonly outbox: readonly OutboxEntry[];
  /** IANA zone of the viewer; absent is the device's. */
  readonly zone?: string;
}

const NO_GIVEN: ReadonlySet<Gesture> = new Set<Gesture>();
const NO_FACTS: Facts = {};
/** Flags in these states no longer hide the message for the flagger. */
const SETTLED_FLAGS: ReadonlySet<FlagStatus> = new Set<FlagStatus>(["withdrawn", "rephrased", "taken_back"]);

export function timeline(input: TimelineInput): Row[] {
  const { state, window, unreadAfter } = input;
  const rows: Row[] = [];
  const { from, to } = bounds(state.entries, window);
  const words = input.muted.map(folded).filter((word) => word !== "");
  let day = "";
  let before: MessageRow | null = null;
  let unreadDue = unreadAfter > 0;
  const enterDay = (at: number): void => {
    const today = dayOf(at, input.zone);
    if (today === day) return;
    day = today;
    before = null;
    rows.push({ kind: "day", id: `day ${today}`, at });
  };
  const pushMessage = (row: MessageRow): void => {
    const last: MessageRow | null = before;
    const joins = last !== null && last.by === row.by && row.at - last.at < GROUP_GAP;
    before = joins ? { ...row, first: false } : row;
    rows.push(before);
  };
  if (from > 0 && unreadDue && (state.entries[from - 1]?.seq ?? 0) > unreadAfter) unreadDue = false;
  for (let index = from; index < to; index++) {
    const entry = state.entries[index];
    if (!entry) break;
    if (unreadDue && entry.seq > unreadAfter && countsAsNew(entry, state)) {
      unreadDue = false;
      before = null;
      enterDay(entry.at);
      rows.push({ kind: "unread", id: "unread" });
    }
    if (entry.kind === "line") {
      if (entry.what === "entered") enterDay(entry.at);
      before = null;
      rows.push({ kind: "line", id: `line ${entry.seq}`, seq: entry.seq, line: entry });
    } else {
      enterDay(entry.at);
      pushMessage(messageRow(entry, input, words));
    }
  }
  if (window.high === null) {
    const here = ownKeys(state, input.outbox);
    for (const entry of input.outbox) {
      if (entry.circle !== state.id || here.has(entry.key)) continue;
      enterDay(entry.at);
      pushMessage(waitingRow(entry, state));
    }
  }
  return rows;
}

/** How many messages of others lie after `seq`: what "3 new" counts. */
export function newSince(state: CircleState, seq: number): number {
  let count = 0;
  for (let index = state.entries.length - 1; index >= 0; index--) {
    const entry = state.entries[index];
    if (!entry || entry.seq <= seq) break;
    if (countsAsNew(entry, state)) count++;
  }
  return count;
}

function countsAsNew(entry: Message | Line, state: CircleState): boolean {
  return entry.kind === "message" && entry.by !== state.me && entry.body !== null && !state.aside.has(entry.by);
}

function ownKeys(state: CircleState, outbox: readonly OutboxEntry[]): ReadonlySet<string> {
  const wanted = new Set(outbox.filter((entry) => entry.circle === state.id).map((entry) => entry.key));
  const found = new Set<string>();
  if (wanted.size === 0) return found;
  for (const entry of state.entries) {
    if (entry.kind === "message" && entry.by === state.me && wanted.has(entry.key)) found.add(entry.key);
  }
  return found;
}

function shownAs(message: Message, state: CircleState, words: readonly string[]): Shown {
  if (message.body === null) return "taken_back";
  if (message.by === state.me) return message.foldedUntil === null ? "plain" : "folded";
  const flag = state.flags.get(message.seq);
  if (flag && !SETTLED_FLAGS.has(flag)) return "flagged";
  if (state.aside.has(message.by)) return "aside";
  if (message.foldedUntil !== null) return "folded";
  if (words.length > 0) {
    const body = folded(message.body);
    if (words.some((word) => body.includes(word))) return "muted";
  }
  return "plain";
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase().trim();
}
