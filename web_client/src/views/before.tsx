import { tryExit } from "../leaving.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { comeInNow, comingIn, thinkAgain } from "./coming.ts";
import { Said } from "./fields.tsx";
import { Screen } from "./screen.tsx";

/** The way out, before one first comes in: what Quick exit does, and what it cannot do. */
export function Before() {
  const act = useAct();
  const first = comingIn();
  return (
    <Screen title={t("exitTitle")} back={first ? null : { at: "safety" }}>
      <div class="stack-5">
        <ExitFacts />
        {first && (
          <div class="stack">
            <Said text={act.said} />
            <button
              type="button"
              class="button main-act whole"
              aria-disabled={act.busy}
              onClick={() => void act.run(comeInNow)}
            >
              {t("exitGoOn")}
            </button>
            <button type="button" class="link" onClick={thinkAgain}>
              {t("back")}
            </button>
          </div>
        )}
      </div>
    </Screen>
  );
}

export function ExitFacts() {
  return (
    <div class="stack-5">
      <p>{t("exitWhere")}</p>
      <div class="exit-shown" aria-hidden="true">
        <span class="exit">{t("quickExit")}</span>
      </div>
      <section class="stack-2">
        <h2>{t("exitDoesTitle")}</h2>
        <ul class="dots">
          <li>{t("exitDoes1")}</li>
          <li>{t("exitDoes2")}</li>
          <li>{t("exitDoes3")}</li>
        </ul>
      </section>
      <section class="stack-2">
        <h2>{t("exitCannotTitle")}</h2>
        <ul class="dots">
          <li>{t("exitCannot1")}</li>
          <li>{t("exitCannot2")}</li>
          <li>{t("exitCannot3")}</li>
        </ul>
        <p>{t("exitPrivate")}</p>
      </section>
      <div>
        <button type="button" class="button" onClick={tryExit}>
          {t("exitTry")}
        </button>
        <p class="small">{t("exitTryHint")}</p>
      </div>
    </div>
  );
}
