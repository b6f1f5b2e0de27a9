import { useState } from "preact/hooks";
import * as actions from "../actions.ts";
import * as flagging from "../flagging.ts";
import { draftOf, saveDraft } from "../drafts.ts";
import type { Letter } from "../generated/protocol.ts";
import { choicesOf, linesOf, newest, reasonsOf, titleOf } from "../letters.ts";
import { type CircleState, messageAt } from "../state.ts";
import { clockOffset, hold, letters } from "../store.ts";
import { go, route } from "../router.ts";
import { whenWords } from "../when.ts";
import { inside } from "../words/en/inside.ts";
import { letters as sentences } from "../words/en/letters.ts";
import { learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Area, Said } from "./fields.tsx";
import { ReasonParts } from "./reasons.tsx";
import { closeSheet, intentOf, sheet, tellNotice } from "./ui.ts";

learn(inside);
learn(sentences);

type Step = "read" | "side" | "appeal";

/** The letter that is open, if one is: wherever one is now. */
export function Letters() {
  const open = sheet.value;
  if (open?.is !== "letter") return null;
  const now = newest(letters.value, open.letter);
  return <LetterView key={now.id} letter={now} />;
}

function LetterView({ letter }: { letter: Letter }) {
  const [step, turn] = useState<Step>("read");
  const read = () => turn("read");
  if (step === "side") return <Writing letter={letter} what="side" onBack={read} />;
  if (step === "appeal") return <Writing letter={letter} what="appeal" onBack={read} />;
  return <Reading letter={letter} onStep={turn} />;
}

function Reading({ letter, onStep }: { letter: Letter; onStep: (step: Step) => void }) {
  const act = useAct();
  const { circle, target, statement } = letter;
  const state = hold(circle).state.value;
  const message = messageAt(state, target);
  const may = choicesOf(letter, message, Date.now() + clockOffset.value);
  const reasons = reasonsOf(letter, recalled(state, letter));
  const put = () => void act.run(() => flagging.dismissLetter(letter.id), closeSheet);
  const takeBack = () =>
    void act.run(async () => {
      const taken = await actions.takeBack(circle, target);
      return taken.ok ? flagging.dismissLetter(letter.id) : taken;
    }, closeSheet);
  return (
    <Dialog key="read" title={titleOf(letter)} onClose={closeSheet} fallback="box">
      <div class="stack letter">
        {state.view && <p class="small">{t("letterIn", { topic: state.view.topic })}</p>}
        {message?.body && (
          <blockquote class="agreement words" dir="auto">
            {message.body}
          </blockquote>
        )}
        {linesOf(letter).map((line) => (
          <p key={line}>{line}</p>
        ))}
        {letter.about === "reading" && statement && <p>{t("letterStands")}</p>}
        {reasons && <ReasonParts reasons={reasons} />}
        <Said text={act.said} />
        {may.rephrase && (
          <button type="button" class="button main-act whole" onClick={() => toRephrase(letter)}>
            {t("sayDifferently")}
          </button>
        )}
        {may.addSide && (
          <button type="button" class="button whole" onClick={() => onStep("side")}>
            {t("letterSide")}
          </button>
        )}
        {may.takeBack && (
          <button type="button" class="button whole" aria-disabled={act.busy} onClick={takeBack}>
            {t("takeBack")}
          </button>
        )}
        {may.appeal && (
          <button type="button" class="button whole" onClick={() => onStep("appeal")}>
            {t("letterAppeal")}
          </button>
        )}
        <div class="stack-2">
          <button type="button" class="button whole" aria-disabled={act.busy} onClick={put}>
            {t("letterAway")}
          </button>
          {may.appeal && <p class="small">{t("letterAwayAppeal")}</p>}
        </div>
      </div>
    </Dialog>
  );
}

/** One's side, or what another panel should know; kept as a draft until it went. */
function Writing({ letter, what, onBack }: { letter: Letter; what: "side" | "appeal"; onBack: () => void }) {
  const act = useAct();
  const place = `${what} ${letter.id}`;
  const [body, setBody] = useState(() => draftOf(place).text);
  const side = what === "side";
  const write = (text: string) => {
    setBody(text);
    saveDraft(place, { text, replyTo: null });
  };
  const sent = () => {
    saveDraft(place, { text: "", replyTo: null });
    closeSheet();
    tellNotice(t(side ? "letterSideDone" : "letterAppealDone"));
  };
  const send = () => {
    if (side && body.trim() === "") return;
    const asked = side ? flagging.addSide : flagging.askAnotherPanel;
    void act.run(() => asked(letter.id, body.trim()), sent);
  };
  return (
    <Dialog key={what} title={t(side ? "letterSide" : "letterAppeal")} onClose={closeSheet} fallback="box">
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <p>{side ? t("letterSideHint", { when: whenWords(letter.side_until ?? 0) }) : t("letterAppealHint")}</p>
        <Area
          label={t(side ? "letterSideLabel" : "letterAppealLabel")}
          value={body}
          onInput={write}
          rows={5}
          most={flagging.SIDE_LIMIT}
        />
        <Said text={act.said} />
        <button type="submit" class="button main-act whole" aria-disabled={act.busy || (side && body.trim() === "")}>
          {t(side ? "letterSideSend" : "letterAppealSend")}
        </button>
        <button type="button" class="button whole" onClick={onBack}>
          {t("back")}
        </button>
      </form>
    </Dialog>
  );
}

function toRephrase({ circle, target }: Letter): void {
  closeSheet();
  const here = route.value;
  if (here.at !== "circle" || here.circle !== circle) go({ at: "circle", circle });
  intentOf(circle).value = { is: "rephrase", seq: target };
  queueMicrotask(() => document.getElementById("box")?.focus());
}

function recalled(state: CircleState, { statement }: Letter): ReadonlyMap<number, string> {
  const words = new Map<number, string>();
  for (const { target } of statement?.outcomes ?? []) {
    const body = messageAt(state, target)?.body;
    if (body != null) words.set(target, body);
  }
  return words;
}
