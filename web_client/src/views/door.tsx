import { useEffect, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import type { CircleView } from "../generated/protocol.ts";
import { go, href } from "../router.ts";
import { list, me, mine, signedIn } from "../store.ts";
import { whenWords } from "../when.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { guestName, wishToComeIn } from "./coming.ts";
import { Field, Said, Tick } from "./fields.tsx";
import { long } from "./say.ts";
import { Naming } from "./naming.tsx";
import { beginRoom } from "./new_room.ts";
import { Times } from "./times.tsx";
import { WhoReads } from "./welcome.tsx";
import { useHeading } from "./screen.tsx";

/** A circle's door: what it is about, what one says yes to, and by which name one comes in. */
export function Door({ circle }: { circle: string }) {
  const heading = useHeading();
  const view = actions.viewOf(circle);
  useEffect(() => {
    if (view === null) void actions.refreshCircles();
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
  const said = [keepWords(view.keep_for), t(view.history_open ? "doorBefore" : "doorNothingBefore"), t((view.panels ?? true) ? "doorPanels" : "doorNoPanels")];
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
  if (view.fullness === "full") {
    return (
      <div class="note stack-2">
        <p>{t("doorFull")}</p>
        <p>{t("doorFullHint")}</p>
        <div class="row-of">
          <button type="button" class="button" onClick={() => void actions.refreshCircles()}>
            {t("doorLookAgain")}
          </button>
          {me.value?.may_open && (
            <button type="button" class="link" onClick={() => beginRoom(view.topic)}>
              {t("doorOpenLike")}
            </button>
          )}
        </div>
      </div>
    );
  }
  return <GoIn view={view} />;
}

function GoIn({ view }: { view: CircleView }) {
  const [yes, setYes] = useState(false);
  const [name, setName] = useState("");
  const act = useAct();
  const known = signedIn.value;
  const enter = () => {
    const wanted = (known ? name : guestName()).trim();
    if (!yes) act.say(t("doorYesNeeded"));
    else if (known) {
      const other = wanted === "" || wanted === me.value?.name ? null : wanted;
      void act.run(
        () => actions.enter(view.id, view.agreement_version, other),
        () => go({ at: "circle", circle: view.id }),
      );
    } else if (wanted === "") act.say(t("nameNeeded"));
    else void act.run(() => wishToComeIn(wanted, { id: view.id, agreement: view.agreement_version }));
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        enter();
      }}
    >
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
      <Said text={act.said} />
      <button type="submit" class="button main-act whole" aria-disabled={act.busy}>
        {t("doorEnter")}
      </button>
    </form>
  );
}
