import { useEffect, useState } from "preact/hooks";
import { clockOffset } from "../store.ts";

/** The longest a timer can be set for, in ms. */
const TIMER_MOST = 0x7fffffff;

/** True until a moment of the server's clock; draws anew when it comes. 0 is long past. */
export function useUntil(until: number): boolean {
  const left = until - (Date.now() + clockOffset.value);
  const [times, again] = useState(0);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => again((n) => n + 1), Math.min(TIMER_MOST, left + 1));
    return () => clearTimeout(timer);
    // Once more where the clock was set meanwhile, or the timer could not be set for so long.
  }, [until, times, clockOffset.value]);
  return left > 0;
}
