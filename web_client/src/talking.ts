/** Talking: words, gestures, setting aside. */
import { PLAIN } from "./entries.ts";
import type { Gesture } from "./generated/protocol.ts";
import { patchCircle } from "./intake.ts";
import { type Result, value } from "./result.ts";
import { addToOutbox, removeFromOutbox, retryInOutbox } from "./sending.ts";
import { toggled } from "./state.ts";
import { hold, preferences } from "./store.ts";
import { command, tell } from "./wire.ts";

/** The most code points a message may have. The server judges; the composer counts and never cuts. */
export const BODY_LIMIT = 4_000;
/** Others are told at most so often that somebody is writing. */
const TELL_EVERY = 3_000;

const told = new Map<string, number>();

/**
 * Put words into the outbox; they show at once and go by themselves, in order, once. Blank words are not posted.
 * The value is the key of the row, or `null` where there was nothing to post.
 */
export function post(circle: string, body: string, replyTo: number | null = null, manner = PLAIN): string | null {
  if (body.trim() === "") return null;
  told.delete(circle);
  return addToOutbox(circle, body, replyTo, manner);
}

/** Send a refused message again; other words make it another message with a key of its own. */
export function tryAgain(key: string, body?: string): void {
  retryInOutbox(key, body);
}

/** Take a message that has not gone out of the outbox, for good. */
export function remove(key: string): void {
  removeFromOutbox(key);
}

export function edit(circle: string, target: number, body: string): Promise<Result> {
  return plainly(command({ do: "message.edit", circle, target, body }));
}

export function takeBack(circle: string, target: number): Promise<Result> {
  return plainly(command({ do: "message.take_back", circle, target }));
}

/** Say a folded message of one's own differently; its fold ends. */
export function rephrase(circle: string, target: number, body: string): Promise<Result> {
  return plainly(command({ do: "message.rephrase", circle, target, body }));
}

/** Make or undo a gesture. It shows at once, and goes back if it was refused. */
export async function gesture(circle: string, target: number, kind: Gesture, on: boolean): Promise<Result> {
  giveHere(circle, target, kind, on);
  const answer = await command({ do: on ? "gesture.make" : "gesture.undo", circle, target, gesture: kind });
  if (answer.ok) return value(null);
  giveHere(circle, target, kind, !on);
  return answer;
}

/** Stop (or go on) seeing one participant, in this circle, for oneself alone. */
export async function setAside(circle: string, participant: string, on: boolean): Promise<Result> {
  asideHere(circle, participant, on);
  const answer = await command({ do: on ? "aside.set" : "aside.undo", circle, participant });
  if (answer.ok) return value(null);
  asideHere(circle, participant, !on);
  return answer;
}

/** Open or close a folded, set aside, muted or flagged message for oneself, on this screen. */
export function open(circle: string, target: number, on: boolean): void {
  const { opened } = hold(circle);
  opened.value = toggled(opened.value, target, on);
}

/** Fold a message for oneself, on this screen; nobody is told, not even the server. */
export function foldForMe(circle: string, target: number, on: boolean): void {
  const { foldedForMe } = hold(circle);
  foldedForMe.value = toggled(foldedForMe.value, target, on);
  open(circle, target, false);
}

/** Call on every change of the composer: others learn that somebody is writing, at most every 3 s, if one allows it. */
export function tellWriting(circle: string): void {
  if (!preferences.value.tell_writing) return;
  const now = Date.now();
  if (now - (told.get(circle) ?? 0) < TELL_EVERY) return;
  told.set(circle, now);
  tell({ do: "writing.tell", circle });
}

function giveHere(circle: string, target: number, kind: Gesture, on: boolean): void {
  const given = new Map(hold(circle).state.value.given);
  patchCircle(circle, { given: given.set(target, toggled(given.get(target) ?? new Set(), kind, on)) });
}

function asideHere(circle: string, participant: string, on: boolean): void {
  patchCircle(circle, { aside: toggled(hold(circle).state.value.aside, participant, on) });
}

async function plainly(asked: Promise<Result<unknown>>): Promise<Result> {
  const answer = await asked;
  return answer.ok ? value(null) : answer;
}
