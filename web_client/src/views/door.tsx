import { useEffect, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import type { CircleView } from "../generated/protocol.ts";
import { href } from "../router.ts";
import { atDoor, doorSaid, leaveDoor } from "../doorway.ts";
import type { Result } from "../result.ts";
import { list, me, mine, signedIn } from "../store.ts";
import { whenWords } from "../when.ts";
import { refusal, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Standing } from "./at_door.tsx";
import { SinceThen } from "./changes.tsx";
import { type Way, goThrough, guestName, wishToComeIn } from "./coming.ts";
import { Field, Said, Tick } from "./fields.tsx";
import { long } from "./say.ts";
import { Naming } from "./naming.tsx";
import { beginRoom } from "./new_room.ts";
import { Times } from "./times.tsx";
import { WhoReads } from "./welcome.tsx";
import { useHeading } from "./screen.tsx";
import { useUntil } from "./until.ts";

/** A circle's door: what it is about, what one says yes to, and by which name one comes in. */
export function Door({ circle }: { circle: string }) {
  const heading = useHeading();
  const view = actions.viewOf(circle);
  useEffect(() => {
    if (view === null) void actions.refreshCircles();
    return leaveDoor;
  }, [circle]);
  if (view === null) {
    return list.value === null ? (
      <p role="status">{t("oneMoment")}</p>
    ) : (
      <div class="stack">
        <h1 ref={heading} tabIndex={-1}>
          {t("pageGone")}
        </h1>
        <a class="button" href={href({ at: "circles" })}>
          {t("toCircles")}
        </a>
      </div>
    );
  }
  return (
    <article class="door stack-5">
      <div class="stack-2">
        <h1 ref={heading} tabIndex={-1} dir="auto">
          {view.topic}
        </h1>
        {view.about && (
          <p class="words" dir="auto">
            {view.about}
          </p>
        )}
        <p class="small">{facts(view)}</p>
      </div>
      <Times view={view} />
      <section class="stack-2" aria-labelledby="agreement-title">
        <h2 id="agreement-title">{t("doorAgreement")}</h2>
        <Agreement text={view.agreement} />
      </section>
      {signedIn.value && <SinceThen view={view} />}
      <Way view={view} />
      <WhoReads />
    </article>
  );
}

/** An agreement, line by line. */
export function Agreement({ text }: { text: string }) {
  return (
    <div class="agreement" dir="auto">
      {text.split("\n").map((line, index) => line.trim() !== "" && <p key={index}>{line}</p>)}
    </div>
  );
}

/** What holds for everyone at the door, as sentences in a row. */
export function facts(view: CircleView): string {
  const said = [t("doorSeats", { n: view.seats ?? 8 }), keepWords(view.keep_for), t(view.history_open ? "doorBefore" : "doorNothingBefore"), t((view.panels ?? true) ? "doorPanels" : "doorNoPanels")];
  if (view.listening) said.push(t("doorListening"));
  if (view.last_entry != null) said.unshift(t("doorLastEntry", { when: whenWords(view.last_entry) }));
  if (view.closes_at != null) said.unshift(`${t("closingAtDoor", { when: whenWords(view.closes_at) })}`);
  if (view.host) said.unshift(t("heldByDoor", { name: view.host }));
  return said.join(" ");
}

export function keepWords(keepFor: number): string {
  return keepFor === 0 ? t("doorWordsUntilClosing") : t("doorWordsFor", { long: long(keepFor) });
}

/** The way in, or why there is none right now. */
function Way({ view }: { view: CircleView }) {
  if (view.state === "closed") return <p class="note">{t("doorClosed")}</p>;
  if (mine.value.includes(view.id)) {
    return (
      <a class="button main-act whole" href={href({ at: "circle", circle: view.id })}>
        {t("doorEnterAgain")}
      </a>
    );
  }
  if (view.state === "planned") return <p class="note">{t("doorPlanned", { when: whenWords(view.opens_at) })}</p>;
  if (atDoor.value?.circle === view.id) return <Standing at={atDoor.value} />;
  return <GoIn view={view} />;
}

/** Why one cannot simply go in, if so. */
function Shut({ view, why }: { view: CircleView; why: Why }) {
  if (why === null) return null;
  return (
    <div class="note stack-2">
      {why === "rests" ? <p>{t("doorRests", { when: whenWords(view.doors_until ?? 0) })}</p> : why === "late" ? <p>{t("doorLate")}</p> : null}
      {why === "full" && <p>{t("doorFull")}</p>}
      {why === "full" && <p>{t("doorFullHint")}</p>}
      {me.value?.may_open && (
        <button type="button" class="link" onClick={() => beginRoom(view.topic)}>
          {t("doorOpenLike")}
        </button>
      )}
    </div>
  );
}

function GoIn({ view }: { view: CircleView }) {
  const [yes, setYes] = useState(false);
  const [name, setName] = useState("");
  const act = useAct();
  const known = signedIn.value;
  const closedNow = useUntil(view.doors_until ?? 0);
  const beforeLast = useUntil(view.last_entry ?? 0);
  const why = shut(view, closedNow, beforeLast);
  const said = doorSaid.value?.circle === view.id ? refusal(doorSaid.value.code) : undefined;
  const way = why === null ? "enter" : "wait";
  const enter = (chosen: "enter" | "wait" | "listen") => {
    const wanted = (known ? name : guestName()).trim();
    if (!yes) act.say(t("doorYesNeeded"));
    else if (known) {
      const other = wanted === "" || wanted === me.value?.name ? null : wanted;
      void act.run(() => atThisDoor(view, chosen, other));
    } else if (wanted === "") act.say(t("nameNeeded"));
    else void act.run(() => wishToComeIn(wanted, { id: view.id, agreement: view.agreement_version, way: chosen }));
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        enter(way);
      }}
    >
      <Shut view={view} why={why} />
      {view.entry === "invited" && <p class="small">{t("doorInvite")}</p>}
      {known ? (
        <Field
          label={t("doorName")}
          hint={t("doorNameHint")}
          value={name}
          onInput={setName}
          most={40}
          placeholder={me.value?.name ?? ""}
        />
      ) : (
        <Naming said={undefined} />
      )}
      <Tick label={t("doorYes")} on={yes} onPick={setYes} />
      <Said text={act.said ?? said} />
      <button type="submit" class="button main-act whole" aria-disabled={act.busy}>
        {t(way === "wait" ? "doorWait" : "doorEnter")}
      </button>
      {view.listening && why !== "rests" && why !== "late" && (
        <div class="stack-2">
          <button type="button" class="button whole" aria-disabled={act.busy} onClick={() => enter("listen")}>
            {t("doorListen")}
          </button>
          <p class="small">{t("doorListenHint")}</p>
        </div>
      )}
    </form>
  );
}

type Why = "full" | "rests" | "late" | null;

function shut(view: CircleView, rests: boolean, before: boolean): Why {
  if (view.last_entry != null && !before) return "late";
  if (rests) return "rests";
  return view.fullness === "full" ? "full" : null;
}

/** What was asked for at a door. A door that is not as it was shown is read anew. */
async function atThisDoor(view: CircleView, way: Way, name: string | null): Promise<Result> {
  const answer = await goThrough({ id: view.id, agreement: view.agreement_version, way }, name);
  if (!answer.ok) void actions.refreshCircles();
  return answer;
}
