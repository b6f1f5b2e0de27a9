/** At a circle's door: waiting for a seat, a sister circle with somebody who waits too, and listening for some minutes. */
import { type ReadonlySignal, effect, signal } from "@preact/signals";
import { enter, tokenOf } from "./circles.ts";
import type { Heard, WaitView } from "./generated/protocol.ts";
import { freshKey } from "./key.ts";
import { type Result, value } from "./result.ts";
import { go } from "./router.ts";
import { mine } from "./store.ts";
import { command, tell } from "./wire.ts";

/** How often one who waits is looked after; a hidden page does it once a minute, which is enough to keep its place. */
const WAIT_EVERY = 5_000;
const HEAR_EVERY = 2_000;

/** Where one stands and what for; `said` is the code of the refusal that ended it. */
export interface AtDoor {
  readonly circle: string;
  readonly agreement: number;
  readonly name: string | null;
  readonly line: WaitView | null;
  readonly heard: Heard | null;
}

const standing = signal<AtDoor | null>(null);
/** What one does at a door just now. */
export const atDoor: ReadonlySignal<AtDoor | null> = standing;
const ended = signal<{ readonly circle: string; readonly code: string } | null>(null);
/** Why it ended, where it was not oneself who ended it. */
export const doorSaid: ReadonlySignal<{ readonly circle: string; readonly code: string } | null> = ended;

let timer: ReturnType<typeof setTimeout> | undefined;
let key = "";

/** Wait for a seat. One goes in by oneself when it is one's turn. */
export async function waitHere(circle: string, agreement: number, name: string | null): Promise<Result> {
  const answer = await command({ do: "door.wait", circle, agreement, name, invite: tokenOf(circle) });
  if (!answer.ok) return answer;
  key = freshKey();
  begin({ circle, agreement, name, line: answer.value, heard: null });
  await turn(answer.value);
  return value(null);
}

export async function listenHere(circle: string, agreement: number): Promise<Result> {
  const answer = await command({ do: "door.listen", circle, agreement, invite: tokenOf(circle) });
  if (!answer.ok) return answer;
  begin({ circle, agreement, name: null, line: null, heard: { head: 0, until: answer.value.until } });
  await hear();
  return value(null);
}

/** Go away from the door, or in: one waits and listens no longer. */
export function leaveDoor(): void {
  const now = standing.peek();
  clearTimeout(timer);
  standing.value = null;
  if (now !== null) tell({ do: now.heard ? "door.stop" : "door.leave", circle: now.circle });
}

/** Ask for a sister circle, or say yes to somebody who asked: then one is in it already. */
export async function openSister(): Promise<Result> {
  const now = standing.peek();
  if (now === null) return value(null);
  const answer = await command({ do: "door.sister", circle: now.circle, key });
  if (!answer.ok) return answer;
  if (answer.value.circle != null) goIn(answer.value.circle);
  else if (now.line !== null) standing.value = { ...now, line: { ...now.line, sister_mine: true } };
  return value(null);
}

/** Into the sister circle that others opened; its agreement is the one that one said yes to here. */
export async function joinSister(sister: string): Promise<Result> {
  const answer = await enter(sister, 1, standing.peek()?.name ?? null);
  if (answer.ok) goIn(sister);
  return answer;
}

function begin(at: AtDoor): void {
  clearTimeout(timer);
  ended.value = null;
  standing.value = at;
}

function goIn(circle: string): void {
  leaveDoor();
  go({ at: "circle", circle });
}

function stop(circle: string, code: string): void {
  clearTimeout(timer);
  standing.value = null;
  ended.value = { circle, code };
}

async function keepWaiting(): Promise<void> {
  const now = standing.peek();
  if (now?.line == null) return;
  const { circle, agreement, name } = now;
  const answer = await command({ do: "door.wait", circle, agreement, name });
  if (standing.peek()?.circle !== circle) return;
  if (answer.ok) {
    standing.value = { ...now, line: answer.value };
    await turn(answer.value);
  } else if (answer.refused.code === "connection.lost" || answer.refused.code === "rate.limited") again(keepWaiting, WAIT_EVERY);
  else stop(circle, answer.refused.code);
}

/** What the line says: a seat is held for one, or a sister circle that one opened is there, or to wait on. */
async function turn(line: WaitView): Promise<void> {
  const now = standing.peek();
  if (now === null) return;
  if (line.sister != null && mine.peek().includes(line.sister)) return goIn(line.sister);
  if (line.seat_until == null) return again(keepWaiting, WAIT_EVERY);
  const answer = await enter(now.circle, now.agreement, now.name);
  if (standing.peek()?.circle !== now.circle) return;
  if (answer.ok) goIn(now.circle);
  else if (answer.refused.code === "circle.full") again(keepWaiting, WAIT_EVERY);
  else {
    tell({ do: "door.leave", circle: now.circle });
    stop(now.circle, answer.refused.code);
  }
}

async function hear(): Promise<void> {
  const now = standing.peek();
  if (now?.heard == null) return;
  const { circle, heard } = now;
  const answer = await command({ do: "door.hear", circle, head: heard.lines === undefined ? null : heard.head });
  if (standing.peek()?.circle !== circle) return;
  if (!answer.ok && answer.refused.code !== "connection.lost") return stop(circle, answer.refused.code);
  if (answer.ok && !answer.value.same) standing.value = { ...now, heard: { ...answer.value, lines: answer.value.lines ?? [] } };
  again(hear, HEAR_EVERY);
}

function again(what: () => Promise<void>, after: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void what(), after);
}

/** Whoever opened a sister circle with us did so while we waited for the next look: we are in it, so go there. */
effect(() => {
  const sister = standing.value?.line?.sister;
  if (sister != null && mine.value.includes(sister)) goIn(sister);
});
