import type { DayRow, LineRow } from "../timeline.ts";
import { hold } from "../store.ts";
import { t } from "../words.ts";
import { whenWords } from "../when.ts";
import { Agreement } from "./door.tsx";
import { dayLabel } from "./say.ts";

export function DayLine({ row }: { row: DayRow }) {
  return (
    <li class="day" data-row={row.id}>
      {dayLabel(row.at)}
    </li>
  );
}

/** Something that happened in the circle, in one quiet line. */
export function Happening({ circle, row }: { circle: string; row: LineRow }) {
  return (
    <li class={row.line.what === "agreement_read" ? "line read-card" : "line"} data-row={row.id}>
      {row.line.what === "agreement_read" ? <Agreed circle={circle} /> : words(row)}
    </li>
  );
}

/** The agreement as it is now, read together in this moment. */
function Agreed({ circle }: { circle: string }) {
  return (
    <section aria-label={t("agreementHead")}>
      <p class="msg-kind">{t("agreementHead")}</p>
      <Agreement text={hold(circle).state.value.view?.agreement ?? ""} />
    </section>
  );
}

function words({ line }: LineRow): string {
  switch (line.what) {
    case "entered":
      return t("enteredLine", { name: line.name });
    case "opened":
      return t("openedLine");
    case "closing":
      return t("closingLine", { when: whenWords(line.at) });
    case "stays_open":
      return line.hosted ? t("staysLine") : t("staysEqualsLine");
    case "closed":
      return t("closedLine");
    case "host":
      return t("hostLine", { name: line.name });
    case "equals":
      return t("equalsLine");
    case "agreement_proposed":
      return t("agreeLineProposed", { name: line.name === "" ? t("someone") : line.name });
    case "agreement_trial":
      return t("agreeLineTrial");
    case "agreement_review":
      return t("agreeLineReview");
    case "agreement_kept":
      return t("agreeLineKept");
    case "agreement_returned":
      return t("agreeLineReturned");
    case "agreement_stopped":
      return t("agreeLineStopped");
    case "agreement_lapsed":
      return t("agreeLineLapsed");
    case "round_offered":
      return t("roundOfferedLine", { name: line.name === "" ? t("someone") : line.name });
    case "round_complete":
      return t("roundCompleteLine");
    case "round_too_few":
      return t("roundTooFewLine");
    case "round_laid_down":
      return t("roundLaidDownLine");
    case "round_closed":
      return t("roundClosedLine");
    case "welcomed":
      return line.name === "" ? t("welcomeAll") : t("welcomeLine", { names: line.name });
    case "close":
    case "greet":
    case "agreement":
    case "agreement_read":
      return "";
    case "bell":
      return t("bellLine");
    case "breath":
      return t("breathLine");
    case "doors":
      return t("doorsLine");
    case "pace_usual":
      return t("paceUsualLine");
    case "pace_gentle":
      return t("paceGentleLine");
    case "pace_one_at_a_time":
      return t("paceOneLine");
  }
}
