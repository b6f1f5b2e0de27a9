import { useState } from "preact/hooks";
import * as actions from "../actions.ts";
import type { CircleState } from "../state.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { HandOver } from "./holding.tsx";
import { Invites } from "./invites.tsx";
import { whenWords } from "../when.ts";
import { TEN_MINUTES, scaledLong } from "./say.ts";
import { closeSheet } from "./ui.ts";

/** For whoever holds the room: invite, hand over, announce its closing. There is nothing else a host can do. */
export function HostSheet({ state }: { state: CircleState }) {
  const [at, turn] = useState<"invite" | "stop" | "now">("invite");
  return (
    <Dialog title={t("hostTitle")} onClose={closeSheet}>
      <div class="stack">
        <p class="small">{t("hostLead")}</p>
        <div class="pills">
          <button type="button" class="pill" aria-pressed={at === "invite"} onClick={() => turn("invite")}>
            {t("hostInvite")}
          </button>
          <button type="button" class="pill" aria-pressed={at === "stop"} onClick={() => turn("stop")}>
            {t("handTitle")}
          </button>
          <button type="button" class="pill" aria-pressed={at === "now"} onClick={() => turn("now")}>
            {t("closeTitle")}
          </button>
        </div>
        {at === "invite" && <Invites state={state} />}
        {at === "stop" && <HandOver state={state} />}
        {at === "now" && <Closing state={state} />}
      </div>
    </Dialog>
  );
}

function Closing({ state }: { state: CircleState }) {
  const act = useAct();
  const long = scaledLong(TEN_MINUTES);
  const closing = state.view?.state === "closing";
  return (
    <section class="stack">
      {closing ? (
        <p>{t("closingAt", { when: whenWords(state.view?.closes_at ?? 0) })}</p>
      ) : (
        <p>{t("closeLead", { long })}</p>
      )}
      <Said text={act.said} />
      {!closing && (
        <button
          type="button"
          class="button whole"
          aria-disabled={act.busy}
          onClick={() => void act.run(() => actions.closeCircle(state.id))}
        >
          {t("closeDo", { long })}
        </button>
      )}
      {closing && state.announcedClosing && (
        <button
          type="button"
          class="button main-act whole"
          aria-disabled={act.busy}
          onClick={() => void act.run(() => actions.keepOpen(state.id))}
        >
          {t("keepOpen")}
        </button>
      )}
    </section>
  );
}
