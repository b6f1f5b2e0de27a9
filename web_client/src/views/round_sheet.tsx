import { useRef, useState } from "preact/hooks";
import { freshKey } from "../key.ts";
import * as asks from "../rounds.ts";
import type { CircleState } from "../state.ts";
import { waysOf } from "../taking_turns.ts";
import type { Turns } from "../turns.ts";
import { rounds } from "../words/en/rounds.ts";
import { learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Area, Said, Tick } from "./fields.tsx";
import { useKeptFocusIn } from "./kept_focus.ts";
import { nameOf, namesOf, standing } from "./round_words.ts";
import { closeSheet, tellNotice } from "./ui.ts";
import { useUnfinished } from "./unfinished.ts";

learn(rounds);

/** Offer a round; or, while one is on, all there is to know of it and what else one may ask. */
export function RoundSheet({ state }: { state: CircleState }) {
  const box = useRef<HTMLDivElement>(null);
  useKeptFocusIn(box);
  return (
    <Dialog title={t("roundTitle")} onClose={closeSheet} fallback="box">
      <div ref={box} tabIndex={-1}>
        {state.turns === null ? <OfferForm circle={state.id} /> : <Going state={state} turns={state.turns} />}
      </div>
    </Dialog>
  );
}

function OfferForm({ circle }: { circle: string }) {
  const [key] = useState(freshKey);
  const [question, ask, forget] = useUnfinished(`round ${circle}`);
  const [joins, setJoins] = useState(true);
  const [talk, setTalk] = useState(false);
  const act = useAct();
  const done = () => {
    forget();
    closeSheet();
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(() => asks.offerRound(circle, { key, question: question.trim(), joins, talk }), done);
      }}
    >
      <p>{t("roundLead")}</p>
      <Area
        label={t("roundQuestion")}
        hint={t("roundQuestionHint")}
        value={question}
        onInput={ask}
        rows={2}
        most={300}
      />
      <Tick label={t("roundJoins")} on={joins} onPick={setJoins} effect={t(joins ? "roundJoinsOn" : "roundJoinsOff")} />
      <Tick label={t("roundTalk")} on={talk} onPick={setTalk} effect={t(talk ? "roundTalkOn" : "roundTalkOff")} />
      <Said text={act.said} />
      <button type="submit" class="button main-act whole" aria-disabled={act.busy}>
        {t("roundOfferDo")}
      </button>
    </form>
  );
}

function Going({ state, turns }: { state: CircleState; turns: Turns }) {
  const { id: circle } = state;
  const { id: round } = turns;
  const act = useAct();
  const ways = waysOf(turns, state.me);
  const done = (words: string) => () => {
    closeSheet();
    tellNotice(words);
  };
  return (
    <div class="stack">
      <p>{standing(state, turns)}</p>
      {turns.question !== null && (
        <p class="turn-question" dir="auto">
          {turns.question}
        </p>
      )}
      {turns.phase !== "talk" && (
        <p class="small">
          {turns.people.length === 0 ? t("roundNobody") : t("roundWho", { names: namesOf(state, turns.people) })}{" "}
          {t("roundOrder")}
        </p>
      )}
      <Said text={act.said} />
      {ways.join && (
        <Way
          label={t("roundJoin")}
          hint={turns.phase === "going" ? t("roundLateHint") : t("roundBegins")}
          onPress={() => void act.run(() => asks.joinRound(circle, round), closeSheet)}
        />
      )}
      {ways.ask && (
        <Way
          label={t("roundAsk")}
          hint={t("roundAskHint", { name: nameOf(state, turns.holder) })}
          onPress={() => void act.run(() => asks.askHolder(circle, round), done(t("roundAskDone")))}
        />
      )}
      {ways.stepOut && (
        <Way
          label={t("roundStepOut")}
          hint={t("roundStepOutHint")}
          onPress={() => void act.run(() => asks.stepOut(circle, round), closeSheet)}
        />
      )}
      {ways.layDown && (
        <Way
          label={t("roundLayDown")}
          hint={t(turns.phase === "talk" ? "roundLayDownTwo" : "roundLayDownHint")}
          onPress={() => void act.run(() => asks.layDown(circle, round), done(t("roundLayDownDone")))}
        />
      )}
    </div>
  );
}

function Way({ label, hint, onPress }: { label: string; hint: string; onPress: () => void }) {
  return (
    <section class="stack-2">
      <button type="button" class="button whole" onClick={onPress}>
        {label}
      </button>
      <p class="small">{hint}</p>
    </section>
  );
}
