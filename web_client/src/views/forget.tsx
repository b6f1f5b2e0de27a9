import { useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";

/** Forget me: one question, then everything of this person is gone. */
export function Forget() {
  const [asked, ask] = useState(false);
  const act = useAct();
  return (
    <section aria-labelledby="my-words" class="stack">
      <h2 id="my-words">{t("wordsSection")}</h2>
      <p>{t("forgetHint")}</p>
      <button type="button" class="button clay" aria-haspopup="dialog" onClick={() => ask(true)}>
        {t("forgetMe")}
      </button>
      {asked && (
        <Dialog title={t("forgetSure")} onClose={() => ask(false)}>
          <div class="stack">
            <p>{t("forgetHint")}</p>
            <Said text={act.said} />
            <button
              type="button"
              class="button clay whole"
              aria-disabled={act.busy}
              onClick={() => void act.run(actions.forgetMe)}
            >
              {t("forgetYes")}
            </button>
            <button type="button" class="button whole" onClick={() => ask(false)}>
              {t("forgetNo")}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
