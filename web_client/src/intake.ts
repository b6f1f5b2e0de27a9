/** Takes in what comes about circles, once for each painted frame, and tells those who wait for messages. */
import { batch } from "@preact/signals";
import { type Incoming, apply } from "./apply.ts";
import { isLooking } from "./attention.ts";
import { type CircleState, type Message, isCaughtUp, placeOf } from "./state.ts";
import { type CircleHold, hold } from "./store.ts";
import { newSince } from "./fresh.ts";
import { LATEST, settle } from "./window.ts";

/** A hidden tab paints no frames; then, and at the latest after this, what came is taken in by a timer. */
const AT_LATEST = 100;
/** What comes in a row after an absence is drawn at once when it is all here, or at the latest after this. */
const CATCH_UP_AT_MOST = 400;

/** A log moved on: the messages that came with it, and how far it now is. */
export interface Arrival {
  readonly circle: string;
  readonly messages: readonly Message[];
  readonly last: number;
  readonly me: string;
  /** They were said just now; false while catching up. */
  readonly live: boolean;
}

const arrivals = new Set<(arrival: Arrival) => void>();
/** What came about a circle and waits to be taken in, and since when (`performance.now()`). */
interface Waiting {
  readonly since: number;
  readonly items: Incoming[];
}

const inbox = new Map<string, Waiting>();
let onGap: (circle: string) => void = () => undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let frame = 0;

/** Be told whenever a log moved on. */
export function onArrival(heard: (arrival: Arrival) => void): void {
  arrivals.add(heard);
}

/** Who asks for a log again when something of it was passed over. */
export function mendGaps(ask: (circle: string) => void): void {
  onGap = ask;
}

export function put(circle: string, item: Incoming): void {
  const waiting = inbox.get(circle);
  if (waiting) waiting.items.push(item);
  else inbox.set(circle, { since: performance.now(), items: [item] });
  if (timer === undefined) plan();
}

function plan(): void {
  timer = setTimeout(flushWhole, document.visibilityState === "visible" ? AT_LATEST : 0);
  frame = requestAnimationFrame(flushWhole);
}

/** Circles do not wait for each other: one that is still coming in keeps no other from being drawn. */
function flushWhole(): void {
  rest();
  const isDue = ({ since }: Waiting): boolean => performance.now() - since >= CATCH_UP_AT_MOST;
  take([...inbox].filter(([circle, waiting]) => isDue(waiting) || !isComingIn(hold(circle).state.value, waiting.items)));
  if (inbox.size > 0 && timer === undefined) plan();
}

/** The log was asked for, and its newest event of then is still on its way. */
function isComingIn({ head, last }: CircleState, items: readonly Incoming[]): boolean {
  for (const item of items) {
    if (item.is === "watching") [head, last] = [item.watching.head, item.watching.start - 1];
    else if (item.is === "event") last = Math.max(last, item.seq);
  }
  return last < head;
}

/** Take in what waits, now: for whoever needs to know how far a log is. */
export function flush(): void {
  rest();
  take([...inbox]);
}

function rest(): void {
  clearTimeout(timer);
  cancelAnimationFrame(frame);
  timer = undefined;
}

function take(taken: readonly (readonly [string, Waiting])[]): void {
  for (const [circle] of taken) inbox.delete(circle);
  for (const [circle, { items }] of taken) batch(() => takeIn(hold(circle), items));
}

export function dropInbox(): void {
  inbox.clear();
}

/** Change what only this screen knows yet; the log says the same a moment later. */
export function patchCircle(circle: string, change: Partial<CircleState>): void {
  const { state } = hold(circle);
  state.value = { ...state.value, ...change };
}

function takeIn(held: CircleHold, items: readonly Incoming[]): void {
  const before = held.state.value;
  const now = apply(before, items);
  const live = isCaughtUp(before) && before.last >= now.head && now.epoch === before.epoch;
  const anew = now.epoch !== before.epoch || now.low > before.last + 1;
  held.read.value = Math.max(held.read.value, now.read);
  if (before.phase === "asking" && now.phase === "inside") held.unreadAfter.value = held.read.value;
  held.state.value = now;
  held.window.value = settle(now.entries, anew ? LATEST : held.window.value, held.atEnd.value);
  held.unreadAfter.value = unreadLine(held, before, live);
  if (now.gap) onGap(held.id);
  if (now.last === before.last) return;
  const since = now.epoch === before.epoch ? before.last : now.low - 1;
  const messages = now.entries.slice(placeOf(now.entries, since + 1)).filter((entry) => entry.kind === "message");
  for (const heard of arrivals) heard({ circle: held.id, messages, last: now.last, me: now.me, live });
}

/**
 * Where the unread line belongs now. It is set on coming in, and for what comes while nobody looks; it never moves
 * under somebody's eyes.
 */
function unreadLine(held: CircleHold, before: CircleState, live: boolean): number {
  const now = held.state.value;
  const line = held.unreadAfter.value;
  if (!isCaughtUp(now)) return line;
  if (!live) return newSince(now, line) > 0 ? line : 0;
  const isAway = !isLooking();
  const isFree = line === 0 || (isAway && line < held.read.value);
  const isUnseen = isAway || !held.atEnd.value;
  return isFree && isUnseen && newSince(now, before.last) > 0 ? before.last : line;
}
