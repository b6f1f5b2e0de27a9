import * as actions from "../actions.ts";
import { isWordless } from "../entry.ts";
import { statusWords } from "../felt.ts";
import * as flagging from "../flagging.ts";
import type { FlagStatus, Gesture } from "../generated/protocol.ts";
import type { Message } from "../state.ts";
import { hold, preferences } from "../store.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Act, copyWords, toBox } from "./acts.tsx";
import { Said } from "./fields.tsx";
import { ONE_HOUR, scaledLong } from "./say.ts";
import { answer, closeSheet, sheet, tellNotice } from "./ui.ts";

const GESTURES: readonly Gesture[] = ["hear_you", "same_here", "holding_you", "thank_you", "celebrating"];
/** With so few others, somebody can nearly tell who asked. */
const SMALL = 4;
/** A flag in these states is over: it hides nothing and cannot be withdrawn. */
const OVER: ReadonlySet<FlagStatus> = new Set<FlagStatus>(["withdrawn", "rephrased", "taken_back"]);

/** What one can do with what somebody else said. */
export function Others({ circle, message }: { circle: string; message: Message }) {
  const { seq, by, name, cover } = message;
  const held = hold(circle);
  const { aside, flags } = held.state.value;
  const act = useAct();
  const folded = held.foldedForMe.value.has(seq);
  const flag = flags.get(seq);
  const readable = !isWordless(cover);
  const small = held.state.value.participants.size <= SMALL;
  const foldForMe = () => {
    actions.foldForMe(circle, seq, !folded);
    closeSheet();
    if (!folded) tellNotice(t("foldDone"), () => actions.foldForMe(circle, seq, false));
  };
  const setAside = (on: boolean) => {
    closeSheet();
    void actions.setAside(circle, by, on);
    if (on) tellNotice(t("setAsideDone", { name }), () => void actions.setAside(circle, by, false));
  };
  const seeItToo = () =>
    void act.run(() => flagging.seeItToo(circle, seq), () => {
      closeSheet();
      tellNotice(t("seeItTooDone"));
    });
  const takeUp = () => void act.run(() => actions.takeUpPrompt(circle, seq), closeSheet);
  const askGently = () =>
    void act.run(() => flagging.askGently(circle, seq), () => {
      closeSheet();
      tellNotice(t("askGentlyDone"));
    });
  return (
    <div class="stack">
      {flag !== undefined && <p class="note">{statusWords(flag)}</p>}
      {readable && preferences.value.gestures && <GivePills circle={circle} seq={seq} />}
      <Said text={act.said} />
      <ul class="acts">
        {readable && <Act label={t("reply")} onPick={() => toBox(() => answer(circle, seq))} />}
        {readable && message.manner.prompt && cover === null && (
          <Act label={t("promptTakeUp")} hint={t("promptTakeUpHint")} onPick={takeUp} />
        )}
        {readable && <Act label={t("copy")} onPick={() => void copyWords(circle, seq)} />}
        {cover?.is === "held" && (
          <Act
            label={t("seeItToo")}
            hint={t("seeItTooHint", { long: scaledLong(ONE_HOUR) })}
            onPick={seeItToo}
          />
        )}
        {readable && (
          <Act
            label={folded ? t("unfoldForMe") : t("foldForMe")}
            hint={folded ? "" : t("foldForMeHint")}
            onPick={foldForMe}
          />
        )}
        {message.carried ? null : aside.has(by) ? (
          <Act label={t("undoAside", { name })} onPick={() => setAside(false)} />
        ) : (
          <Act label={t("setAside", { name })} hint={t("setAsideHint")} onPick={() => setAside(true)} />
        )}
        {readable && (
          <Act
            label={t("askGently")}
            hint={`${t("askGentlyHint")} ${small ? t("worriedSmall") : ""}`}
            onPick={askGently}
          />
        )}
        <Act
          label={t("worried")}
          hint={t("worriedHint")}
          onPick={() => {
            sheet.value = { is: "worried", seq };
          }}
        />
        {flag !== undefined && !OVER.has(flag) ? (
          <Act
            label={t("withdrawFlag")}
            onPick={() => {
              closeSheet();
              void flagging.withdrawFlag(circle, seq);
            }}
          />
        ) : (
          readable &&
          flag !== "withdrawn" && (
            <Act
              label={t("flag")}
              hint={t("flagHint")}
              onPick={() => {
                sheet.value = { is: "flag", seq };
              }}
            />
          )
        )}
      </ul>
    </div>
  );
}

function GivePills({ circle, seq }: { circle: string; seq: number }) {
  const given = hold(circle).state.value.given.get(seq);
  return (
    <section class="stack-2" aria-labelledby="gestures-title">
      <h3 id="gestures-title">{t("gesturesTitle")}</h3>
      <div class="pills">
        {GESTURES.map((kind) => {
          const on = given?.has(kind) ?? false;
          return (
            <button
              key={kind}
              type="button"
              class="pill"
              aria-pressed={on}
              onClick={() => void actions.gesture(circle, seq, kind, !on)}
            >
              {t(kind)}
            </button>
          );
        })}
      </div>
      <p class="small">{t("gesturesHint")}</p>
    </section>
  );
}
