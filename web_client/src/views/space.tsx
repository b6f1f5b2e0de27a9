import * as actions from "../actions.ts";
import type { Wish } from "../generated/protocol.ts";
import type { Act, Pace } from "../held.ts";
import type { CircleState } from "../state.ts";
import { whenWords } from "../when.ts";
import { clockOffset } from "../store.ts";
import { type PlainKey, count, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { closeSheet, sheet, tellNotice } from "./ui.ts";
import { useUntil } from "./until.ts";

const WISHED: Readonly<Record<Act, PlainKey>> = {
  breath: "breathAsked",
  agreement: "agreementAsked",
  close: "closeAsked",
  greet: "greetAsked",
  doors: "doorsAsked",
  pace_usual: "paceUsualAsked",
  pace_gentle: "paceGentleAsked",
  pace_one_at_a_time: "paceOneAsked",
};
const YES: Readonly<Record<Act, PlainKey>> = {
  breath: "breathYes",
  agreement: "agreementYes",
  close: "closeYes",
  greet: "greetYes",
  doors: "doorsYes",
  pace_usual: "paceYes",
  pace_gentle: "paceYes",
  pace_one_at_a_time: "paceYes",
};
const PACES: readonly Pace[] = ["usual", "gentle", "one_at_a_time"];
const PACE: Readonly<Record<Pace, PlainKey>> = { usual: "paceUsual", gentle: "paceGentle", one_at_a_time: "paceOne" };
const PACE_HINT: Readonly<Record<Pace, PlainKey>> = {
  usual: "paceUsualHint",
  gentle: "paceGentleHint",
  one_at_a_time: "paceOneHint",
};

/** What binds everybody just now, and what somebody would like. */
export function SpaceBars({ state }: { state: CircleState }) {
  const { space } = state;
  const rests = useUntil(space.rest_until ?? 0);
  const breathes = useUntil(space.breath_until ?? 0);
  const doors = useUntil(space.doors_until ?? 0);
  const pace = space.pace ?? "usual";
  return (
    <>
      {rests && <Runs words={t("bellRuns", { when: whenWords(space.rest_until ?? 0) })} />}
      {breathes && !rests && <Runs words={t("breathRuns", { when: whenWords(space.breath_until ?? 0) })} />}
      {doors && <Runs words={t("doorsRun", { when: whenWords(space.doors_until ?? 0) })} />}
      <Listeners until={space.listening ?? []} />
      {pace !== "usual" && <Runs words={t(PACE_HINT[pace])} />}
      {(space.wishes ?? []).map((wish) => (
        <Wished key={wish.act} state={state} wish={wish} />
      ))}
    </>
  );
}

/** How many listen at the door just now. */
function Listeners({ until }: { until: readonly number[] }) {
  const now = Date.now() + clockOffset.value;
  const listening = until.filter((each) => each > now);
  useUntil(listening.length === 0 ? 0 : Math.min(...listening));
  return listening.length === 0 ? null : <Runs words={count("listening", listening.length)} />;
}

function Runs({ words }: { words: string }) {
  return (
    <p class="bar says" role="status">
      {words}
    </p>
  );
}

function Wished({ state, wish }: { state: CircleState; wish: Wish }) {
  const asked = useUntil(wish.until);
  const act = useAct();
  if (!asked) return null;
  const mine = state.wished.has(wish.act);
  return (
    <div class="bar says" role="status">
      <p>{t(mine ? "wishMine" : WISHED[wish.act])}</p>
      {!mine && (
        <button type="button" class="link" onClick={() => void act.run(() => actions.sayYes(state.id, wish.act))}>
          {t(YES[wish.act])}
        </button>
      )}
      <Said text={act.said} />
    </div>
  );
}

/** The ways to make a circle calmer. One needs nobody else; the others take two. */
export function SpaceSheet({ state }: { state: CircleState }) {
  const { space, id } = state;
  const act = useAct();
  const pace = space.pace ?? "usual";
  const done = (words: PlainKey) => () => {
    closeSheet();
    tellNotice(t(words));
  };
  return (
    <Dialog title={t("calmTitle")} onClose={closeSheet}>
      <div class="stack">
        <p class="small">{t("calmLead")}</p>
        <Said text={act.said} />
        <section class="stack-2">
          <button type="button" class="button whole" onClick={() => void act.run(() => actions.ringBell(id), closeSheet)}>
            {t("bellRing")}
          </button>
          <p class="small">{t("bellHint")}</p>
        </section>
        <section class="stack-2">
          <button
            type="button"
            class="button whole"
            onClick={() => void act.run(() => actions.askBreath(id), done("breathAskedDone"))}
          >
            {t("breathAsk")}
          </button>
          <p class="small">{t("breathHint")}</p>
        </section>
        <section class="stack-2">
          <h3 id="pace">{t("paceTitle")}</h3>
          <div class="pills" role="group" aria-labelledby="pace">
            {PACES.map((one) => (
              <button
                key={one}
                type="button"
                class="pill"
                aria-pressed={one === pace}
                onClick={() => {
                  if (one !== pace) void act.run(() => actions.choosePace(id, one), done("paceAskedDone"));
                }}
              >
                {t(PACE[one])}
              </button>
            ))}
          </div>
          {PACES.map((one) => one !== "usual" && <p key={one} class="small">{t(PACE_HINT[one])}</p>)}
          <p class="small">{t("paceHint")}</p>
        </section>
        <section class="stack-2">
          <button
            type="button"
            class="button whole"
            onClick={() => void act.run(() => actions.restDoors(id), done("doorsAskedDone"))}
          >
            {t("doorsAsk")}
          </button>
          <p class="small">{t("doorsHint")}</p>
        </section>
      </div>
    </Dialog>
  );
}

/** The ways there, and to a round. */
export function Calmer({ state }: { state: CircleState }) {
  return (
    <>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "round" })}>
        {t(state.turns === null ? "roundOffer" : "roundThe")}
      </button>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "calmer" })}>
        {t("calmTitle")}
      </button>
    </>
  );
}
