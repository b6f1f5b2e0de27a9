import { useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { type Repeat, planCircle, whenOf } from "../plans.ts";
import { go } from "../router.ts";
import { me } from "../store.ts";

import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Choice } from "./choice.tsx";
import { Area, Field, OneOf, Said, Tick } from "./fields.tsx";
import { zoneName } from "../when.ts";
import { long } from "./say.ts";
import { wantedTopic } from "./new_room.ts";
import { Repeating } from "./repeating.tsx";
import { Screen } from "./screen.tsx";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OWN = "own";
/** Minutes after the opening; 0 is at any time. */
const LATE = [0, 10, 20, 30];
const CAPACITIES = [4, 6, 8, 12, 20, 50];

/** Open a room: every choice has a good answer already. */
export function OpenRoom() {
  const topics = me.value?.topics ?? [];
  const usual = me.value?.keep_default ?? DAY;
  const [picked, pick] = useState(wantedTopic.value === "" ? (topics[0] ?? OWN) : OWN);
  const [own, setOwn] = useState(wantedTopic.value);
  const [about, setAbout] = useState("");
  const [agreement, setAgreement] = useState(me.value?.agreement_default ?? "");
  const [capacity, setCapacity] = useState(8);
  const [keep, setKeep] = useState<number>(usual);
  const [start, setStart] = useState<"now" | "later" | "again">("now");
  const [repeat, setRepeat] = useState<Repeat>("weekly");
  const [lasts, setLasts] = useState(60);
  const [at, setAt] = useState("");
  const [entry, setEntry] = useState<"anyone" | "invited">("anyone");
  const [before, showBefore] = useState(false);
  const [read, setRead] = useState(true);
  const [shown, setShown] = useState(false);
  const [listening, letListen] = useState(false);
  const [late, setLate] = useState(0);
  const act = useAct();
  const submit = () => {
    const topic = (picked === OWN ? own : picked).trim();
    const opensAt = start !== "now" ? Date.parse(at) : null;
    if (topic === "") return act.say(t("topicNeeded"));
    if (agreement.trim() === "") return act.say(t("agreementNeeded"));
    if (opensAt !== null && !(opensAt > Date.now())) return act.say(t("startNeeded"));
    wantedTopic.value = "";
    const room = { topic, about: about.trim(), agreement, capacity, keepFor: keep, opensAt, entry, historyOpen: before, panels: read, hostShown: shown, listening, lateFor: late === 0 ? null : late * MINUTE };
    if (start === "again") {
      return void act.run(
        () => planCircle({ ...room, when: whenOf(at, repeat, lasts) }),
        (circle) => go({ at: "door", circle }),
      );
    }
    return void act.run(
      () => actions.openCircle({ ...room, name: null }),
      (circle) => go({ at: "circle", circle }),
    );
  };
  return (
    <Screen title={t("openTitle")} back={{ at: "circles" }}>
      <p>{t("openLead")}</p>
      <form
        class="stack-5 form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <OneOf
          legend={t("topicLabel")}
          value={picked}
          of={[...topics.map((topic) => [topic, topic] as const), [OWN, t("topicOwn")]]}
          onPick={pick}
          inLine
        />
        {picked === OWN && <Field label={t("topicOther")} value={own} onInput={setOwn} most={60} />}
        <Area label={t("aboutLabel")} hint={t("aboutHint")} value={about} onInput={setAbout} rows={2} most={300} />
        <Area
          label={t("agreementLabel")}
          hint={t("agreementHint")}
          value={agreement}
          onInput={setAgreement}
          rows={7}
          most={4_000}
        />
        <OneOf
          legend={t("startLabel")}
          value={start}
          of={[
            ["now", t("startNow")],
            ["later", t("startLater")],
            ["again", t("startAgain")],
          ]}
          onPick={setStart}
          inLine
        />
        {start !== "now" && (
          <Field
            label={t(start === "later" ? "startAtLabel" : "firstAtLabel", { zone: zoneName() })}
            kind="datetime-local"
            value={at}
            onInput={setAt}
          />
        )}
        {start === "again" && <Repeating repeat={repeat} lasts={lasts} onRepeat={setRepeat} onLasts={setLasts} />}
        <OneOf
          legend={t("entryLabel")}
          value={entry}
          of={[
            ["anyone", t("entryAnyone")],
            ["invited", t("entryInvited")],
          ]}
          onPick={setEntry}
          inLine
        />
        <details class="fold">
          <summary>{t("openMore")}</summary>
          <div class="inside stack-5">
            <Choice
              label={t("capacityLabel")}
              hint={t("capacityHint")}
              value={capacity}
              of={CAPACITIES.map((seats) => [seats, String(seats)])}
              onPick={setCapacity}
            />
            <Choice label={t("keepLabel")} value={keep} of={keeps(usual)} onPick={setKeep} />
            <Tick
              label={t("historyOpen")}
              on={before}
              onPick={showBefore}
              effect={before ? t("historyOpenOn") : t("historyOpenOff")}
            />
            <Tick
              label={t("panelsLabel")}
              on={read}
              onPick={setRead}
              effect={read ? t("panelsOn") : t("panelsOff")}
            />
            <Choice
              label={t("lateLabel")}
              value={late}
              of={LATE.map((n) => [n, n === 0 ? t("lateAny") : t("lateFirst", { n })])}
              onPick={setLate}
            />
            <Tick
              label={t("listeningLabel")}
              on={listening}
              onPick={letListen}
              effect={listening ? t("listeningOn") : t("listeningOff")}
            />
            <Tick label={t("hostShown")} on={shown} onPick={setShown} />
          </div>
        </details>
        <Said text={act.said} />
        <button type="submit" class="button main-act whole" aria-disabled={act.busy}>
          {t(start === "again" ? "planDo" : "openDo")}
        </button>
      </form>
    </Screen>
  );
}

/** How long words may stay, the server's usual length among them. */
function keeps(usual: number): [number, string][] {
  const lengths = [...new Set([HOUR, DAY, 7 * DAY, 30 * DAY, usual])].filter((ms) => ms > 0).sort((a, b) => a - b);
  return [
    [0, t("keepUntilClosing")],
    ...lengths.map((ms): [number, string] => [ms, ms === usual ? t("keepUsual", { long: long(ms) }) : long(ms)]),
  ];
}
