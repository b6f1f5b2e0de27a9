/** One's own pauses from posting. Pure. */
import type { PauseMoved } from "./generated/protocol.ts";

/** A pause that holds in a circle now. */
export interface Pause {
  readonly until: number;
  /** It holds in all circles here. */
  readonly everywhere: boolean;
}

/** The pause that holds longest in `circle` at `now` (the server's clock); `null` where one may post. */
export function pauseIn(pauses: readonly PauseMoved[], circle: string, now: number): Pause | null {
  let longest: Pause | null = null;
  for (const { circle: where, until } of pauses) {
    if (until == null || until <= now || (where != null && where !== circle)) continue;
    if (longest === null || until > longest.until) longest = { until, everywhere: where == null };
  }
  return longest;
}
