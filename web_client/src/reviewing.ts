/** Whether one may be drawn for panels: beginning, topics one does not read, stopping; coming as a moderator. */
import { type ReadonlySignal, computed } from "@preact/signals";
import type { Reviewing } from "./generated/protocol.ts";
import { DONE, type Result } from "./result.ts";
import type { Category } from "./state.ts";
import { person } from "./store.ts";
import { command } from "./wire.ts";

/** How one reviews; `null` where one does not. */
export const reviewing: ReadonlySignal<Reviewing | null> = computed(() => person.value.view?.reviewing ?? null);

/** After the orientation: lots may fall on oneself. */
export function begin(skips: readonly Category[]): Promise<Result> {
  return plainly(command({ do: "reviewing.begin", skips: [...skips] }));
}

/** It shows at once, and goes back if it was refused. */
export async function setSkips(skips: readonly Category[]): Promise<Result> {
  const before = reviewing.value;
  if (before === null) return DONE;
  const wanted = { ...before, skips: [...skips] };
  show(wanted);
  const answer = await command({ do: "reviewing.set", skips: wanted.skips });
  if (answer.ok) return DONE;
  if (reviewing.value === wanted) show(before);
  return answer;
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

function show(now: Reviewing): void {
  const { view } = person.value;
  if (view !== null) person.value = { ...person.value, view: { ...view, reviewing: now } };
}

async function plainly(asked: Promise<Result<unknown>>): Promise<Result> {
  const answer = await asked;
  return answer.ok ? DONE : answer;
}
