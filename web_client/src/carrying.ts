/** What one gives for the closing to show, and taking one's own words along. */
import { older } from "./reading.ts";
import { type Result, value } from "./result.ts";
import type { CircleState } from "./state.ts";
import { hold } from "./store.ts";
import { command } from "./wire.ts";

/** One sentence, shown to everybody at the closing and by nobody; again: another instead. */
export async function giveCarried(circle: string, words: string): Promise<Result> {
  const answer = await command({ do: "carry.give", circle, words });
  return answer.ok ? value(null) : answer;
}

export async function takeCarriedBack(circle: string): Promise<Result> {
  const answer = await command({ do: "carry.take_back", circle });
  return answer.ok ? value(null) : answer;
}

/** One's own words of a circle, in order, a blank line between; what was not read yet is read first. */
export async function ownWordsOf(circle: string): Promise<string> {
  const { state } = hold(circle);
  for (let low = NaN; state.value.low > state.value.base && state.value.low !== low; ) {
    low = state.value.low;
    await older(circle);
  }
  return ownWords(state.value);
}

export function ownWords({ entries, me, carriedAt }: CircleState): string {
  const own = entries.flatMap((entry) =>
    entry.kind === "message" && (entry.by === me || entry.seq === carriedAt) ? (entry.body ?? []) : [],
  );
  return own.join("\n\n");
}
