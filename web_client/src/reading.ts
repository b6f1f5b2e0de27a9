/** Reading: pages, jumps, what was missed, the private read mark. */
import { batch } from "@preact/signals";
import { patchCircle } from "./intake.ts";
import { page } from "./logs.ts";
import { messageAt } from "./state.ts";
import { type CircleHold, hold } from "./store.ts";
import { command } from "./wire.ts";
import { LATEST, around, bounds, hasAbove, stepDown, stepUp } from "./window.ts";

const PAGE = 50;
const LONG_PAGE = 200;
/** So many long pages are read by themselves to find the unread line; 500 events with the first. */
const PAGES_TO_UNREAD = 2;
/** Marks go out at most this often; the newest wins. */
const MARK_EVERY = 500;

const marks = new Map<string, ReturnType<typeof setTimeout>>();

/** Show what came before: rows already held first, then the next page. False: there is no more, or it failed. */
export async function older(circle: string): Promise<boolean> {
  const held = hold(circle);
  if (hasAbove(held.state.value.entries, held.window.value)) {
    held.window.value = stepUp(held.state.value.entries, held.window.value);
    return true;
  }
  const read = await readPage(held, PAGE);
  if (read && hasAbove(held.state.value.entries, held.window.value)) {
    held.window.value = stepUp(held.state.value.entries, held.window.value);
  }
  return read;
}

/** Show what comes after the rows that are mounted. */
export function newer(circle: string): void {
  const held = hold(circle);
  held.window.value = stepDown(held.state.value.entries, held.window.value);
}

/** Mount the end of the log (scrolling there is `scroll.ts`'s). */
export function toLatest(circle: string): void {
  const held = hold(circle);
  held.window.value = LATEST;
  held.atEnd.value = true;
}

/** Mount the message at `seq`, reading as many pages as that takes. False: it is gone or cannot be read. */
export async function jumpTo(circle: string, seq: number): Promise<boolean> {
  const held = hold(circle);
  while (held.state.value.low > seq) {
    if (!(await readPage(held, LONG_PAGE))) return false;
  }
  if (messageAt(held.state.value, seq) === null) return false;
  const { entries } = held.state.value;
  const { from, to } = bounds(entries, held.window.value);
  const mounted = (entries[from]?.seq ?? Infinity) <= seq && seq <= (entries[to - 1]?.seq ?? -1);
  if (!mounted) held.window.value = around(entries, seq);
  return true;
}

/** "From where I was": after much was missed, mount the log from there. The value is the seq to show first. */
export async function readFrom(circle: string): Promise<number | null> {
  const held = hold(circle);
  const from = held.state.value.away?.from;
  if (from === undefined) return null;
  while (held.state.value.low > Math.max(from + 1, held.state.value.base)) {
    if (!(await readPage(held, LONG_PAGE))) return null;
  }
  dismissAway(circle);
  const { entries } = held.state.value;
  const first = entries.find((entry) => entry.seq > from && entry.kind === "message")?.seq ?? null;
  if (first !== null) {
    batch(() => {
      held.atEnd.value = false;
      held.window.value = around(entries, first);
    });
  }
  return first;
}

/**
 * Read back to where the unread line belongs. Where that is far, the log stays as it is and `away` says what was
 * missed.
 */
export async function reachUnread(circle: string): Promise<void> {
  const { state, unreadAfter } = hold(circle);
  const from = unreadAfter.value;
  const isReached = (): boolean => from === 0 || state.value.low <= Math.max(from + 1, state.value.base);
  for (let pages = 0; pages < PAGES_TO_UNREAD && !isReached(); pages++) {
    if (!(await readPage(hold(circle), LONG_PAGE))) return;
  }
  if (!isReached()) patchCircle(circle, { away: { missed: state.value.last - from, from } });
}

/** "Latest": what was missed stays behind, and can still be paged back to. */
export function dismissAway(circle: string): void {
  patchCircle(circle, { away: null });
}

/** One has read up to `seq`. Private; told to one's own place only, so that the unread line is right next time. */
export function markRead(circle: string, seq: number): void {
  const held = hold(circle);
  if (seq <= held.read.value) return;
  held.read.value = seq;
  if (marks.has(circle)) return;
  const tellMark = (): void => {
    marks.delete(circle);
    void command({ do: "read.mark", circle, seq: held.read.value });
  };
  marks.set(circle, setTimeout(tellMark, MARK_EVERY));
}

async function readPage(held: CircleHold, limit: number): Promise<boolean> {
  const { low, base } = held.state.value;
  if (low <= base || held.older.value === "reading") return false;
  held.older.value = "reading";
  const read = await page(held.id, low, limit);
  held.older.value = read ? "idle" : "failed";
  return read;
}
