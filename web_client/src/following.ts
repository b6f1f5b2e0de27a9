/**
 * Which logs one follows: one's own, the circle on screen, and, unseen by those in them, the other circles one is in.
 * Asking for them, from where they were left.
 */
import { batch } from "@preact/signals";
import { type Personal, applyPlace } from "./apply_mine.ts";
import type { Watching } from "./generated/protocol.ts";
import { dropInbox, flush, mendGaps, onArrival, put } from "./intake.ts";
import { emptyCircle } from "./state.ts";
import { hold, person } from "./store.ts";
import { LATEST, newest } from "./window.ts";
import { ask, tell } from "./wire.ts";

const AGAIN_AFTER = 2_000;
/** So many entries are held of a circle that is not on screen; older ones are paged back to. */
const HELD_BESIDE = 200;

/** Addresses that are being asked for: what leaves a gap meanwhile is no reason to ask again. */
const asking = new Map<string, symbol>();
/** What one's own log told of circles that are being asked for. */
const meanwhile = new Map<string, readonly Personal[]>();
/** Addresses that were asked for on this connection. */
const followed = new Set<string>();
/** The circles one is in. */
let mine: readonly string[] = [];
let own = "";
let shown = "";
let catchingUp = false;

mendGaps((circle) => mend(addressOf(circle)));

onArrival(({ circle }) => {
  const { state } = hold(circle);
  if (circle !== shown) state.value = newest(state.value, HELD_BESIDE);
});

/** The connection is live: follow one's own log, the circle on screen and the others from where they were left. */
export function resume(address: string): void {
  asking.clear();
  meanwhile.clear();
  followed.clear();
  own = address;
  void watch(own);
  if (shown !== "") void watch(addressOf(shown));
  void followAll();
}

/** Follow these circles, those one is in, and no others but the one on screen. */
export function follow(circles: readonly string[]): void {
  const gone = mine.filter((circle) => !circles.includes(circle) && circle !== shown);
  mine = circles;
  for (const circle of gone) unfollow(addressOf(circle));
  void followAll();
}

/** Be in a circle because it is on screen now. The one before is followed unseen, or not at all; "" shows none. */
export function show(circle: string): void {
  if (shown === circle) return;
  const before = shown;
  shown = circle;
  if (circle !== "") begin(circle);
  if (before === "") return;
  if (mine.includes(before)) void watch(addressOf(before));
  else unfollow(addressOf(before));
}

function begin(circle: string): void {
  const held = hold(circle);
  batch(() => {
    const { value: before } = held.state;
    held.state.value = before.phase === "outside" ? emptyCircle(circle) : { ...before, stale: true };
    held.unreadAfter.value = held.read.value;
    held.window.value = LATEST;
    held.atEnd.value = true;
  });
  void watch(addressOf(circle));
}

/** One after the other, so that what is on screen never waits behind them all. */
async function followAll(): Promise<void> {
  if (catchingUp) return;
  catchingUp = true;
  for (;;) {
    const next = mine.find((circle) => !followed.has(addressOf(circle)));
    if (own === "" || next === undefined) break;
    await watch(addressOf(next));
  }
  catchingUp = false;
}

function unfollow(on: string): void {
  followed.delete(on);
  tell({ do: "log.unwatch", on });
}

/** Whether what is said in this circle comes by itself. */
export function isFollowed(circle: string): boolean {
  return followed.has(addressOf(circle)) && hold(circle).state.value.phase === "inside";
}

export function shownCircle(): string {
  return shown;
}

/** Ask for a log from its cursor; `fresh` asks for it anew. */
export async function watch(on: string, fresh = false): Promise<void> {
  flush();
  const { epoch, last } = on === own ? person.value : hold(idOf(on)).state.value;
  const after = fresh || epoch === null ? null : last;
  const turn = Symbol(on);
  asking.set(on, turn);
  followed.add(on);
  const present = on === own || on === addressOf(shown);
  const answer = await ask({ do: "log.watch", on, epoch: after === null ? null : epoch, after, present });
  if (asking.get(on) !== turn) return;
  asking.delete(on);
  const told = meanwhile.get(on) ?? [];
  meanwhile.delete(on);
  if ("ok" in answer) {
    begun(answer.ok as Watching, after);
    for (const event of told) put(event.circle, { is: "personal", event });
    return;
  }
  if (!("refused" in answer)) return;
  const { code, retry_after: wait } = answer.refused;
  if (code === "log.not_found") {
    if (on !== own) put(idOf(on), { is: "outside" });
  } else setTimeout(() => followed.has(on) && void watch(on, fresh), Number(wait ?? AGAIN_AFTER));
}

/** One's own log told of a circle. An answer on its way may be older than that, so it is taken in again after it. */
export function takePersonal(event: Personal): void {
  put(event.circle, { is: "personal", event });
  const on = addressOf(event.circle);
  if (asking.has(on)) meanwhile.set(on, [...(meanwhile.get(on) ?? []), event]);
}

/** Something of a log was passed over: ask for it again, unless that is under way. */
export function mend(on: string): void {
  if (followed.has(on) && !asking.has(on)) void watch(on);
}

/** The server has ended the watch. */
export function isOver(on: string): void {
  followed.delete(on);
}

export function ownAddress(): string {
  return own;
}

/** Nobody is signed in any more. */
export function forgetLogs(): void {
  dropInbox();
  asking.clear();
  meanwhile.clear();
  followed.clear();
  mine = [];
  own = "";
  shown = "";
}

function begun(answer: Watching, after: number | null): void {
  if (answer.on === own) person.value = applyPlace(person.value, answer, after);
  else put(idOf(answer.on), { is: "watching", watching: answer, after });
}

/** The circle of an address. */
export function idOf(address: string): string {
  return address.slice(address.indexOf("/") + 1);
}

export function addressOf(circle: string): string {
  return `circle/${circle}`;
}
