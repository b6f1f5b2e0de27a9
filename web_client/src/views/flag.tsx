import { useState } from "preact/hooks";
import * as actions from "../actions.ts";
import type { FlagMessage } from "../generated/protocol.ts";
import { hold } from "../store.ts";
import { type PlainKey, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { FOLD_LIFE, scaledLong } from "./say.ts";
import { closeSheet, tellNotice } from "./ui.ts";

type Category = FlagMessage["category"];

export const FELT: Readonly<Record<Category, readonly [PlainKey, PlainKey]>> = {
  disrespect: ["flagDisrespect", "feltDisrespect"],
  pressure: ["flagPressure", "feltPressure"],
  safety: ["flagSafety", "feltSafety"],
  privacy: ["flagPrivacy", "feltPrivacy"],
  threat: ["flagThreat", "feltThreat"],
  illegal: ["flagIllegal", "feltIllegal"],
  spam: ["flagSpam", "feltSpam"],
};
const ORDER: readonly Category[] = ["disrespect", "pressure", "safety", "privacy", "threat", "illegal", "spam"];
/** With so few others, the writer can nearly count who flagged. */
const SMALL = 4;

/** The second and third of at most three steps: what was felt, then what will happen. */
export function Flag({ circle, seq }: { circle: string; seq: number }) {
  const [category, choose] = useState<Category | null>(null);
  const act = useAct();
  const small = hold(circle).state.value.participants.size <= SMALL;
  const done = () => {
    closeSheet();
    tellNotice(t("flagDone"), () => void actions.withdrawFlag(circle, seq));
  };
  if (category === null) {
    return (
      <Dialog key="felt" title={t("flagTitle")} onClose={closeSheet} fallback="box">
        <ul class="acts">
          {ORDER.map((kind) => (
            <li key={kind}>
              <button type="button" class="act" onClick={() => choose(kind)}>
                <span>{t(FELT[kind][0])}</span>
              </button>
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  return (
    <Dialog key="next" title={t("flagNextTitle")} onClose={closeSheet} fallback="box">
      <div class="stack">
        <ul class="dots">
          <li>{t("flagThen")}</li>
          <li>{t("flagWhen", { long: scaledLong(FOLD_LIFE) })}</li>
          <li>{t("flagWho")}</li>
          <li>{t("flagAuthor")}</li>
        </ul>
        {small && <p class="note">{t("flagSmall")}</p>}
        <Said text={act.said} />
        <button
          type="button"
          class="button main-act whole"
          aria-disabled={act.busy}
          onClick={() => void act.run(() => actions.flag(circle, seq, category), done)}
        >
          {t("flagYes")}
        </button>
        <button type="button" class="button whole" onClick={() => choose(null)}>
          {t("back")}
        </button>
      </div>
    </Dialog>
  );
}
