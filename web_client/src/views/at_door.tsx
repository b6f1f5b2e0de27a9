import { type AtDoor, joinSister, leaveDoor, openSister } from "../doorway.ts";
import type { Heard, WaitView } from "../generated/protocol.ts";
import { whenWords } from "../when.ts";
import { atDoor as words } from "../words/en/at_door.ts";
import { count, learn, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Said } from "./fields.tsx";
import { useHeading } from "./screen.tsx";

learn(words);

/** What one does at a door: waiting for a seat, or listening. */
export function Standing({ at }: { at: AtDoor }) {
  if (at.heard !== null) return <Listening heard={at.heard} />;
  return at.line === null ? null : <InLine line={at.line} />;
}

/** The button goes as it is pressed: the focus stays on the page. */
function goAway(): void {
  document.getElementById("main")?.focus({ preventScroll: true });
  leaveDoor();
}

function InLine({ line }: { line: WaitView }) {
  const heading = useHeading();
  return (
    <section class="note stack" aria-labelledby="wait-title">
      <h2 id="wait-title" ref={heading} tabIndex={-1}>
        {t("waitTitle")}
      </h2>
      <div role="status" class="stack-2">
        <p>{line.late ? t("waitLate") : t("waitLead")}</p>
        {line.doors_until != null && <p>{t("waitRests", { when: whenWords(line.doors_until) })}</p>}
      </div>
      <div role="status">
        <p>{line.waiting > 1 ? count("waitWith", line.waiting - 1) : t("waitAlone")}</p>
      </div>
      <Sister line={line} />
      <button type="button" class="link" onClick={goAway}>
        {t("waitStop")}
      </button>
    </section>
  );
}

function Sister({ line }: { line: WaitView }) {
  const act = useAct();
  const { sister } = line;
  const ask = () => void act.run(openSister);
  return (
    <section class="stack-2" aria-labelledby="sister-title">
      <h3 id="sister-title">{t("sisterTitle")}</h3>
      <div role="status">
        <p>{t(sister != null ? "sisterThere" : line.sister_asked ? "sisterAsked" : line.sister_mine ? "sisterMine" : "sisterHint")}</p>
      </div>
      <Said text={act.said} />
      {sister != null ? (
        <button type="button" class="button main-act whole" aria-disabled={act.busy} onClick={() => void act.run(() => joinSister(sister))}>
          {t("sisterGo")}
        </button>
      ) : line.sister_asked ? (
        <button type="button" class="button main-act whole" aria-disabled={act.busy} onClick={ask}>
          {t("sisterYes")}
        </button>
      ) : (
        !line.sister_mine && (
          <button type="button" class="button whole" aria-disabled={act.busy} onClick={ask}>
            {t("sisterAsk")}
          </button>
        )
      )}
    </section>
  );
}

function Listening({ heard }: { heard: Heard }) {
  const heading = useHeading();
  const lines = heard.lines ?? [];
  return (
    <section class="note stack" aria-labelledby="listen-title">
      <h2 id="listen-title" ref={heading} tabIndex={-1}>
        {t("listenTitle")}
      </h2>
      <p>{t("listenLead", { when: whenWords(heard.until) })}</p>
      <div class="stack-2" role="log" aria-label={t("listenLines")}>
        {lines.length === 0 && <p class="small">{t("listenQuiet")}</p>}
        {lines.map((line) => (
          <div key={line.seq}>
            <p class="small" dir="auto">
              {line.name}
            </p>
            <p class="words" dir="auto">
              {line.body ?? t("listenGone")}
            </p>
          </div>
        ))}
      </div>
      <button type="button" class="button whole" onClick={goAway}>
        {t("listenStop")}
      </button>
    </section>
  );
}
