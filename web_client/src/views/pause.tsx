import { type Pause, pauseIn } from "../pauses.ts";
import { clockOffset, pauses } from "../store.ts";
import { whenWords } from "../when.ts";
import { t } from "../words.ts";
import { useUntil } from "./until.ts";

/** The pause that rests posting in a circle; drawn anew when it is over. */
export function usePause(circle: string): Pause | null {
  const pause = pauseIn(pauses.value, circle, Date.now() + clockOffset.value);
  useUntil(pause?.until ?? 0);
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
