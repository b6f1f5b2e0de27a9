import { useEffect } from "preact/hooks";
import { announced } from "../announce.ts";
import { newsElsewhere } from "../beside.ts";
import type { CircleState } from "../state.ts";
import { type CircleHold, hold, letters } from "../store.ts";
import { later } from "../later.ts";
import { href } from "../router.ts";
import { seatTogether } from "../seats.ts";
import { plain } from "../text.ts";
import { inside } from "../words/en/inside.ts";
import { count, learn, t } from "../words.ts";
import { Asks } from "./asks.tsx";
import { Bars } from "./bars.tsx";
import { ToAgreement } from "./changes.tsx";
import { Composer } from "./composer.tsx";
import { Agreement } from "./door.tsx";
import { Tending } from "./holding.tsx";
import { Messages } from "./messages.tsx";
import { Notices } from "./notices.tsx";
import { People, sittings } from "./people.tsx";
import { RecordHead } from "./record.tsx";
import { Arc, Ring } from "./ring.tsx";
import { whenWords } from "../when.ts";
import { Screen, Top, useHeading } from "./screen.tsx";
import { Calmer } from "./space.tsx";
import { StatusLine } from "./status.tsx";
import { closeSheet, openSearch, sheet } from "./ui.ts";
import { UnsentWords } from "./unsent.tsx";

learn(inside);

const RoundBar = later(async () => (await import("./round.tsx")).RoundBar);
const Sheets = later(async () => (await import("./sheets.tsx")).Sheets);

/** A circle: the ring, the messages, the box. */
export function Circle({ circle }: { circle: string }) {
  const held = hold(circle);
  const state = held.state.value;
  useEffect(() => closeSheet, [circle]);
  if (state.phase === "inside" && state.view !== null) return <Inside held={held} state={state} />;
  const gone = t(state.view === null ? "pageGone" : "circleGone");
  return (
    <Screen title={state.phase === "asking" ? "" : gone} back={{ at: "circles" }}>
      <UnsentWords circle={circle} />
      {state.phase === "asking" ? (
        <p role="status">{t("oneMoment")}</p>
      ) : (
        <a class="button" href={href({ at: "circles" })}>
          {t("toCircles")}
        </a>
      )}
    </Screen>
  );
}

function Inside({ held, state }: { held: CircleHold; state: CircleState }) {
  const heading = useHeading();
  const { view } = state;
  seatTogether(state.participants.keys());
  const here = sittings(state).filter((sitting) => sitting.here).length;
  const letter = letters.value.find((one) => one.circle === held.id);
  return (
    <div class="screen circle">
      <Top
        back={{ at: "circles" }}
        behind={<Elsewhere circle={held.id} />}
        skip={t("skipToWriting")}
        title={
          <>
            <h1 ref={heading} tabIndex={-1} dir="auto">
              {view?.topic}
            </h1>
            <p class="small">{stateWords(state)}</p>
          </>
        }
      />
      <div class="circle-body">
        <main id="main" tabIndex={-1} class="circle-main">
          <Bars />
          <div class="seats">
            <Arc seats={sittings(state)} holder={state.turns?.holder} />
            <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "people" })}>
              {count("here", here)}
            </button>
          </div>
          <div class="talk" data-region="">
            <Messages held={held} />
          </div>
          <div class="under" data-region="">
            <StatusLine held={held} />
            <Asks>
              <RoundBar state={state} />
              <Notices state={state} letter={letter} />
            </Asks>
            <Composer key={held.id} held={held} />
          </div>
        </main>
        <aside id="side" class="side" aria-label={t("aboutCircle")} data-region="">
          <Ring seats={sittings(state)} holder={state.turns?.holder} />
          <section>
            <h2>{count("here", here)}</h2>
            <Lamp state={state} />
            <People state={state} />
          </section>
          <section class="stack-2">
            <h2>{t("doorAgreement")}</h2>
            <Agreement text={view?.agreement ?? ""} />
            <ToAgreement />
          </section>
          <section>
            <CircleLinks state={state} />
          </section>
        </aside>
      </div>
      <News />
      <Sheets held={held} />
    </div>
  );
}

/** Under the ring, in words: who has the piece. On a phone the strip above the box says so. */
function Lamp({ state: { turns, me, participants, aside } }: { state: CircleState }) {
  const holder = turns?.holder ?? null;
  if (holder === null) return null;
  const name = aside.has(holder) ? undefined : participants.get(holder);
  return <p class="small lamp">{holder === me ? t("pieceYours") : t("pieceHas", { name: name ?? t("someone") })}</p>;
}

/** A dot on the way back: there is something new in another of one's circles. */
function Elsewhere({ circle }: { circle: string }) {
  if (!newsElsewhere(circle)) return null;
  return (
    <>
      <span class="dot" />
      <span class="unseen">. {t("newsElsewhere")}</span>
    </>
  );
}

/** What else one can do in a circle: about it, holding it, leaving it. */
export function CircleLinks({ state }: { state: CircleState }) {
  return (
    <div class="row-of">
      {state.hosting && state.view?.state !== "closed" && (
        <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "host" })}>
          {t("hostTitle")}
        </button>
      )}
      {state.view?.state !== "closed" && state.view?.state !== "planned" && (
        <>
          <Calmer state={state} />
          <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "tend" })}>
            {t("tendTitle")}
          </button>
          <Tending state={state} />
          <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "worried", seq: null })}>
            {t("worried")}
          </button>
        </>
      )}
      <button type="button" class="link" aria-haspopup="dialog" aria-keyshortcuts="Control+K" onClick={openSearch}>
        {t("searchTitle")}
      </button>
      <a class="link" href={href({ at: "safety" })}>
        {t("mySafety")}
      </a>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "leave" })}>
        {t("leaveCircle")}
      </button>
      <RecordHead />
    </div>
  );
}

function stateWords({ view }: CircleState): string {
  if (view === null) return "";
  if (view.state === "closed") return t("closedNow");
  if (view.state === "planned") return t("opensAt", { when: whenWords(view.opens_at) });
  return view.closes_at != null ? t("untilTime", { when: whenWords(view.closes_at) }) : t("openNow");
}

/** The hidden log: what just arrived, for those who hear the page. */
function News() {
  return (
    <div id="news" class="unseen" role="log" aria-live="polite" aria-label={t("newsLog")}>
      {announced.value.map((one) => (
        <p key={one.id}>
          {one.is === "count"
            ? count("newsCount", one.count)
            : one.is === "name"
              ? t("newsName", { name: one.name })
              : t("newsMessage", { name: one.name, words: plain(one.body) })}
        </p>
      ))}
    </div>
  );
}
