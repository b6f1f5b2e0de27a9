import { useEffect } from "preact/hooks";
import * as actions from "../actions.ts";
import { current, hasNews } from "../beside.ts";
import type { CircleView } from "../generated/protocol.ts";
import { type Route, href } from "../router.ts";
import { list, listFailed, me, mine } from "../store.ts";
import { dayOf, whenWords, zoneName } from "../when.ts";
import { hasRefused } from "../unsent.ts";
import { inside } from "../words/en/inside.ts";
import { learn, t } from "../words.ts";
import { Calendar } from "./calendar.tsx";
import { Code } from "./code.tsx";
import { Door } from "./door.tsx";
import { LittleRing, fullnessWord } from "./ring.tsx";
import { WaitingRing } from "./seat.tsx";
import { bothClocks } from "./times.tsx";
import { Screen } from "./screen.tsx";
import { openSearch } from "./ui.ts";
import { UnsentWords } from "./unsent.tsx";

learn(inside);

/** How often the list is read anew while it is looked at. */
const LOOK_EVERY = 20_000;
const WEEK = 7 * 86_400_000;

/** The list of circles; on a wide window the chosen circle's door stands beside it. */
export function Circles({ door }: { door: string | null }) {
  useEffect(() => {
    void actions.refreshCircles();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void actions.refreshCircles();
    }, LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
  const back: Route | null = door === null ? null : { at: "circles" };
  return (
    <Screen
      key={door === null ? "list" : "door"}
      title={door === null ? t("circlesTitle") : ""}
      back={back}
      wide
      foot={
        <>
          {mine.value.length > 0 && (
            <button type="button" class="link" aria-haspopup="dialog" aria-keyshortcuts="Control+K" onClick={openSearch}>
              {t("searchTitle")}
            </button>
          )}
          <a class="link" href={href({ at: "safety" })}>
            {t("mySafety")}
          </a>
        </>
      }
    >
      <div class="two">
        <div class={`circles ${door === null ? "" : "narrow-away"}`}>
          {door !== null && <h2>{t("circlesTitle")}</h2>}
          <UnsentWords />
          <Listing chosen={door} />
        </div>
        {door === null ? (
          <Beginning />
        ) : (
          <div class="at-end">
            <Door key={door} circle={door} />
          </div>
        )}
      </div>
    </Screen>
  );
}

function Listing({ chosen }: { chosen: string | null }) {
  const all = list.value;
  if (all === null) {
    return listFailed.value ? (
      <div class="stack-2" role="status">
        <p>{t("refused_connection_lost")}</p>
        <button type="button" class="button" onClick={() => void actions.refreshCircles()}>
          {t("tryAgain")}
        </button>
      </div>
    ) : (
      <p role="status">{t("oneMoment")}</p>
    );
  }
  const groups = grouped(all, Date.now());
  const open = all.some((view) => view.state === "open" || view.state === "closing");
  const next = all.find((view) => view.state === "planned");
  const name = me.value?.name;
  return (
    <>
      <p class="small">
        {name && <>{t("youAre", { name })} </>}
        {t("circlesZone", { zone: zoneName() })}
      </p>
      {!open && (
        <div class="empty">
          <p>{t("circlesEmpty")}</p>
          {next ? <p>{t("circlesNext", { when: whenWords(next.opens_at) })}</p> : <p>{t("circlesEmptyFirst")}</p>}
        </div>
      )}
      {groups.map(([title, views]) => (
        <section key={title} aria-label={title}>
          {chosen === null ? <h2>{title}</h2> : <h3>{title}</h3>}
          <ul class="rows">
            {views.map((view) => (
              <li key={view.id}>
                <CircleRow view={view} chosen={view.id === chosen} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** What there is beside the list: a room of one's own, a code. */
function Beginning() {
  const all = list.value;
  const open = all?.some((view) => view.state === "open" || view.state === "closing") ?? true;
  return (
    <div class="beginning stack">
      <div class="beginning-ring">
        <WaitingRing seed={null} />
      </div>
      {me.value?.may_open && (
        <a class={`button whole ${open ? "" : "main-act"}`} href={href({ at: "open" })}>
          {all?.length === 0 ? t("openFirst") : t("openRoom")}
        </a>
      )}
      <Code />
      {me.value?.name != null && <Calendar of="mine" title={t("calendarMine")} />}
    </div>
  );
}

function CircleRow({ view: listed, chosen }: { view: CircleView; chosen: boolean }) {
  const view = current(listed);
  const sits = view.mine === true;
  // What waits to open again is changed at its door.
  const waits = view.state === "planned" && view.plan != null;
  const to: Route = sits && !waits ? { at: "circle", circle: view.id } : { at: "door", circle: view.id };
  const closed = view.state === "closed";
  return (
    <a class="circle-row" href={href(to)} aria-current={chosen ? "true" : undefined}>
      <span class="topic" dir="auto">
        {view.topic}
      </span>
      <span class="facts">
        {view.state === "planned" ? (
          <span>{t("opensAt", { when: bothClocks(view.opens_at, view.plan?.when.zone) })}</span>
        ) : (
          <span>{closed ? t("closedNow") : fullnessWord(view.fullness)}</span>
        )}
        {view.sister && <span>{t("sisterMark")}</span>}
        {view.closes_at != null && !closed && <span>{t("untilTime", { when: whenWords(view.closes_at) })}</span>}
        {view.host && <span>{t("heldBy", { name: view.host })}</span>}
        {view.plan != null && <span>{t(RHYTHMS[view.plan.when.repeat ?? "weekly"])}</span>}
        {view.entry === "invited" && <span>{t("byInvite")}</span>}
        {hasRefused(view.id) && <span>{t("unsentHere")}</span>}
        {hasNews(listed) && <span class="news">{t("somethingNew")}</span>}
      </span>
      {!closed && <LittleRing fullness={view.state === "planned" ? "empty" : view.fullness} />}
    </a>
  );
}

const RHYTHMS = { once: "startLater", weekly: "repeatWeekly", fortnightly: "repeatFortnightly", monthly: "repeatMonthlyShort" } as const;

/** Yours, open now, later today, this week, later: each only if there is something in it. */
function grouped(all: readonly CircleView[], now: number): [string, CircleView[]][] {
  const place = (view: CircleView): string => {
    if (view.mine) return t("circlesYours");
    if (view.state !== "planned") return t("circlesOpen");
    if (dayOf(view.opens_at) === dayOf(now)) return t("circlesToday");
    return view.opens_at < now + WEEK ? t("circlesWeek") : t("circlesLater");
  };
  const groups = new Map<string, CircleView[]>();
  for (const key of ["circlesYours", "circlesOpen", "circlesToday", "circlesWeek", "circlesLater"] as const) {
    groups.set(t(key), []);
  }
  for (const view of all) groups.get(place(view))?.push(view);
  return [...groups].filter(([, views]) => views.length > 0);
}
