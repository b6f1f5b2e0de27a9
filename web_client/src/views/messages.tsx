import { useLayoutEffect, useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { Scroller } from "../scroll.ts";
import { type CircleHold, outbox, preferences } from "../store.ts";
import { type Row, timeline } from "../timeline.ts";
import { count, t } from "../words.ts";
import { goBack, scrolls } from "./jumping.ts";
import { DayLine, Happening } from "./lines.tsx";
import { MessageView } from "./message.tsx";
import { Icon } from "./mark.tsx";
import { useListPress, useRoving } from "./pressing.ts";
import { byId, steady } from "./steady.ts";
import { cameFrom } from "./ui.ts";

/** Without a message in it that can be gone to, the list as a whole is what keys scroll. */
const BY_KEYS = { tabIndex: 0, role: "group", "aria-labelledby": "rows" } as const;

/** The messages of a circle: one tab stop, a labelled list, and the way down to the newest. */
export function Messages({ held }: { held: CircleHold }) {
  const view = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [scroller, setScroller] = useState<Scroller | null>(null);
  const before = useRef<ReadonlyMap<string, Row>>(new Map());
  const state = held.state.value;
  const rows = steady(
    before.current,
    timeline({
      state,
      window: held.window.value,
      unreadAfter: held.unreadAfter.value,
      opened: held.opened.value,
      folded: held.foldedForMe.value,
      muted: preferences.value.muted,
      outbox: outbox.value,
    }),
  );
  before.current = byId(rows);
  useLayoutEffect(() => {
    if (!view.current || !list.current) return undefined;
    const made = new Scroller(view.current, list.current, held);
    setScroller(made);
    const forget = scrolls(held.id, made);
    return () => {
      forget();
      made.end();
    };
  }, [held]);
  useRoving(list, rows.length);
  useListPress(list);
  return (
    <>
      {state.away && <Away held={held} missed={state.away.missed} scroller={scroller} />}
      <div id="messages" class="scroller" ref={view} {...(rows.some(({ kind }) => kind === "message") ? {} : BY_KEYS)}>
        <div class="rows-list above">
          <Top held={held} />
        </div>
        <ul
          id="rows"
          ref={list}
          // Safari takes the role away from a list without bullets.
          // oxlint-disable-next-line jsx-a11y/no-redundant-roles
          role="list"
          class="rows-list"
          aria-label={t("conversation")}
        >
          {rows.map((row) => (
            <RowView key={row.id} circle={held.id} row={row} />
          ))}
        </ul>
      </div>
      <Jump held={held} scroller={scroller} />
    </>
  );
}

function RowView({ circle, row }: { circle: string; row: Row }) {
  switch (row.kind) {
    case "message":
      return <MessageView circle={circle} row={row} />;
    case "day":
      return <DayLine row={row} />;
    case "unread":
      return (
        <li class="unread" data-row={row.id}>
          {t("unreadLine")}
        </li>
      );
    case "line":
      return <Happening circle={circle} row={row} />;
  }
}

/** What stands above the first row: more to come, a page that did not come, or where one came in. */
function Top({ held }: { held: CircleHold }) {
  const { low, base, entries } = held.state.value;
  const older = held.older.value;
  if (older === "failed") {
    return (
      <div class="line" role="status">
        <p>{t("earlierNot")}</p>
        <button type="button" class="link" onClick={() => void actions.older(held.id)}>
          {t("tryAgain")}
        </button>
      </div>
    );
  }
  if (older === "reading") return <p class="line">{t("earlierComing")}</p>;
  if (low > base) {
    return (
      <button type="button" class="link small" onClick={() => void actions.older(held.id)}>
        {t("earlier")}
      </button>
    );
  }
  const fromTheBeginning = entries[0]?.kind === "line" && entries[0].what === "opened";
  return (
    <p class="line">
      {!fromTheBeginning && t(held.state.value.view?.history_open ? "startOpenLine" : "startLine")} {!entries.some((entry) => entry.kind === "message") && t("quiet")}
    </p>
  );
}

function Jump({ held, scroller }: { held: CircleHold; scroller: Scroller | null }) {
  const below = scroller?.below.value;
  return (
    <div class="jump">
      {cameFrom.value?.circle === held.id && (
        <button type="button" class="button" onClick={goBack}>
          {t("backToWhere")}
        </button>
      )}
      {below?.shown && (
        <button type="button" class="button main-act" onClick={() => scroller?.latest()}>
          {below.fresh > 0 ? count("newBelow", below.fresh) : t("latest")}
          <Icon name="i-down" />
        </button>
      )}
    </div>
  );
}

/** After much was missed: nothing is skipped without a word. */
function Away({ held, missed, scroller }: { held: CircleHold; missed: number; scroller: Scroller | null }) {
  return (
    <div class="bar" role="status">
      <p>{count("away", missed)}</p>
      <div class="row-of">
        <button
          type="button"
          class="link"
          onClick={async () => {
            const seq = await actions.readFrom(held.id);
            if (seq !== null) await scroller?.toMessage(seq);
          }}
        >
          {t("awayWhere")}
        </button>
        <button
          type="button"
          class="link"
          onClick={() => {
            actions.dismissAway(held.id);
            scroller?.toEnd();
          }}
        >
          {t("awayLatest")}
        </button>
      </div>
    </div>
  );
}
