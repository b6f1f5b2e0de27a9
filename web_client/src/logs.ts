/** The logs one follows: one's own, and the circle on screen. Cursors, catching up, beginning anew. */
import { batch } from "@preact/signals";
import type { Incoming } from "./apply.ts";
import { applyPersonEvent, applyPlace } from "./apply_mine.ts";
import type { Logged, Page, Watching } from "./generated/protocol.ts";
import { dropInbox, flush, mendGaps, put } from "./intake.ts";
import { emptyCircle } from "./state.ts";
import { hold, person } from "./store.ts";
import { LATEST } from "./window.ts";
import { ask, tell } from "./wire.ts";

const AGAIN_AFTER = 2_000;

/** Addresses that are being asked for: what leaves a gap meanwhile is no reason to ask again. */
const asking = new Map<string, symbol>();
let own = "";
let shown = "";

mendGaps((circle) => {
  if (circle === shown && !asking.has(`circle/${circle}`)) void watch(`circle/${circle}`);
});

/** The connection is live: follow one's own log and the circle on screen from where they were left. */
export function resume(address: string): void {
  asking.clear();
  own = address;
  void watch(own);
  if (shown !== "") void watch(`circle/${shown}`);
}

/** Follow a circle because it is on screen now, and stop following the one before. "" follows none. */
export function show(circle: string): void {
  if (shown === circle) return;
  if (shown !== "") tell({ do: "log.unwatch", on: `circle/${shown}` });
  shown = circle;
  if (circle === "") return;
  const held = hold(circle);
  batch(() => {
    const { value: before } = held.state;
    held.state.value = before.phase === "outside" ? emptyCircle(circle) : { ...before, stale: true };
    held.unreadAfter.value = held.read.value;
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
  if (code === "log.not_found") {
    if (on !== own) put(idOf(on), { is: "outside" });
  } else setTimeout(() => isFollowed(on) && void watch(on, fresh), Number(wait ?? AGAIN_AFTER));
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

export function takeHere(on: string, here: Extract<Incoming, { is: "here" }>["here"]): void {
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
      if (isFollowed(on) && held.last < head && !asking.has(on)) void watch(on);
    }
  }, AGAIN_AFTER);
}

/** Read the page before `before`. False: it failed. */
export async function page(circle: string, before: number, limit: number): Promise<boolean> {
  const answer = await ask({ do: "history.page", circle, before, limit });
  if (!("ok" in answer)) return false;
  put(circle, { is: "page", page: answer.ok as Page, before });
  flush();
  return true;
}

export function forgetCircle(circle: string): void {
  put(circle, { is: "outside" });
  flush();
}

/** Nobody is signed in any more. */
export function forgetLogs(): void {
  dropInbox();
  asking.clear();
  own = "";
  shown = "";
}

function begun(answer: Watching, after: number | null): void {
  if (answer.on === own) person.value = applyPlace(person.value, answer, after);
  else put(idOf(answer.on), { is: "watching", watching: answer, after });
}

function isFollowed(on: string): boolean {
  return on === own || on === `circle/${shown}`;
}

function idOf(address: string): string {
  return address.slice(address.indexOf("/") + 1);
}
