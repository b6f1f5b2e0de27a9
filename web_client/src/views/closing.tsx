import { useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { freshKey } from "../key.ts";
import * as rounds from "../rounds.ts";
import type { CircleState } from "../state.ts";
import { me } from "../store.ts";
import { t } from "../words.ts";
import { whenWords } from "../when.ts";
import { useAct } from "./act.ts";
import { Said } from "./fields.tsx";
import { sheet } from "./ui.ts";
import { useUntil } from "./until.ts";

const MINUTE = 60_000;

/**
 * The circle closes soon. Its line says so anew at five minutes and at one, by the server's clock, and as the line is
 * the same however often the page comes back to it, each is told once.
 */
export function Closing({ state }: { state: CircleState }) {
  const act = useAct();
  const [went, setWent] = useState(false);
  const key = useRef(freshKey());
  const checkOut = () =>
    rounds.offerRound(state.id, { key: key.current, question: t("checkOutQuestion"), joins: true, talk: false });
  return (
    <div class="bar says closing-bar">
      <div role="status">
        <p>{went ? t("weGoOnDone") : <Soon state={state} />}</p>
      </div>
      {!state.announcedClosing && !went && <p class="small">{t("weGoOnHint")}</p>}
      <div role="status">{state.carry !== null && <p class="small">{t("carryGiven")}</p>}</div>
      <div class="row-of">
        {state.announcedClosing ? (
          <button type="button" class="link" onClick={() => void act.run(() => actions.keepOpen(state.id))}>
            {t("keepOpen")}
          </button>
        ) : (
          !went && (
            <button
              type="button"
              class="link"
              onClick={() => void act.run(() => actions.goOn(state.id), () => setWent(true))}
            >
              {t("weGoOn")}
            </button>
          )
        )}
        {state.turns === null && !state.closingWaits && (
          <button type="button" class="link" onClick={() => void act.run(checkOut, () => (key.current = freshKey()))}>
            {t("checkOutDo")}
          </button>
        )}
        <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "carry" })}>
          {t(state.carry === null ? "carryDo" : "carryChange")}
        </button>
        <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "keep_words" })}>
          {t("keepWordsDo")}
        </button>
      </div>
      <Said text={act.said} />
    </div>
  );
}

function Soon({ state }: { state: CircleState }) {
  const at = state.view?.closes_at ?? 0;
  const scale = me.value?.time_scale ?? 1;
  const five = !useUntil(at - (5 * MINUTE) / scale);
  const one = !useUntil(at - MINUTE / scale);
  const when = whenWords(at);
  if (state.closingWaits) return <>{t("closingWaits")}</>;
  return <>{one ? t("closingOne") : five ? t("closingFive", { when }) : t("closingLine", { when })}</>;
}

/** It has closed: what is left is to read, to take one's own words along, and thanks to whoever held it. */
export function Closed({ state }: { state: CircleState }) {
  return (
    <div class="bar says">
      <div role="status">
        <p>{t("closedHint")}</p>
        {state.hosting && <p>{t("holdThanks")}</p>}
      </div>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "keep_words" })}>
        {t("keepWordsDo")}
      </button>
    </div>
  );
}
