/** Caring: worry about somebody, an offer of company, a hard time, and whom one can call. */
import { type ReadonlySignal, computed, signal } from "@preact/signals";
import type { CareOffer, CareWanted, HelpLine, HelpLines } from "./generated/protocol.ts";
import { get } from "./http.ts";
import { type Result, value } from "./result.ts";
import { toggled } from "./state.ts";
import { person } from "./store.ts";
import { command } from "./wire.ts";

/** Somebody who is in the circle: by a message of theirs, or themselves. */
export type About = { readonly seq: number } | { readonly participant: string };

/** Offers and wishes one looked at and put away, on this screen. */
const away = signal<ReadonlySet<string>>(new Set<string>());

/** Offers of company that wait for an answer; some may be over by now (`until`). */
export const offers: ReadonlySignal<readonly CareOffer[]> = computed(
  () => person.value.view?.care?.offers?.filter(({ offer }) => !away.value.has(offer)) ?? [],
);
/** Who would like one's company; some may be over by now (`until`). */
export const wanted: ReadonlySignal<readonly CareWanted[]> = computed(
  () => person.value.view?.care?.wanted?.filter((wish) => !away.value.has(nameOf(wish))) ?? [],
);

/** Have somebody asked whether they would like company. The value: enough people here are willing. */
export async function worry(circle: string, about: About): Promise<Result<boolean>> {
  const whom = "seq" in about ? { target: about.seq } : { participant: about.participant };
  const answer = await command({ do: "care.worry", circle, ...whom });
  return answer.ok ? value(answer.value.company) : answer;
}

/** Say yes or no to company. The value: at least two people have been told. */
export async function answerOffer(offer: string, yes: boolean): Promise<Result<boolean>> {
  const answer = await command({ do: "care.answer", offer, yes });
  return answer.ok ? value(answer.value.told) : answer;
}

/** Tell those in the circle who are willing that one would like company. The value: at least two have been told. */
export async function reachOut(circle: string): Promise<Result<boolean>> {
  const answer = await command({ do: "care.reach_out", circle });
  return answer.ok ? value(answer.value.told) : answer;
}

export function putAway(wish: CareWanted): void {
  away.value = toggled(away.value, nameOf(wish), true);
}

export async function helpLines(): Promise<Result<readonly HelpLine[]>> {
  const answer = await get<HelpLines>("/api/help-lines");
  return answer.ok ? value(answer.value.lines) : answer;
}

/** A number as a phone dials it. */
export function dialled(number: string): string {
  return number.replace(/[\s()./-]+/g, "");
}

function nameOf({ participant, until }: CareWanted): string {
  return `${participant} ${until}`;
}
