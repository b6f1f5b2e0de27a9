import { useId } from "preact/hooks";
import type { Choice } from "../../ballot.ts";
import { t } from "../../words.ts";

/** One short question with an answer for each mark, each in a sentence. */
export function Choices(props: {
  legend: string;
  choices: readonly Choice[];
  value: number | null;
  label: (level: number) => string;
  hint: (level: number) => string;
  onPick: (level: number) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend>{props.legend}</legend>
      {props.choices.map(({ level, asks }) => {
        const id = `${name}-${level}`;
        return (
          <label key={level} class="pick" htmlFor={id}>
            <input
              id={id}
              type="radio"
              name={name}
              checked={level === props.value}
              aria-labelledby={`${id}-label`}
              aria-describedby={`${id}-hint`}
              onChange={() => props.onPick(level)}
            />
            <span>
              <span id={`${id}-label`}>{props.label(level)}</span>
              <span class="small" id={`${id}-hint`}>
                {props.hint(level)}
                {asks && <> {t("asksMore")}</>}
              </span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
