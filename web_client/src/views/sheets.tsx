import * as actions from "../actions.ts";
import { go } from "../router.ts";
import type { CircleHold } from "../store.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { AgreementSheet } from "./agreement_sheet.tsx";
import { ToAgreement } from "./changes.tsx";
import { CircleLinks } from "./circle.tsx";
import { HardTime } from "./company.tsx";
import { Dialog } from "./dialog.tsx";
import { Agreement, facts } from "./door.tsx";
import { Said } from "./fields.tsx";
import { CarrySheet } from "./carrying.tsx";
import { KeepWords } from "./keep_words.tsx";
import { TendSheet } from "./tending.tsx";
import { Flag } from "./flag.tsx";
import { HostSheet } from "./host.tsx";
import { MannerSheet } from "./manner.tsx";
import { More } from "./more.tsx";
import { People } from "./people.tsx";
import { RoundSheet } from "./round_sheet.tsx";
import { SpaceSheet } from "./space.tsx";
import { TakeBack } from "./take_back.tsx";
import { closeSheet, sheet } from "./ui.ts";
import { Worried } from "./worried.tsx";

/** The one dialog that is open in a circle, if any. */
export function Sheets({ held }: { held: CircleHold }) {
  const open = sheet.value;
  const state = held.state.value;
  if (open === null || state.view === null) return null;
  const circle = held.id;
  switch (open.is) {
    case "message":
      return <More circle={circle} seq={open.seq} />;
    case "flag":
      return <Flag circle={circle} seq={open.seq} />;
    case "worried":
      return <Worried circle={circle} seq={open.seq} />;
    case "take_back":
      return <TakeBack circle={circle} seq={open.seq} />;
    case "hard_time":
      return <HardTime circle={circle} />;
    case "manner":
      return <MannerSheet circle={circle} />;
    case "calmer":
      return <SpaceSheet state={state} />;
    case "agreement":
      return <AgreementSheet state={state} />;
    case "tend":
      return <TendSheet state={state} />;
    case "carry":
      return <CarrySheet state={state} />;
    case "keep_words":
      return <KeepWords held={held} />;
    case "round":
      return <RoundSheet state={state} />;
    case "host":
      return <HostSheet state={state} />;
    case "leave":
      return <Leave circle={circle} />;
    case "people":
      return (
        <Dialog title={t("whoIsHere")} onClose={closeSheet}>
          <div class="stack">
            <People state={state} />
            <CircleLinks state={state} />
            <h3>{t("doorAgreement")}</h3>
            <Agreement text={state.view.agreement} />
            <ToAgreement />
            <p class="small">{facts(state.view)}</p>
          </div>
        </Dialog>
      );
    case "letter":
    case "search":
    case "offer":
      // It may be opened anywhere: the page as a whole shows it.
      return null;
  }
}

function Leave({ circle }: { circle: string }) {
  const act = useAct();
  const left = () => {
    closeSheet();
    go({ at: "circles" });
  };
  return (
    <Dialog title={t("leaveSure")} onClose={closeSheet}>
      <div class="stack">
        <p>{t("leaveHint")}</p>
        <Said text={act.said} />
        <button
          type="button"
          class="button main-act whole"
          aria-disabled={act.busy}
          onClick={() => void act.run(() => actions.leave(circle), left)}
        >
          {t("leaveYes")}
        </button>
        <button type="button" class="button whole" onClick={closeSheet}>
          {t("stay")}
        </button>
      </div>
    </Dialog>
  );
}
