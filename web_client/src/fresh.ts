/** What of a circle counts as new to its reader. Pure. */
import type { CircleState, Line, Message } from "./state.ts";

/** How many messages of others lie after `seq`: what "3 new" counts. */
export function newSince(state: CircleState, seq: number): number {
  let count = 0;
  for (let index = state.entries.length - 1; index >= 0; index--) {
    const entry = state.entries[index];
    if (!entry || entry.seq <= seq) break;
    if (countsAsNew(entry, state)) count++;
  }
  return count;
}

export function countsAsNew(entry: Message | Line, state: CircleState): boolean {
  return entry.kind === "message" && entry.by !== state.me && !entry.takenBack && !state.aside.has(entry.by);
}
