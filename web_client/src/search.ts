/**
 * Looking for words that were said. What is looked for and what is found live in this page's memory alone: no address,
 * no storage, no history has them.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { FoundMessage, FoundMessages, Search } from "./generated/protocol.ts";
import { send } from "./http.ts";
import type { Refusal } from "./result.ts";

/** While nothing was found, so many parts are looked through before somebody is asked whether to go on. */
const PARTS = 6;

export interface Finding {
  readonly words: string;
  /** `null`: in all circles one is in. */
  readonly circle: string | null;
  readonly is: "asking" | "here";
  readonly found: readonly FoundMessage[];
  readonly further: Search["further"];
  /** With `further`: everything said since then was looked at. */
  readonly backTo: number | null;
  readonly refused: Refusal | null;
}

const current = signal<Finding | null>(null);
export const finding: ReadonlySignal<Finding | null> = current;

/** Look for words; nothing to look for clears what was found. */
export function find(words: string, circle: string | null): Promise<void> {
  if (words.trim() === "") {
    forgetFinding();
    return Promise.resolve();
  }
  return ask({ words, circle, is: "asking", found: [], further: [], backTo: null, refused: null });
}

/** What was said before that. */
export async function findFurther(): Promise<void> {
  const before = current.value;
  if (before?.is === "here") await ask({ ...before, is: "asking", refused: null });
}

export function forgetFinding(): void {
  current.value = null;
}

async function ask(from: Finding): Promise<void> {
  let now = from;
  current.value = now;
  const all = [...from.found];
  for (let part = 0; part < PARTS; part++) {
    const { words, circle, further } = now;
    const answer = await send<FoundMessages>("/api/search", { words, circle, further });
    // Somebody asked for something else meanwhile, or closed it.
    if (current.value !== now) return;
    if (!answer.ok) {
      current.value = { ...now, is: "here", refused: answer.refused };
      return;
    }
    const { found, further: left = [], back_to: backTo = null } = answer.value;
    all.push(...found);
    now = Object.assign({}, now, { found: all.slice(), further: left, backTo });
    current.value = now;
    if (found.length > 0 || left.length === 0) break;
  }
  current.value = { ...now, is: "here" };
}

/** Words in pieces, those that were looked for apart from the rest. */
export function pieces({ words, marks }: FoundMessage): { text: string; marked: boolean }[] {
  const parts: { text: string; marked: boolean }[] = [];
  let at = 0;
  for (const { start, end } of marks) {
    if (start > at) parts.push({ text: words.slice(at, start), marked: false });
    parts.push({ text: words.slice(start, end), marked: true });
    at = end;
  }
  if (at < words.length) parts.push({ text: words.slice(at), marked: false });
  return parts;
}
