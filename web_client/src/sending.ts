/** The outbox of this tab: kept in `sessionStorage` so that a reload loses nothing, shown through the store. */
import type { Manner } from "./entries.ts";
import { isLeaving } from "./leaving.ts";
import { onArrival } from "./intake.ts";
import { isFollowed } from "./following.ts";
import { Outbox } from "./outbox.ts";
import { type OutboxEntry, hold, outbox as shown, topicOf } from "./store.ts";
import { ask, socket } from "./wire.ts";

const NAME = "outbox";

const outbox = new Outbox({
  ask,
  isLive: () => socket.isLive,
  isFollowed,
  isElsewhere,
  changed(entries) {
    shown.value = entries;
    const left = entries.filter(({ state }) => state !== "sent");
    if (isLeaving()) return;
    if (left.length === 0) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, JSON.stringify(left));
  },
  now: Date.now,
  after: (ms, then) => void setTimeout(then, ms),
});

/** Take up what a reload left, and follow the logs. */
export function startOutbox(): void {
  const kept = sessionStorage.getItem(NAME);
  if (kept !== null) outbox.restore(JSON.parse(kept) as OutboxEntry[]);
  onArrival(({ circle, messages, last, me }) => {
    const keys = new Set(messages.filter(({ by }) => by === me).map(({ key }) => key));
    outbox.settle(circle, keys, last);
    if (!isElsewhere(circle)) outbox.wake(circle);
  });
  // The page asks before it is closed while words are still on their way.
  addEventListener("beforeunload", (event) => {
    if (!isLeaving() && shown.value.some(({ state }) => state === "waiting" || state === "sending")) event.preventDefault();
  });
}

/** Also for the moment between two turns: the piece is on its way to somebody. */
function isElsewhere(circle: string): boolean {
  const { turns, me } = hold(circle).state.peek();
  return turns?.phase === "going" && turns.holder !== me;
}

export function addToOutbox(circle: string, body: string, replyTo: number | null, manner: Manner): string {
  return outbox.add(circle, body, replyTo, topicOf(circle), manner);
}

export function retryInOutbox(key: string, body?: string): void {
  outbox.retry(key, body);
}

export function removeFromOutbox(key: string): void {
  outbox.remove(key);
}

/** Take words that still wait out of the line. */
export function takeFromOutbox(key: string): OutboxEntry | null {
  return outbox.take(key);
}

export function forgetOutbox(): void {
  outbox.clear();
}

/** Send what may go now: the connection is back, or another circle is on screen. */
export function pump(): void {
  outbox.pump();
}
