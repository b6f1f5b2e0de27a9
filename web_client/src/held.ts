/** How a circle is held just now: what rests, at what pace people talk, what somebody would like. Pure. */
import type { AgreementMoved, ChoosePace, MatterView, SpaceView, Wish } from "./generated/protocol.ts";

export type Act = Wish["act"];
export type Pace = ChoosePace["pace"];

/** How a circle is held, and of what somebody would like, what one asked for oneself. */
export interface Held {
  readonly space: SpaceView;
  readonly wished: ReadonlySet<Act>;
}

/** It is held differently now. A wish of one's own stays one's own for as long as it is the same wish. */
export function heldAnew(before: Held, space: SpaceView): Held {
  const same = (act: Act): boolean => untilOf(space, act) !== null && untilOf(space, act) === untilOf(before.space, act);
  return { space, wished: new Set([...before.wished].filter(same)) };
}

/** One asked for it oneself just now. */
export function wishedFor({ space, wished }: Held, act: Act, until: number): Held {
  const wishes = [...(space.wishes ?? []).filter((wish) => wish.act !== act), { act, until }];
  return { space: { ...space, wishes }, wished: new Set(wished).add(act) };
}

function untilOf({ wishes = [] }: SpaceView, act: Act): number | null {
  return wishes.find((wish) => wish.act === act)?.until ?? null;
}

/** Something happened to a change of the agreement. That one is for it holds for the wording one was for. */
export function agreementMoved(
  before: { readonly matter: MatterView | null; readonly consented: boolean; readonly me: string },
  { matter, what, who }: AgreementMoved,
): { readonly matter: MatterView; readonly consented: boolean } {
  const same = before.matter?.id === matter.id && before.matter.phase === matter.phase;
  const revision = (one: MatterView | null): number => one?.revision ?? 1;
  const stays = same && revision(before.matter) === revision(matter) && !(what === "objected" && who === before.me);
  const own = (what === "proposed" || what === "reworded") && who === before.me;
  return { matter, consented: own || (stays && before.consented) };
}
