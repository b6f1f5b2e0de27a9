import * as actions from "../actions.ts";
import { PLAIN } from "../entries.ts";
import { messageAt } from "../state.ts";
import { hold } from "../store.ts";
import { clock } from "../when.ts";
import { t } from "../words.ts";
import { Act, copyWords, toBox } from "./acts.tsx";
import { Dialog } from "./dialog.tsx";
import { Others } from "./others.tsx";
import { answer, closeSheet, intentOf, sheet } from "./ui.ts";

/** One's own words can be taken back for ever; right after posting that comes first. */
const JUST_POSTED = 10_000;

/** What one can do with a message. */
export function More({ circle, seq }: { circle: string; seq: number }) {
  const state = hold(circle).state.value;
  const message = messageAt(state, seq);
  if (message === null) return null;
  const mine = message.by === state.me || seq === state.carriedAt;
  const title = t("messageFrom", { name: mine ? t("youCapital") : message.carried ? t("carriedBy") : message.name, when: clock(message.at) });
  return (
    <Dialog title={title} onClose={closeSheet} fallback="box">
      {mine ? (
        <Own circle={circle} seq={seq} fresh={Date.now() - message.at < JUST_POSTED} />
      ) : (
        <Others circle={circle} message={message} />
      )}
    </Dialog>
  );
}

function Own({ circle, seq, fresh }: { circle: string; seq: number; fresh: boolean }) {
  const { hosting } = hold(circle).state.value;
  const { cover = null, body = null, manner = PLAIN } = messageAt(hold(circle).state.value, seq) ?? {};
  const change = cover === null ? "edit" : "rephrase";
  const takeBack = (
    <Act
      key="take"
      label={t("takeBack")}
      hint={t("takeBackHint")}
      onPick={() => {
        sheet.value = { is: "take_back", seq };
      }}
    />
  );
  return (
    <ul class="acts">
      {fresh && takeBack}
      {cover?.is !== "withheld" && (
        <Act
          key="edit"
          label={t(change === "edit" ? "edit" : "sayDifferently")}
          onPick={() =>
            toBox(() => {
              intentOf(circle).value = { is: change, seq };
            })
          }
        />
      )}
      {hosting && manner.prompt && cover === null && (
        <Act
          key="keep"
          label={t("promptKeep")}
          hint={t("promptTakeUpHint")}
          onPick={() => {
            closeSheet();
            void actions.takeUpPrompt(circle, seq);
          }}
        />
      )}
      {body !== null && <Act key="copy" label={t("copy")} onPick={() => void copyWords(circle, seq)} />}
      <Act key="reply" label={t("reply")} onPick={() => toBox(() => answer(circle, seq))} />
      {!fresh && takeBack}
    </ul>
  );
}
