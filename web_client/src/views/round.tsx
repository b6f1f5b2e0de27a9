import { useLayoutEffect, useRef } from "preact/hooks";
import * as asks from "../rounds.ts";
import type { CircleState } from "../state.ts";
import { type Part, partOf, isToCome, waysOf } from "../taking_turns.ts";
import type { Turns } from "../turns.ts";
import { rounds } from "../words/en/rounds.ts";
import { learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Said } from "./fields.tsx";
import { RoundNews } from "./round_news.tsx";
import { namesOf, standing } from "./round_words.ts";
import { sheet, tellNotice } from "./ui.ts";
import { useUntil } from "./until.ts";

learn(rounds);

type Run = ReturnType<typeof useAct>["run"];

/** Above the box while a round is on: whose turn it is, and what one may do about one's own. */
export function RoundBar({ state }: { state: CircleState }) {
  return (
    <>
      <RoundNews state={state} />
      {state.turns !== null && <Bar state={state} turns={state.turns} />}
    </>
  );
}

function Bar({ state, turns }: { state: CircleState; turns: Turns }) {
  const bar = useRef<HTMLElement>(null);
  const act = useAct();
  const part = partOf(turns, state.me);
  useUntil(turns.until ?? 0);
  useKeptFocus(bar);
  return (
    <section ref={bar} class={`turn turn-${part}`} aria-labelledby="round-says" tabIndex={-1}>
      <div class="turn-words">
        {part === "late" && <p class="small">{t("roundLate")}</p>}
        <p id="round-says" class="turn-says">
          {standing(state, turns)}
        </p>
        {turns.question !== null && (part === "offer" || part === "late" || part === "yours") && (
          <p class="turn-question" dir="auto">
            {turns.question}
          </p>
        )}
        <Hint state={state} turns={turns} part={part} />
      </div>
      <div class="row-of">
        <Buttons state={state} turns={turns} part={part} run={act.run} />
      </div>
      <Said text={act.said} />
    </section>
  );
}

/** What follows from it for this person, in a line. */
function Hint({ state, turns, part }: { state: CircleState; turns: Turns; part: Part }) {
  switch (part) {
    case "offer":
      return (
        <>
          <p class="small">
            {turns.people.length === 0 ? t("roundNobody") : t("roundJoined", { names: namesOf(state, turns.people) })}
          </p>
          <p class="small">{t(turns.mine.listening ? "roundListening" : "roundBegins")}</p>
        </>
      );
    case "yours":
      return turns.mine.asked ? <p>{t("pieceAsked")}</p> : <p class="small roomy">{t("pieceHint")}</p>;
    case "late":
      return <p class="small">{t("roundLateHint")}</p>;
    case "others":
      return <p class="small">{t(isToCome(turns, state.me) ? "boxWaitsTurn" : "boxWaits")}</p>;
    case "talk":
      return null;
  }
}

function Buttons({ state, turns, part, run }: { state: CircleState; turns: Turns; part: Part; run: Run }) {
  const { id: circle, me } = state;
  const { id: round } = turns;
  const ways = waysOf(turns, me);
  const join = () => void run(() => asks.joinRound(circle, round));
  const listen = () => void run(() => asks.listenToRound(circle, round));
  const begin = () =>
    void run(() => asks.beginRound(circle, round), () => {
      if (turns.by !== me) tellNotice(t("roundBeginAsked"));
    });
  const stay = () => void run(() => asks.stayWithPiece(circle, turns));
  return (
    <>
      {part === "yours" && ways.stay && <Press main label={t("pieceStay")} onPress={stay} />}
      {part === "yours" && (
        <>
          <Press label={t("piecePass")} onPress={() => void run(() => asks.passPiece(circle, turns, false))} />
          <Press plain label={t("pieceSilent")} onPress={() => void run(() => asks.passPiece(circle, turns, true))} />
          {ways.comeBack && (
            <Press plain label={t("pieceComeBack")} onPress={() => void run(() => asks.comeBackToMe(circle, turns))} />
          )}
        </>
      )}
      {(part === "offer" || part === "late") && ways.join && <Press main label={t("roundJoin")} onPress={join} />}
      {part === "offer" && ways.listen && <Press label={t("roundListen")} onPress={listen} />}
      {part === "late" && <Press label={t("roundLateListen")} onPress={listen} />}
      {part === "offer" && ways.begin && <Press main={!ways.join} label={t("roundBegin")} onPress={begin} />}
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "round" })}>
        {t("roundThe")}
      </button>
    </>
  );
}

function Press(props: { label: string; main?: boolean; plain?: boolean; onPress: () => void }) {
  const { label, main = false, plain = false, onPress } = props;
  return (
    <button type="button" class={plain ? "link" : `button ${main ? "main-act" : ""}`} onClick={onPress}>
      {label}
    </button>
  );
}

/** A button that was pressed may be gone after it: then the focus stays here, and goes to the page when all of it goes. */
function useKeptFocus(bar: { readonly current: HTMLElement | null }): void {
  const within = useRef(false);
  useLayoutEffect(() => {
    if (within.current && document.activeElement === document.body) bar.current?.focus({ preventScroll: true });
    within.current = bar.current?.contains(document.activeElement) ?? false;
  });
  useLayoutEffect(() => {
    const look = (): void => {
      within.current = bar.current?.contains(document.activeElement) ?? false;
    };
    document.addEventListener("focusin", look);
    return () => {
      document.removeEventListener("focusin", look);
      if (bar.current?.contains(document.activeElement)) document.getElementById("main")?.focus({ preventScroll: true });
    };
  }, []);
}
