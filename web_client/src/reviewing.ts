/** Whether one may be drawn for panels: beginning, topics one does not read, stopping; coming as a moderator. */
import { type ReadonlySignal, computed } from "@preact/signals";
import type { Reviewing } from "./generated/protocol.ts";
import { type Result, value } from "./result.ts";
import type { Category } from "./state.ts";
import { person } from "./store.ts";
import { command } from "./wire.ts";

/** How one reviews; `null` where one does not. */
export const reviewing: ReadonlySignal<Reviewing | null> = computed(() => person.value.view?.reviewing ?? null);

/** After the orientation: lots may fall on oneself. */
export function begin(skips: readonly Category[]): Promise<Result> {
  return plainly(command({ do: "reviewing.begin", skips: [...skips] }));
}

export function setSkips(skips: readonly Category[]): Promise<Result> {
  return plainly(command({ do: "reviewing.set", skips: [...skips] }));
}

/** Stop, at any time, without a reason. */
export function end(): Promise<Result> {
  return plainly(command({ do: "reviewing.end" }));
}

/** With a code from whoever runs the machine. */
export function comeAsModerator(code: string): Promise<Result> {
  return plainly(command({ do: "moderator.come", code }));
}

/** Go on as a reviewer like others. */
export function giveUp(): Promise<Result> {
  return plainly(command({ do: "moderator.give_up" }));
}

async function plainly(asked: Promise<Result<unknown>>): Promise<Result> {
  const answer = await asked;
  return answer.ok ? value(null) : answer;
}
