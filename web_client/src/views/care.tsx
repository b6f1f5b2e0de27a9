import * as actions from "../actions.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { closeSheet, suggest } from "./ui.ts";

function toBox(): void {
  closeSheet();
  queueMicrotask(() => document.getElementById("box")?.focus());
}

/** "I'm worried about someone": a way to care. It sends nothing by itself and touches no flag. */
export function Worried({ circle, seq }: { circle: string; seq: number }) {
  return (
    <Dialog title={t("worriedTitle")} onClose={closeSheet} fallback="box">
      <div class="stack">
        <p>{t("worriedLine1")}</p>
        <p>{t("worriedLine2")}</p>
        <button
          type="button"
          class="button main-act whole"
          onClick={() => {
            suggest(circle, seq, t("worriedWords"));
            toBox();
          }}
        >
          {t("worriedAsk")}
        </button>
        <p>{t("worriedLine3")}</p>
        <a class="button whole" href="/help">
          {t("helpNow")}
        </a>
        <p class="small">{t("worriedLine4")}</p>
      </div>
    </Dialog>
  );
}

export function TakeBack({ circle, seq }: { circle: string; seq: number }) {
  const act = useAct();
  return (
    <Dialog title={t("takeBackSure")} onClose={closeSheet} fallback="box">
      <div class="stack">
        <p>{t("takeBackHint")}</p>
        <Said text={act.said} />
        <button
          type="button"
          class="button main-act whole"
          aria-disabled={act.busy}
          onClick={() => void act.run(() => actions.takeBack(circle, seq), closeSheet)}
        >
          {t("takeBack")}
        </button>
      </div>
    </Dialog>
  );
}
