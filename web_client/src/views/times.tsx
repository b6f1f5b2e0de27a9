import { useState } from "preact/hooks";
import type { CircleView, PlanView, SittingView } from "../generated/protocol.ts";
import { leaveOut, moveSitting, putBack, stopPlan, tellOpening } from "../plans.ts";
import { hold, signedIn, told } from "../store.ts";
import { dateWords, otherClock, whenIn, zoneName } from "../when.ts";
import { inside } from "../words/en/inside.ts";
import { learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Calendar } from "./calendar.tsx";
import { ClosedPage } from "./closed_page.tsx";
import { Field, Said } from "./fields.tsx";

learn(inside);

/** When a circle meets, by one's own clock and its own; being told, one's calendar, and changing it where one may. */
export function Times({ view }: { view: CircleView }) {
  const { plan } = view;
  const tends = (plan?.mine ?? false) || hold(view.id).state.value.hosting;
  if (plan == null && view.state !== "planned") return null;
  return (
    <>
      {plan != null && <Next plan={plan} />}
      {signedIn.value && (
        <>
          {!tends && <Tell of={plan?.id ?? view.id} />}
          <Calendar of={plan?.id ?? view.id} title={t("calendarTitle")} />
        </>
      )}
      {plan != null && tends && <Tending plan={plan} />}
    </>
  );
}

/** A moment by one's own clock, and by the circle's where that shows something else. */
export function bothClocks(at: number, zone: string | undefined): string {
  const theirs = zone === undefined ? null : otherClock(at, zone);
  if (zone === undefined || theirs === null) return whenIn(at);
  return t("timesBoth", { own: whenIn(at), theirs, place: placeOf(zone) });
}

function Next({ plan }: { plan: PlanView }) {
  const { zone } = plan.when;
  const next = plan.next ?? [];
  return (
    <section class="stack-2" aria-labelledby="times-title">
      <h2 id="times-title">{t("timesTitle")}</h2>
      <ul class="listing">
        {next.map(({ day, starts }) => (
          <li key={day}>{bothClocks(starts, zone)}</li>
        ))}
      </ul>
      <p class="small">{t("circlesZone", { zone: zoneName() })}</p>
    </section>
  );
}

/** "Santiago" of "America/Santiago": the names of zones say it better than their hours do. */
function placeOf(zone: string): string {
  return `${zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ")}`;
}

function Tell({ of }: { of: string }) {
  const act = useAct();
  const on = told.value.includes(of);
  return (
    <div class="stack-2">
      <p role="status">{on && t("tellMeOn")}</p>
      <button
        type="button"
        class={on ? "link" : "button whole"}
        aria-disabled={act.busy}
        onClick={() => void act.run(() => tellOpening(of, !on))}
      >
        {on ? t("tellMeOff") : t("tellMe")}
      </button>
      <Said text={act.said} />
      {on && <ClosedPage />}
    </div>
  );
}

function Tending({ plan }: { plan: PlanView }) {
  const act = useAct();
  const [stopping, stop] = useState(false);
  const [changed, tell] = useState(false);
  const done = () => tell(true);
  return (
    <details class="fold">
      <summary>{t("timesChange")}</summary>
      <div class="inside stack">
        <ul class="listing">
          {(plan.next ?? []).map((sitting) => (
            <Sitting key={sitting.day} plan={plan} sitting={sitting} done={done} />
          ))}
          {(plan.left_out ?? []).map((day) => (
            <li key={`out-${day}`}>
              <span>{t("timesLeftOut", { day: dateWords(day) })}</span>
              <button
                type="button"
                class="link"
                aria-label={t("timesPutBackOf", { day: dateWords(day) })}
                onClick={() => void act.run(() => putBack(plan.id, day), done)}
              >
                {t("timesPutBack")}
              </button>
            </li>
          ))}
        </ul>
        <p role="status">{changed && t("timesChanged")}</p>
        {stopping && <p>{t("timesStopSure")}</p>}
        <Said text={act.said} />
        {plan.mine && (
          <button
            type="button"
            class="button"
            aria-disabled={act.busy}
            onClick={() => (stopping ? void act.run(() => stopPlan(plan.id)) : stop(true))}
          >
            {stopping ? t("timesStopDo") : t("timesStop")}
          </button>
        )}
      </div>
    </details>
  );
}

function Sitting({ plan, sitting, done }: { plan: PlanView; sitting: SittingView; done: () => void }) {
  const act = useAct();
  const [moving, move] = useState(false);
  const [at, setAt] = useState("");
  const when = whenIn(sitting.starts);
  const submit = () => {
    if (at === "") act.say(t("timesMoveNeeded"));
    else void act.run(() => moveSitting(plan.id, sitting.day, at), () => (move(false), done()));
  };
  return (
    <li class="stack-2">
      <span>{bothClocks(sitting.starts, plan.when.zone)}</span>
      <div class="row-of">
        <button
          type="button"
          class="link"
          aria-label={t("timesNotThisOf", { when })}
          onClick={() => void act.run(() => leaveOut(plan.id, sitting.day), done)}
        >
          {t("timesNotThis")}
        </button>
        <button
          type="button"
          class="link"
          aria-expanded={moving}
          aria-label={t("timesMoveOf", { when })}
          onClick={() => move(!moving)}
        >
          {t("timesMove")}
        </button>
      </div>
      {moving && (
        <form
          class="stack-2"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <Field
            label={t("timesMoveLabel", { zone: placeOf(plan.when.zone) })}
            kind="datetime-local"
            value={at}
            onInput={setAt}
          />
          <button type="submit" class="button" aria-disabled={act.busy}>
            {t("timesMoveDo")}
          </button>
        </form>
      )}
      <Said text={act.said} />
    </li>
  );
}
