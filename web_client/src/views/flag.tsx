import { useState } from "preact/hooks";
import * as flagging from "../flagging.ts";
import type { Category } from "../state.ts";
import { hold } from "../store.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { CATEGORIES, choiceWords } from "../felt.ts";
import { OneOf, Said } from "./fields.tsx";
import { FOLD_LIFE, TEN_MINUTES, scaledLong } from "./say.ts";
import { closeSheet, sheet, tellNotice } from "./ui.ts";

/** With so few others, the writer can nearly count who flagged. */
const SMALL = 4;
/** Whether a message is also covered for everybody meanwhile, and why one may. */
type Covering = "no" | "minutes" | "mine";

/** The second and third of at most three steps: what was felt, then what will happen. */
export function Flag({ circle, seq }: { circle: string; seq: number }) {
  const [category, choose] = useState<Category | null>(null);
  if (category !== null) return <Next circle={circle} seq={seq} category={category} onBack={() => choose(null)} />;
  return (
    <Dialog key="felt" title={t("flagTitle")} onClose={closeSheet} fallback="box">
      <ul class="acts">
        {CATEGORIES.map((kind) => (
          <li key={kind}>
            <button type="button" class="act" onClick={() => choose(kind)}>
              <span>{choiceWords(kind)}</span>
            </button>
          </li>
        ))}
        <li>
          <button
            type="button"
            class="act"
            onClick={() => {
              sheet.value = { is: "worried", seq };
            }}
          >
            <span>{t("flagOrWorried")}</span>
            <span class="small">{t("worriedHint")}</span>
          </button>
        </li>
      </ul>
    </Dialog>
  );
}

/** What will happen and who will read it, before anything is sent. */
function Next(props: { circle: string; seq: number; category: Category; onBack: () => void }) {
  const { circle, seq, category } = props;
  const [covering, setCovering] = useState<Covering>("no");
  const act = useAct();
  const small = hold(circle).state.value.participants.size <= SMALL;
  const flag = () => flagging.flag(circle, seq, category);
  const send = async () => {
    if (covering === "no" || !flagging.isHard(category)) {
      return act.run(flag, () => {
        closeSheet();
        tellNotice(t("flagDone"), () => void flagging.withdrawFlag(circle, seq));
      });
    }
    const cover = () => flagging.cover(circle, seq, category, covering === "mine");
    return act.run(
      async () => {
        const flagged = await flag();
        // Flagged before, and only now worth covering.
        return flagged.ok || flagged.refused.code === "flag.already" ? cover() : flagged;
      },
      () => {
        closeSheet();
        tellNotice(t("coverDone"));
      },
    );
  };
  return (
    <Dialog key="next" title={t("flagNextTitle")} onClose={closeSheet} fallback="box">
      <div class="stack">
        <ul class="dots">
          <li>{t("flagThen")}</li>
          <li>{t("flagReads")}</li>
          <li>{t("flagMay")}</li>
          {flagging.isHard(category) && <li>{t("flagMayHard")}</li>}
          <li>{t("flagWhen", { long: scaledLong(FOLD_LIFE) })}</li>
          <li>{t("flagAuthor")}</li>
        </ul>
        {small && <p class="note">{t("flagSmall")}</p>}
        {flagging.isHard(category) && (
          <OneOf
            legend={t("coverAsk")}
            value={covering}
            of={[
              ["no", t("coverNo")],
              ["minutes", t("coverMinutes", { long: scaledLong(TEN_MINUTES) })],
              ...(category === "privacy" ? [["mine", t("coverMine", { long: scaledLong(FOLD_LIFE) })] as const] : []),
            ]}
            onPick={setCovering}
          />
        )}
        {covering !== "no" && <p class="small">{t("coverHint")}</p>}
        <Said text={act.said} />
        <button type="button" class="button main-act whole" aria-disabled={act.busy} onClick={() => void send()}>
          {covering === "no" ? t("flagYes") : t("flagCoverYes")}
        </button>
        <button type="button" class="button whole" onClick={props.onBack}>
          {t("back")}
        </button>
      </div>
    </Dialog>
  );
}
