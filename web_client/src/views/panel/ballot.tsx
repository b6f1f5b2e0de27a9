import { useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  type Marks,
  SENTENCE_LIMIT,
  blank,
  castOf,
  contentChoices,
  marksOf,
  missing,
  needsReason,
  personChoices,
  previewOf,
} from "../../ballot.ts";
import { castBallot, draftPlace } from "../../desk.ts";
import { draftOf, saveDraft } from "../../drafts.ts";
import { CATEGORIES, felt } from "../../felt.ts";
import type { CaseToRead, SeatView } from "../../generated/protocol.ts";
import type { Category } from "../../state.ts";
import { type PlainKey, t } from "../../words.ts";
import { useAct } from "../act.ts";
import { Area, OneOf, Said, Tick } from "../fields.tsx";
import { ReasonParts } from "../reasons.tsx";
import { scaledLong } from "../say.ts";
import { Choices } from "./choices.tsx";
import { useDeskKeys } from "./keys.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CONTENT: readonly PlainKey[] = ["content0", "content1", "content2"];
const PERSON: readonly PlainKey[] = ["person0", "person1", "person2", "person3", "person4", "person5"];
/** How long a pause is, and how long if there was one before; by mark. */
const PAUSES: Readonly<Partial<Record<number, readonly [number, number]>>> = {
  3: [15 * MINUTE, HOUR],
  4: [4 * HOUR, 24 * HOUR],
  5: [7 * 24 * HOUR, 7 * 24 * HOUR],
};

/** Two short questions, and where the answer is more than nothing, the parts of a letter that is shown beside. */
export function Ballot({ seat, read }: { seat: SeatView; read: CaseToRead }) {
  const place = draftPlace(seat.id);
  const [marks, setMarks] = useState<Marks>(() => begin(place, read));
  const act = useAct();
  const letter = useRef<HTMLElement>(null);
  const set = (change: Partial<Marks>) => {
    const now = { ...marks, ...change };
    setMarks(now);
    act.say(undefined);
    saveDraft(place, { text: JSON.stringify(now), replyTo: null });
  };
  const mark = (at: number, level: number) =>
    set({ contents: marks.contents.map((content, index) => (index === at ? level : content)) });
  const several = read.messages.length > 1;
  const people = personChoices(read);
  const reasoned = needsReason(marks);
  const send = () => {
    const still = missing(marks);
    if (still !== null) return act.say(t(`missing_${still}`));
    return void act.run(() => castBallot(castOf(seat.id, read, marks)));
  };
  useDeskKeys(keysFor(read, marks, mark, (person) => set({ person }), () => letter.current?.focus()));
  // Nothing of a letter is left where nothing is asked for.
  useLayoutEffect(() => act.say(undefined), [reasoned]);
  return (
    <form
      class="stack ballot"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {seat.state === "again" && <p>{t("seatAgain")}</p>}
      {read.messages.map((message, at) => !message.gone && (
        <div key={message.item} class="stack-2">
          <Choices
            legend={several ? t("askContentOf", { n: at + 1 }) : t("askContent")}
            choices={contentChoices(read, message)}
            value={marks.contents[at] ?? null}
            label={(level) => t(CONTENT[level] ?? "content0")}
            hint={(level) => t(`content${level === 2 ? 2 : level === 1 ? 1 : 0}Hint`)}
            onPick={(level) => mark(at, level)}
          />
          {message.held && (marks.contents[at] ?? 0) > 0 && (
            <Tick
              label={t("askHold")}
              effect={t("askHoldHint")}
              on={marks.holds[at] ?? false}
              onPick={(on) => set({ holds: marks.holds.map((one, index) => (index === at ? on : one)) })}
            />
          )}
        </div>
      ))}
      <Choices
        legend={t("askPerson")}
        choices={people}
        value={marks.person}
        label={(level) => t(PERSON[level] ?? "person0")}
        hint={personHint}
        onPick={(person) => set({ person })}
      />
      {reasoned && <Reason read={read} marks={marks} onSet={set} />}
      {reasoned && (
        <section ref={letter} class="preview" tabIndex={-1} aria-labelledby="preview-title">
          <h2 id="preview-title">{t("previewTitle")}</h2>
          <p class="small">{t("previewHint")}</p>
          <ReasonParts reasons={previewOf(read, marks)} />
        </section>
      )}
      <Said text={act.said} />
      <button type="submit" class="button main-act whole" aria-disabled={act.busy}>
        {t("cast")}
      </button>
    </form>
  );
}

function Reason({ read, marks, onSet }: { read: CaseToRead; marks: Marks; onSet: (change: Partial<Marks>) => void }) {
  return (
    <>
      <OneOf<Category | "">
        legend={t("askCode")}
        value={marks.code ?? ""}
        of={CATEGORIES.map((kind) => [kind, felt(kind)])}
        onPick={(code) => code !== "" && onSet({ code })}
        inLine
      />
      <OneOf
        legend={t("askClause")}
        value={marks.clause ?? -1}
        of={[
          ...read.agreement.map((line, at) => [at + 1, t("clauseNumber", { n: at + 1, line })] as const),
          [0, t("clauseNot")],
        ]}
        onPick={(clause) => onSet({ clause })}
      />
      <Area
        label={t("askSentence")}
        hint={t("askSentenceHint")}
        value={marks.sentence}
        onInput={(sentence) => onSet({ sentence })}
        rows={2}
        most={SENTENCE_LIMIT}
      />
    </>
  );
}

function personHint(level: number): string {
  const [first = 0, again = 0] = PAUSES[level] ?? [];
  const facts = { first: scaledLong(first), again: scaledLong(again) };
  switch (level) {
    case 1:
      return t("person1Hint");
    case 2:
      return t("person2Hint");
    case 3:
      return t("person3Hint", facts);
    case 4:
      return t("person4Hint", facts);
    case 5:
      return t("person5Hint", facts);
    default:
      return t("person0Hint");
  }
}

/** What was marked before: in this tab, or in a ballot that was cast. */
function begin(place: string, read: CaseToRead): Marks {
  const kept = draftOf(place).text;
  if (kept !== "") return JSON.parse(kept) as Marks;
  return read.mine ? marksOf(read, read.mine) : blank(read);
}

/** Digits answer the first question that has no answer yet, else the last one. */
function keysFor(
  read: CaseToRead,
  marks: Marks,
  mark: (at: number, level: number) => void,
  ask: (person: number) => void,
  toLetter: () => void,
): Record<string, () => void> {
  const keys: Record<string, () => void> = { enter: toLetter };
  const at = marks.contents.indexOf(null);
  const message = read.messages[at];
  const choices = message ? contentChoices(read, message) : personChoices(read);
  for (const { level } of choices) {
    keys[String(level + 1)] = () => (message ? mark(at, level) : ask(level));
  }
  return keys;
}
