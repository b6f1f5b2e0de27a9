import * as actions from "../actions.ts";
import type { CircleState } from "../state.ts";
import { whenWords } from "../when.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Said } from "./fields.tsx";
import { closeSheet, tellNotice } from "./ui.ts";
import { useUntil } from "./until.ts";

/** A breath that runs, or that somebody would like. */
export function BreathBar({ state }: { state: CircleState }) {
  const { until, askedUntil, mine } = state.breath;
  const runs = useUntil(until ?? 0);
  const asked = useUntil(askedUntil ?? 0);
  const act = useAct();
  if (runs) {
    return (
      <p class="bar says" role="status">
        {t("breathRuns", { when: whenWords(until ?? 0) })}
      </p>
    );
  }
  if (!asked) return null;
  return (
    <div class="bar says" role="status">
      <p>{t(mine ? "breathMine" : "breathAsked")}</p>
      {!mine && (
        <button type="button" class="link" onClick={() => void act.run(() => actions.askBreath(state.id))}>
          {t("breathYes")}
        </button>
      )}
      <Said text={act.said} />
    </div>
  );
}

/** The way to ask for one. */
export function AskBreath({ state }: { state: CircleState }) {
  const act = useAct();
  return (
    <>
      <button
        type="button"
        class="link"
        onClick={() =>
          void act.run(() => actions.askBreath(state.id), () => {
            closeSheet();
            tellNotice(t("breathAskedDone"));
          })
        }
      >
        {t("breathAsk")}
      </button>
      <Said text={act.said} />
    </>
  );
}
