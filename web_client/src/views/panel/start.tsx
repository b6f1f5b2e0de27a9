import { useEffect, useState } from "preact/hooks";
import { closeCases, desk, forgetMarks, loadDesk, sitting } from "../../desk.ts";
import type { SeatView } from "../../generated/protocol.ts";
import { reviewing } from "../../reviewing.ts";
import { isEnough } from "../../sitting.ts";
import { seats } from "../../store.ts";
import { inside } from "../../words/en/inside.ts";
import { letters } from "../../words/en/letters.ts";
import { panel } from "../../words/en/panel.ts";
import { count, learn, t } from "../../words.ts";
import { Said } from "../fields.tsx";
import { useAct } from "../act.ts";
import { Screen } from "../screen.tsx";
import { Offered } from "../waiting.tsx";
import { Case } from "./case.tsx";
import { Limits } from "./limits.tsx";
import { Orientation } from "./orientation.tsx";
import { Cast, Done, Taken } from "./seat.tsx";

learn(inside);
learn(letters);
learn(panel);

/** The further a seat has come, the more it wants of its holder. */
const ORDER: readonly SeatView["state"][] = ["again", "talk", "reading", "cast", "done", "taken", "offered"];

/** One's own seat, and one's limits. There is nothing to browse. */
export function Desk() {
  const [put, putAway] = useState<ReadonlySet<string>>(new Set());
  const act = useAct();
  const all = seats.value;
  const open = all.filter(({ id }) => !put.has(id));
  const seat = ORDER.flatMap((state) => open.filter((one) => one.state === state))[0];
  const [last, setLast] = useState<string | null>(null);
  const settled = last !== null && !all.some(({ id }) => id === last);
  useEffect(() => closeCases(new Set(all.map(({ id }) => id))), [all]);
  useEffect(() => {
    if (seat && seat.state !== "offered") setLast(seat.id);
    if (last !== null && (settled || seat?.state === "done")) forgetMarks(last);
  }, [seat, settled]);
  // A seat more or less, or one that is put away, changes what is left of the day; moderators see counts.
  const role = reviewing.value?.role;
  useEffect(() => void act.run(loadDesk), [all.length, open.length, role]);
  if (reviewing.value === null && all.length === 0 && last === null) return <Orientation />;
  return (
    <Screen title={t("deskTitle")} back={{ at: "circles" }} wide={seat !== undefined}>
      <div class="stack desk">
        {settled && (
          <p class="note" role="status">
            {t("deskSettled")}
          </p>
        )}
        {isEnough(sitting.value, Date.now()) && <p class="note">{t("deskRest")}</p>}
        {seat ? (
          <Seat key={seat.id} seat={seat} onPut={() => putAway(new Set([...put, seat.id]))} />
        ) : (
          <Nothing said={act.said} />
        )}
      </div>
    </Screen>
  );
}

function Seat({ seat, onPut }: { seat: SeatView; onPut: () => void }) {
  switch (seat.state) {
    case "offered":
      return (
        <div class="sheet offer">
          <Offered seat={seat} />
        </div>
      );
    case "taken":
      return <Taken seat={seat} />;
    case "cast":
      return <Cast seat={seat} />;
    case "done":
      return <Done seat={seat} onPut={onPut} />;
    default:
      return <Case seat={seat} />;
  }
}

/** No seat: what one may expect, what one chose, and for moderators how it goes. */
function Nothing({ said }: { said: string | undefined }) {
  const now = desk.value;
  const left = now?.left_today;
  return (
    <>
      <p>{left === 0 ? t("deskDone") : t("deskNothing")}</p>
      <p class="small">{t("deskNoPicking")}</p>
      <Said text={said} />
      {now?.counts && (
        <section class="stack-2">
          <h2>{t("countsTitle")}</h2>
          <ul class="dots">
            <li>{count("countsOpen", now.counts.open)}</li>
            <li>{count("countsWaiting", now.counts.waiting)}</li>
            <li>{count("countsFew", now.counts.too_few)}</li>
            <li>{count("countsLapsed", now.counts.lapsed)}</li>
          </ul>
          <p class="small">{t("countsHint")}</p>
        </section>
      )}
      <Limits left={left ?? null} />
    </>
  );
}
