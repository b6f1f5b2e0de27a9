import { useEffect, useState } from "preact/hooks";
import { type Pause, pauseIn } from "../pauses.ts";
import { clockOffset, pauses } from "../store.ts";
import { whenWords } from "../when.ts";
import { t } from "../words.ts";

/** The longest a timer can be set for, in ms. */
const TIMER_MOST = 0x7fffffff;

/** The pause that rests posting in a circle; drawn anew when it is over. */
export function usePause(circle: string): Pause | null {
  const [, again] = useState(0);
  const now = Date.now() + clockOffset.value;
  const pause = pauseIn(pauses.value, circle, now);
  const until = pause?.until;
  useEffect(() => {
    if (until === undefined) return undefined;
    const timer = setTimeout(() => again((n) => n + 1), Math.min(TIMER_MOST, Math.max(0, until - now) + 1));
    return () => clearTimeout(timer);
  }, [until]);
  return pause;
}

/** Above the box: until when one rests from posting, what stays open, and how it ends earlier. */
export function PauseLine({ pause }: { pause: Pause }) {
  const when = whenWords(pause.until);
  return (
    <details class="fold pause-line">
      <summary>{t(pause.everywhere ? "pausedEverywhere" : "pausedHere", { when })}</summary>
      <div class="inside stack-2">
        <p>{t("pausedDraft")}</p>
        <p>{t(pause.everywhere ? "pausedLetter" : "pausedEnds")}</p>
      </div>
    </details>
  );
}
