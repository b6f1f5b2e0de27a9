import { useLayoutEffect, useState } from "preact/hooks";
import type { FoundMessage } from "../generated/protocol.ts";
import { comparable, holdsMuted } from "../muted.ts";
import { find, findFurther, finding, forgetFinding, pieces } from "../search.ts";
import { preferences, topicOf } from "../store.ts";
import { whenWords } from "../when.ts";
import { inside } from "../words/en/inside.ts";
import { count, learn, refusal, t } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { Field, OneOf } from "./fields.tsx";
import { aim } from "./jumping.ts";
import { closeSheet, sheet } from "./ui.ts";

learn(inside);

const BOX = "search-words";
const MOST = 100;

/** Looking for words, in one circle or in all of one's own. */
export function Search() {
  const open = sheet.value;
  return open?.is === "search" ? <Asking key={open.circle} here={open.circle} /> : null;
}

function Asking({ here }: { here: string | null }) {
  const [words, write] = useState("");
  const [where, turn] = useState<"here" | "all">(here === null ? "all" : "here");
  useLayoutEffect(() => {
    document.getElementById(BOX)?.focus();
    return forgetFinding;
  }, []);
  const look = (in_: "here" | "all") => void find(words, in_ === "here" ? here : null);
  return (
    <Dialog title={t("searchTitle")} onClose={closeSheet} fallback="box">
      <div class="stack search">
        <search>
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault();
              look(where);
            }}
          >
            <Field
              id={BOX}
              label={t("searchLabel")}
              hint={t("searchHint")}
              value={words}
              onInput={write}
              most={MOST}
              beside={
                <button type="submit" class="button main-act">
                  {t("searchDo")}
                </button>
              }
            />
            {here !== null && (
              <OneOf
                legend={t("searchWhere")}
                value={where}
                of={[
                  ["here", t("searchHere")],
                  ["all", t("searchAll")],
                ]}
                onPick={(picked) => {
                  turn(picked);
                  if (finding.value) look(picked);
                }}
                inLine
              />
            )}
          </form>
        </search>
        <Found />
      </div>
    </Dialog>
  );
}

/** How much was found is said as it becomes known; the list itself is read when one goes there. */
function Found() {
  const now = finding.value;
  const muted = preferences.value.muted.map(comparable);
  return (
    <>
      <div role="status">{now && <p>{said()}</p>}</div>
      {now && now.found.length > 0 && (
        <ul class="found stack-2">
          {now.found.map((one) => (
            <li key={`${one.circle} ${one.seq}`}>
              <Row one={one} veiled={holdsMuted(one.words, muted)} />
            </li>
          ))}
        </ul>
      )}
      {now?.is === "here" && now.further !== undefined && now.further.length > 0 && (
        <div class="stack-2">
          {now.backTo !== null && <p class="small">{t("searchBackTo", { when: whenWords(now.backTo) })}</p>}
          <button type="button" class="button whole" onClick={() => void findFurther()}>
            {t("searchFurther")}
          </button>
        </div>
      )}
    </>
  );
}

function said(): string {
  const now = finding.value;
  if (!now) return "";
  if (now.refused) return refusal(now.refused.code);
  if (now.found.length > 0) return count("searchFound", now.found.length);
  if (now.is === "asking") return t("searchLooking");
  return t(now.further !== undefined && now.further.length > 0 ? "searchNoneYet" : "searchNone");
}

function Row({ one, veiled }: { one: FoundMessage; veiled: boolean }) {
  const topic = topicOf(one.circle);
  return (
    <button type="button" class="found-one" onClick={() => aim(one.circle, one.seq)}>
      <span class="facts">
        <bdi>{one.name}</bdi>
        <span>{whenWords(one.at)}</span>
        {topic !== null && <bdi>{topic}</bdi>}
      </span>
      <span class="said" dir="auto">
        {veiled ? (
          t("mutedLine")
        ) : (
          <>
            {one.more_before && "… "}
            {pieces(one).map(({ text, marked }, at) => (marked ? <mark key={at}>{text}</mark> : text))}
            {one.more_after && " …"}
          </>
        )}
      </span>
    </button>
  );
}
