/** What comes in about the logs one follows, each to where it belongs. */
import type { Incoming } from "./apply.ts";
import { applyPersonEvent } from "./apply_mine.ts";
import { addressOf, idOf, isOver, mend, ownAddress, shownCircle, takePersonal, watch } from "./following.ts";
import type { Logged, Page } from "./generated/protocol.ts";
import { flush, put } from "./intake.ts";
import { hold, openings, person } from "./store.ts";
import { ask } from "./wire.ts";

/** A log that is behind its head this much later has lost something on the way. */
const LOST_AFTER = 2_000;

/** The next event of a log. */
export function takeEvent(on: string, logged: Logged): void {
  if (on !== ownAddress()) return put(idOf(on), { is: "event", seq: logged.seq, event: logged.event });
  const before = person.value;
  const now = applyPersonEvent(before, logged);
  person.value = now;
  if (now.gap) mend(on);
  if (now.last === before.last) return;
  const { event } = logged;
  switch (event.kind) {
    case "gesture.made":
    case "gesture.undone":
    case "gesture.given":
    case "aside.was_set":
    case "hosting.changed":
    case "hosting.asked":
    case "carry.noted":
    case "flag.moved":
    case "piece.asked":
      return takePersonal(event);
    case "opening.told":
      openings.value = [...openings.value.filter((circle) => circle !== event.circle), event.circle];
      return;
    case "circle.parted":
      return forgetCircle(event.circle);
    case "circle.joined": {
      const { circle } = event;
      if (circle === shownCircle() && hold(circle).state.value.phase === "outside") void watch(addressOf(circle));
    }
  }
}

export function takeHere(on: string, here: Extract<Incoming, { is: "here" }>["here"]): void {
  put(idOf(on), { is: "here", here });
}

/** The server says a log must be watched anew. */
export function takeReset(on: string, why: "faded" | "history" | "left"): void {
  if (why !== "left") return void watch(on, true);
  isOver(on);
  put(idOf(on), { is: "outside" });
}

/** The newest seqs: what is still missing a little later was lost on the way. */
export function takeHeads(heads: Record<string, number>): void {
  setTimeout(() => {
    flush();
    for (const [on, head] of Object.entries(heads)) {
      const held = on === ownAddress() ? person.value : hold(idOf(on)).state.value;
      if (held.last < head) mend(on);
    }
  }, LOST_AFTER);
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
