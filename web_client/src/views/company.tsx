import { useState } from "preact/hooks";
import { answerOffer, reachOut } from "../care.ts";
import type { CareOffer } from "../generated/protocol.ts";
import { topicOf } from "../store.ts";
import { inside } from "../words/en/inside.ts";
import { learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { toBox } from "./acts.tsx";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { Outcome } from "./outcome.tsx";
import { PeopleToCall } from "./help_lines.tsx";
import { closeSheet, sheet } from "./ui.ts";

learn(inside);

/** "Someone is thinking of you", wherever one is now. */
export function Offer() {
  const open = sheet.value;
  return open?.is === "offer" ? <OfferView key={open.offer.offer} offer={open.offer} /> : null;
}

function OfferView({ offer }: { offer: CareOffer }) {
  const act = useAct();
  const [told, tell] = useState<boolean | null>(null);
  const topic = topicOf(offer.circle);
  const no = () => void act.run(() => answerOffer(offer.offer, false), closeSheet);
  return (
    <Dialog title={t("offerTitle")} onClose={closeSheet} fallback="main">
      <div class="stack">
        {topic !== null && <p>{t("offerIn", { topic })}</p>}
        {told !== null && <Told told={told} />}
        {told === null && offer.company && (
          <>
            <h3>{t("offerAsk")}</h3>
            <p>{t("offerHow")}</p>
            <button
              type="button"
              class="button main-act whole"
              aria-disabled={act.busy}
              onClick={() => void act.run(() => answerOffer(offer.offer, true), tell)}
            >
              {t("offerYes")}
            </button>
          </>
        )}
        <Said text={act.said} />
        {told === null && (
          <button type="button" class="button whole" aria-disabled={act.busy} onClick={no}>
            {t(offer.company ? "offerNo" : "offerRead")}
          </button>
        )}
        <PeopleToCall />
      </div>
    </Dialog>
  );
}

/** For oneself: people here first, told only on press; then people to call. */
export function HardTime({ circle }: { circle: string }) {
  const act = useAct();
  const [told, tell] = useState<boolean | null>(null);
  return (
    <Dialog title={t("hardTitle")} onClose={closeSheet} fallback="box">
      <div class="stack">
        <p>{t("hardAlone")}</p>
        <section class="stack" aria-labelledby="hard-here">
          <h3 id="hard-here">{t("hardHere")}</h3>
          {told === null ? <p>{t("hardHow")}</p> : <Told told={told} />}
          <Said text={act.said} />
          {told !== true && (
            <button
              type="button"
              class="button main-act whole"
              aria-disabled={act.busy}
              onClick={() => void act.run(() => reachOut(circle), tell)}
            >
              {t("hardDo")}
            </button>
          )}
          <button type="button" class="button whole" onClick={() => toBox(() => undefined)}>
            {t("hardSay")}
          </button>
        </section>
        <PeopleToCall />
      </div>
    </Dialog>
  );
}

/** What came of a yes; it takes the focus of the button that is gone. */
function Told({ told }: { told: boolean }) {
  return (
    <Outcome>
      <p>{t(told ? "toldYes" : "toldNo")}</p>
    </Outcome>
  );
}
