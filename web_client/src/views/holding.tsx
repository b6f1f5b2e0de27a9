import * as actions from "../actions.ts";
import type { CircleState } from "../state.ts";
import { clockOffset } from "../store.ts";
import { whenWords } from "../when.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Said } from "./fields.tsx";
import { closeSheet, tellNotice } from "./ui.ts";
import { useUntil } from "./until.ts";

/** Who would like to hold the space, and who offers to. */
export function HoldingBars({ state }: { state: CircleState }) {
  const { space, id } = state;
  const act = useAct();
  const asked = useUntil(space.handover_until ?? 0);
  const offers = useUntil(space.willing_until ?? 0) && space.willing != null;
  if (!offers && !asked) return null;
  if (!offers) {
    return (
      <div class="bar says" role="status">
        <p>{t("holdAsked", { when: whenWords(space.handover_until ?? 0) })}</p>
        <button type="button" class="link" onClick={() => void act.run(() => actions.offerHost(id))}>
          {t("holdOffer")}
        </button>
        <Said text={act.said} />
      </div>
    );
  }
  const who = space.willing ?? "";
  const mine = who === state.me;
  const hosted = space.hosted ?? true;
  if (!mine && hosted && !state.hosting) return null;
  const name = state.participants.get(who) ?? t("someone");
  return (
    <div class="bar says" role="status">
      <p>{mine ? t("holdMine") : t(hosted ? "holdBeside" : "holdWilling", { name })}</p>
      <button
        type="button"
        class="link"
        onClick={() => void act.run(() => (mine ? actions.stopHost(id) : actions.agreeHost(id, who)))}
      >
        {mine ? t("holdTakeBack") : t("holdYes", { name })}
      </button>
      <Said text={act.said} />
    </div>
  );
}

/** What anybody can do about who holds the space and when it closes. It takes somebody else as well. */
export function Tending({ state }: { state: CircleState }) {
  const act = useAct();
  if (state.hosting) return null;
  return (
    <>
      <button type="button" class="link" onClick={() => void act.run(() => actions.offerHost(state.id), closeSheet)}>
        {t(state.space.hosted ?? true ? "holdOfferBeside" : "holdOffer")}
      </button>
      {state.view?.state === "open" && (
        <button
          type="button"
          class="link"
          onClick={() =>
            void act.run(() => actions.closeCircle(state.id), () => {
              closeSheet();
              tellNotice(t("closeAskedDone"));
            })
          }
        >
          {t("closeAsk")}
        </button>
      )}
      <Said text={act.said} />
    </>
  );
}

const HALF_HOUR = 30 * 60_000;
const SHIFTS = [1, 2, 4] as const;

/** For whoever holds it: a turn with an end, and the way out of it. */
export function HandOver({ state }: { state: CircleState }) {
  const act = useAct();
  const shift = (halves: number): void => {
    const until = Date.now() + clockOffset.value + halves * HALF_HOUR;
    void act.run(() => actions.setShift(state.id, until), () => {
      closeSheet();
      tellNotice(t("shiftDone", { when: whenWords(until) }));
    });
  };
  return (
    <section class="stack">
      <p>{t("handLead")}</p>
      <button
        type="button"
        class="button main-act whole"
        aria-disabled={act.busy}
        onClick={() =>
          void act.run(() => actions.stopHost(state.id), () => {
            closeSheet();
            tellNotice(t("holdThanks"));
          })
        }
      >
        {t("handDo")}
      </button>
      <h3 id="shift">{t("shiftTitle")}</h3>
      <div class="pills" role="group" aria-labelledby="shift">
        {SHIFTS.map((halves) => (
          <button key={halves} type="button" class="pill" onClick={() => shift(halves)}>
            {t("shiftLong", { long: String(halves * 30) })}
          </button>
        ))}
      </div>
      <Said text={act.said} />
    </section>
  );
}
