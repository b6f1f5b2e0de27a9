import * as actions from "../actions.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { closeSheet } from "./ui.ts";

/** "Take back this message?" */
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
