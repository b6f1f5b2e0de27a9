import * as actions from "../actions.ts";
import type { Letter } from "../generated/protocol.ts";
import { messageAt } from "../state.ts";
import { hold } from "../store.ts";
import { whenWords } from "../when.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { FELT } from "./flag.tsx";
import { closeSheet, intentOf, suggest } from "./ui.ts";

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

/** To the writer of a folded message: what was felt, and what they may do. */
export function LetterView({ letter }: { letter: Letter }) {
  const act = useAct();
  const { circle, target } = letter;
  const message = messageAt(hold(circle).state.value, target);
  const dismiss = () => void act.run(() => actions.dismissLetter(letter.id), closeSheet);
  if (letter.about === "lapsed") {
    return (
      <Dialog title={t("letterFoldedTitle")} onClose={closeSheet} fallback="box">
        <div class="stack">
          <p>{t("letterLapsed")}</p>
          <Said text={act.said} />
          <button type="button" class="button main-act whole" onClick={dismiss}>
            {t("letterRead")}
          </button>
        </div>
      </Dialog>
    );
  }
  const felt = (letter.felt ?? []).map((kind) => t(FELT[kind][1])).join(", ");
  return (
    <Dialog title={t("letterFoldedTitle")} onClose={closeSheet} fallback="box">
      <div class="stack">
        {message?.body && (
          <blockquote class="agreement words" dir="auto">
            {message.body}
          </blockquote>
        )}
        <p>{t("letterFolded")}</p>
        {felt && (
          <p>
            {t("letterFelt")} {felt}.
          </p>
        )}
        {letter.until != null && <p>{t("letterUntil", { when: whenWords(letter.until) })}</p>}
        <Said text={act.said} />
        {message?.body && (
          <>
            <button
              type="button"
              class="button main-act whole"
              onClick={() => {
                intentOf(circle).value = { is: "rephrase", seq: target };
                toBox();
              }}
            >
              {t("letterSay")}
            </button>
            <button
              type="button"
              class="button whole"
              onClick={() => void act.run(() => actions.takeBack(circle, target), dismiss)}
            >
              {t("takeBack")}
            </button>
          </>
        )}
        <button type="button" class="button whole" onClick={dismiss}>
          {t("letterWait")}
        </button>
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
