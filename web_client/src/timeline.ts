/**
 * Messages into rows: day lines, groups of one writer, and the unread line. Pure, and only over what the window
 * mounts.
 */
import { countsAsNew } from "./fresh.ts";
import { comparable } from "./muted.ts";
import { type Folds, type MessageRow, type Row, messageRow, waitingRow } from "./rows.ts";
import type { CircleState } from "./state.ts";
import type { OutboxEntry } from "./store.ts";
import { dayOf } from "./when.ts";
import { type Window, bounds } from "./window.ts";

export type * from "./rows.ts";

/** One writer's messages closer together than this share one name. */
export const GROUP_GAP = 5 * 60_000;

export interface TimelineInput extends Folds {
  readonly state: CircleState;
  readonly window: Window;
  readonly unreadAfter: number;
  readonly muted: readonly string[];
  readonly outbox: readonly OutboxEntry[];
  /** IANA zone of the viewer; absent is the device's. */
  readonly zone?: string;
}

export function timeline(input: TimelineInput): Row[] {
  const { state, window, unreadAfter } = input;
  const rows: Row[] = [];
  const { from, to } = bounds(state.entries, window);
  const words = input.muted.map(comparable).filter((word) => word !== "");
  let day = "";
  let before: MessageRow | null = null;
  // The line has its place only where all that came after the mark is held.
  let unreadDue = unreadAfter > 0 && unreadAfter >= state.low - 1;
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
      pushMessage(messageRow(entry, state, input, words));
    }
  }
  if (window.high === null) {
    for (const entry of input.outbox) {
      if (entry.circle !== state.id) continue;
      enterDay(entry.at);
      pushMessage(waitingRow(entry, state, words));
    }
  }
  return rows;
}
