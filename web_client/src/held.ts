/** How a circle is held just now: what rests, at what pace people talk, what somebody would like. Pure. */
import type { ChoosePace, SpaceView, Wish } from "./generated/protocol.ts";

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
