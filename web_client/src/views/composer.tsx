import { useLayoutEffect, useRef, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import { allDrafts, draftOf, saveDraft } from "../drafts.ts";
import { PLAIN } from "../entries.ts";
import { postsOn } from "../keys.ts";
import { signOfLife } from "../rounds.ts";
import { messageAt } from "../state.ts";
import { type CircleHold, preferences } from "../store.ts";
import { boxOf } from "../turns.ts";
import { plain } from "../text.ts";
import { type PlainKey, count, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Said } from "./fields.tsx";
import { MEETS } from "./manner.tsx";
import { PauseLine, usePause } from "./pause.tsx";
import { HelpNow } from "./screen.tsx";
import { type Intent, answer, forgetNotice, intentOf, sheet } from "./ui.ts";

/** From here on the letters that are left are counted. */
const COUNT_FROM = 200;

/** Where one writes. It is never switched off and never loses a word. */
export function Composer({ held }: { held: CircleHold }) {
  const circle = held.id;
  const box = useRef<HTMLTextAreaElement>(null);
  const intent = intentOf(circle);
  const now = intent.value;
  const [text, setText] = useState(() => startWords(held, now));
  const act = useAct();
  const changing = now.is !== "new";
  const pause = usePause(circle);
  const turns = held.state.value.turns;
  const turn = boxOf(turns, held.state.value.me);
  // Words of one's own can be changed meanwhile: that may be what ends it.
  const rests = pause !== null && !changing;
  // In the layout phase: words written the moment the box is there for another purpose must not be written over.
  useLayoutEffect(() => setText(startWords(held, intent.value)), [now]);
  useLayoutEffect(() => grow(box.current), [text]);
  const left = actions.BODY_LIMIT - [...text].length;
  const write = (words: string) => {
    setText(words);
    if (changing) return;
    saveDraft(circle, { text: words, replyTo: now.replyTo });
    signOfLife(circle);
    // While somebody has the piece, that others write is nobody's news.
    if (words.trim() !== "" && !rests && turn !== "waits") actions.tellWriting(circle);
  };
  const done = () => {
    answer(circle, null);
    setText(draftOf(circle).text);
    act.say(undefined);
  };
  const send = () => {
    if (text.trim() === "" || left < 0 || rests) return;
    forgetNotice();
    if (now.is === "new") {
      if (actions.post(circle, text, now.replyTo, draftOf(circle).manner) === null) return;
      saveDraft(circle, { text: "", replyTo: null });
      setText("");
      answer(circle, null);
    } else {
      const change = now.is === "edit" ? actions.edit : actions.rephrase;
      void act.run(() => change(circle, now.seq, text), done);
    }
    box.current?.focus();
  };
  return (
    <>
      {pause && <PauseLine pause={pause} />}
      <form
        class="compose"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <About held={held} intent={now} onStop={done} />
        <textarea
          id="box"
          ref={box}
          class="input"
          dir="auto"
          rows={1}
          value={text}
          placeholder={t("writeLabel")}
          aria-label={label(held, now)}
          aria-describedby={turn === "open" ? "box-left" : "round-says box-left"}
          enterkeyhint="enter"
          data-region-start=""
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (postsOn(event, preferences.value.enter_posts)) {
              event.preventDefault();
              send();
            } else if (event.key === "Escape" && (changing || now.replyTo !== null)) done();
          }}
        />
        <button type="submit" class="button main-act" aria-disabled={rests}>
          {changing ? t("save") : t("post")}
        </button>
        <div class="over">
          <p id="box-left" class={`counting ${left < 0 ? "over-much" : ""}`} hidden={left > COUNT_FROM}>
            {left < 0 ? count("tooMany", -left) : count("left", left)}
          </p>
          <Announced left={left} />
          <Said text={act.said} />
        </div>
      </form>
      <div class="foot">
        <HelpNow />
        {text !== "" && !changing && (
          <>
            <span class="small">{t("draftKept")}</span>
            <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "manner" })}>
              {mannerOf(circle)}
            </button>
          </>
        )}
        {text === "" && (
          <button
            type="button"
            class="link"
            aria-haspopup="dialog"
            aria-label={t("hardTime")}
            onClick={() => (sheet.value = { is: "hard_time" })}
          >
            {t(held.state.value.hosting ? "hardTitle" : "hardTime")}
          </button>
        )}
        {text === "" && held.state.value.hosting && held.state.value.view?.state !== "closed" && (
          <button type="button" class="link" aria-haspopup="dialog" onClick={() => (sheet.value = { is: "host" })}>
            {t("hostTitle")}
          </button>
        )}
      </div>
    </>
  );
}

/** What was chosen for the words in the box, as the way to choose something else. */
function mannerOf(circle: string): string {
  const { meet, prompt } = allDrafts().get(circle)?.manner ?? PLAIN;
  if (prompt) return t("promptHead");
  return meet === null ? t("mannerTitle") : t(MEETS[meet]);
}

/** The count is said aloud once as it begins, and once as it runs out; not for every letter. */
function Announced({ left }: { left: number }) {
  const said = left < 0 ? t("tooLong") : left <= COUNT_FROM ? count("left", COUNT_FROM) : "";
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}

/** Above the box: what is being answered or changed, and the way out of that. */
function About({ held, intent, onStop }: { held: CircleHold; intent: Intent; onStop: () => void }) {
  const seq = intent.is === "new" ? intent.replyTo : intent.seq;
  if (seq === null) return null;
  const message = messageAt(held.state.value, seq);
  const words = intent.is === "new" ? `${message?.name ?? ""}: ${plain(message?.body ?? "")}` : label(held, intent);
  return (
    <div class="over answering">
      <span>
        <span dir="auto">{words}</span>
        {intent.is === "new" && message?.manner.meet && <strong class="wish"> {t(MEETS[message.manner.meet])}</strong>}
      </span>
      <button type="button" class="link" onClick={onStop}>
        <span aria-hidden="true">{t("cancel")}</span>
        <span class="unseen">{intent.is === "new" ? t("cancelReply") : t("cancel")}</span>
      </button>
    </div>
  );
}

const LABELS: Readonly<Record<Intent["is"], PlainKey>> = { new: "writeLabel", edit: "editLabel", rephrase: "rephraseLabel" };

function label(held: CircleHold, intent: Intent): string {
  const answered = intent.is === "new" && intent.replyTo !== null ? messageAt(held.state.value, intent.replyTo) : null;
  return answered ? t("replyLabel", { name: answered.name }) : t(LABELS[intent.is]);
}

function startWords(held: CircleHold, intent: Intent): string {
  if (intent.is === "new") return draftOf(held.id).text;
  return messageAt(held.state.value, intent.seq)?.body ?? "";
}

/** Where the browser cannot size the box by its words, its height follows them here; the style sheet ends it at six lines. */
function grow(box: HTMLTextAreaElement | null): void {
  if (!box || CSS.supports("field-sizing", "content")) return;
  box.style.setProperty("height", "auto");
  box.style.setProperty("height", `${box.scrollHeight + 3}px`);
}
