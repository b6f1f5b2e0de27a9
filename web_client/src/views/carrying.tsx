import * as carrying from "../carrying.ts";
import type { CircleState } from "../state.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Area, Said } from "./fields.tsx";
import { closeSheet } from "./ui.ts";
import { useUnfinished } from "./unfinished.ts";

const MOST = 200;

/** One sentence to carry on, by consent. */
export function CarrySheet({ state }: { state: CircleState }) {
  const [words, write, forget] = useUnfinished(`carry ${state.id}`, state.carry ?? "");
  const act = useAct();
  const done = () => {
    forget();
    closeSheet();
  };
  return (
    <Dialog title={t("carryTitle")} onClose={closeSheet}>
      <div class="stack">
        <p>{t("carryLead")}</p>
        <Area label={t("carryLabel")} value={words} onInput={write} rows={3} most={MOST} hint={t("carryHint")} />
        <Said text={act.said} />
        <button
          type="button"
          class="button main-act whole"
          aria-disabled={act.busy}
          onClick={() => void act.run(() => carrying.giveCarried(state.id, words), done)}
        >
          {t("carryGive")}
        </button>
        {state.carry !== null && (
          <button
            type="button"
            class="button whole"
            aria-disabled={act.busy}
            onClick={() => void act.run(() => carrying.takeCarriedBack(state.id), done)}
          >
            {t("carryTakeBack")}
          </button>
        )}
      </div>
    </Dialog>
  );
}
