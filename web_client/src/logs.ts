/** The logs one watches: cursors, catching up, and taking in what comes, once for each painted frame. */
import { batch } from "@preact/signals";
import { type Incoming, apply } from "./apply.ts";
import { applyPersonEvent, applyPlace } from "./apply_mine.ts";
import type { Logged, Watching } from "./generated/protocol.ts";
import { LATEST, settle } from "./window.ts";
import { type CircleState, type Message, emptyCircle, placeOf } from "./state.ts";
import { hold, person } from "./store.ts";
import { ask, tell } from "./wire.ts";

/** A hidden tab paints no frames; then, and at the latest after this, what came is taken in by a timer. */
const AT_LATEST = 100;
const AGAIN_AFTER = 2_000;

/** Messages that just came in, and how far the log now is. */
export interface Arrival {
  readonly circle: string;
  readonly messages: readonly Message[];
  readonly last: number;
  readonly me: string;
  /** They were said just now; false while catching up. */
  readonly live: boolean;
}

const arrivals = new Set<(arrival: Arrival) => void>();
const inbox = new Map<string, Incoming[]>();
/** Addresses that are being asked for: what leaves a gap meanwhile is no reason to ask again. */
const asking = new Map<string, symbol>();
let own = "";
let shown = "";
let timer: ReturnType<typeof setTimeout> | undefined;
let frame = 0;

/** Be told whenever a log moved on, with the messages that came. The value ends it. */
export function onArrival(heard: (arrival: Arrival) => void): () => void {
  arrivals.add(heard);
  return () => arrivals.delete(heard);
}

/** The connection is live: follow one's own log and the circle on screen from where they were left. */
export function resume(address: string): void {
  asking.clear();
  own = address;
  void watch(own);
  if (shown !== "") void watch(`circle/${shown}`);
}

/** Follow a circle because it is on screen now, and stop following the one before. "" follows none. */
export function show(circle: string): void {
  if (shown !== "" && shown !== circle) tell({ do: "log.unwatch", on: `circle/${shown}` });
  const again = shown === circle && hold(circle).state.value.phase === "inside";
  shown = circle;
  if (circle === "" || again) return;
  const held = hold(circle);
  if (held.state.value.phase === "outside") held.state.value = emptyCircle(circle);
  batch(() => {
    held.unreadAfter.value = held.state.value.read;
    held.window.value = LATEST;
    held.atEnd.value = true;
  });
  void watch(`circle/${circle}`);
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
  const answer = await ask({ do: "log.watch", on, epoch: after === null ? null : epoch, after });
  if (asking.get(on) !== turn) return;
  asking.delete(on);
  if ("ok" in answer) return begun(answer.ok as Watching, after);
  if (!("refused" in answer)) return;
  const { code, retry_after: wait } = answer.refused;
  if (code === "log.not_found" && on !== own) put(idOf(on), { is: "outside" });
  else setTimeout(() => void watch(on, fresh), Number(wait ?? AGAIN_AFTER));
}

/** The next event of a log. */
export function takeEvent(on: string, logged: Logged): void {
  if (on !== own) return put(idOf(on), { is: "event", seq: logged.seq, event: logged.event });
  const before = person.value;
  const now = applyPersonEvent(before, logged);
  person.value = now;
  if (now.gap && !asking.has(own)) void watch(own);
  if (now.last === before.last) return;
  const { event } = logged;
  switch (event.kind) {
    case "gesture.made":
    case "gesture.undone":
    case "gesture.given":
    case "aside.was_set":
    case "flag.moved":
      return put(event.circle, { is: "personal", event });
    case "circle.parted":
      return forgetCircle(event.circle);
    case "circle.joined":
      if (event.circle === shown && hold(shown).state.value.phase === "outside") void watch(`circle/${shown}`);
  }
}

export function takeHere(on: string, here: { came?: string[]; went?: string[] }): void {
  put(idOf(on), { is: "here", here });
}

/** The server says a log must be watched anew. */
export function takeReset(on: string, why: "faded" | "history" | "left"): void {
  if (why === "left") put(idOf(on), { is: "outside" });
  else void watch(on, true);
}

/** The newest seqs: what is still missing a little later was lost on the way. */
export function takeHeads(heads: Record<string, number>): void {
  setTimeout(() => {
    flush();
    for (const [on, head] of Object.entries(heads)) {
      const held = on === own ? person.value : hold(idOf(on)).state.value;
      const followed = on === own || idOf(on) === shown;
      if (followed && held.last < head && !asking.has(on)) void watch(on);
    }
  }, AGAIN_AFTER);
}

/** Read the page before `before`. False: it failed. */
export async function page(circle: string, before: number, limit: number): Promise<boolean> {
  const answer = await ask({ do: "history.page", circle, before, limit });
  if (!("ok" in answer)) return false;
  put(circle, { is: "page", page: answer.ok as Extract<Incoming, { is: "page" }>["page"], before });
  flush();
  return true;
}

/** Change what only this screen knows yet; the log says the same a moment later. */
export function patchCircle(circle: string, change: Partial<CircleState>): void {
  const { state } = hold(circle);
  state.value = { ...state.value, ...change };
}

export function forgetCircle(circle: string): void {
  put(circle, { is: "outside" });
  flush();
}

/** Nobody is signed in any more. */
export function forgetLogs(): void {
  inbox.clear();
  asking.clear();
  own = "";
  shown = "";
}

function begun(answer: Watching, after: number | null): void {
  if (answer.on !== own) return put(idOf(answer.on), { is: "watching", watching: answer, after });
  person.value = applyPlace(person.value, answer, after);
}

function put(circle: string, item: Incoming): void {
  const items = inbox.get(circle);
  if (items) items.push(item);
  else inbox.set(circle, [item]);
  if (timer !== undefined) return;
  timer = setTimeout(flush, document.visibilityState === "visible" ? AT_LATEST : 0);
  frame = requestAnimationFrame(flush);
}

function flush(): void {
  clearTimeout(timer);
  cancelAnimationFrame(frame);
  timer = undefined;
  const taken = [...inbox];
  inbox.clear();
  for (const [circle, items] of taken) batch(() => takeIn(circle, items));
}

function takeIn(circle: string, items: readonly Incoming[]): void {
  const held = hold(circle);
  const before = held.state.value;
  const now = apply(before, items);
  if (before.phase === "asking" && now.phase === "inside") held.unreadAfter.value = now.read;
  held.state.value = now;
  const began = now.epoch !== before.epoch || now.low > before.last;
  held.window.value = settle(now.entries, began ? LATEST : held.window.value, held.atEnd.value);
  if (now.gap && !asking.has(`circle/${circle}`)) void watch(`circle/${circle}`);
  const since = now.epoch === before.epoch ? before.last : now.low - 1;
  if (now.last === before.last) return;
  const live = before.last >= now.head && now.epoch === before.epoch;
  const came = now.entries.slice(placeOf(now.entries, since + 1)).filter((entry) => entry.kind === "message");
  for (const heard of arrivals) heard({ circle, messages: came, last: now.last, me: now.me, live });
}

function idOf(address: string): string {
  return address.slice(address.indexOf("/") + 1);
}
