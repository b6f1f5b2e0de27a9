import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** A labelled box of one line. `said` is what is wrong with it, in a plain sentence. */
export function Field(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string | undefined;
  said?: string | undefined;
  kind?: "text" | "password" | "datetime-local";
  fill?: string;
  most?: number;
  placeholder?: string;
  id?: string;
  beside?: ComponentChildren;
}) {
  const own = useId();
  const id = props.id ?? own;
  const says = [props.hint && `${id}-hint`, props.said && `${id}-said`].filter(Boolean).join(" ");
  const box = (
    <input
      id={id}
      class="input"
      type={(props.kind ?? "text") as "text"}
      value={props.value}
      maxLength={props.most ?? 200}
      placeholder={props.placeholder}
      dir={props.kind === "password" ? "ltr" : "auto"}
      autoComplete={(props.fill ?? "off") as "off"}
      autoCapitalize="off"
      spellcheck={false}
      aria-describedby={says || undefined}
      aria-invalid={props.said ? true : undefined}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  );
  return (
    <div class="field">
      <label htmlFor={id}>{props.label}</label>
      {props.beside ? (
        <div class="beside">
          {box}
          {props.beside}
        </div>
      ) : (
        box
      )}
      {props.hint && (
        <p class="small" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      <Said id={`${id}-said`} text={props.said} />
    </div>
  );
}

/** A labelled box of several lines. */
export function Area(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  rows: number;
  hint?: string;
  said?: string | undefined;
  most: number;
}) {
  const id = useId();
  return (
    <div class="field">
      <label htmlFor={id}>{props.label}</label>
      <textarea
        id={id}
        class="input"
        dir="auto"
        rows={props.rows}
        maxLength={props.most}
        value={props.value}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        aria-invalid={props.said ? true : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {props.hint && (
        <p class="small" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      <Said id={`${id}-said`} text={props.said} />
    </div>
  );
}

/** What did not work, said once as it appears. */
export function Said({ id, text }: { id?: string; text: string | undefined }) {
  return (
    <div role="alert" id={id}>
      {text && <p class="refused">{text}</p>}
    </div>
  );
}

/** A box to tick; its present effect is said in a sentence. */
export function Tick(props: { label: string; on: boolean; onPick: (on: boolean) => void; effect?: string; id?: string }) {
  const own = useId();
  const id = props.id ?? own;
  return (
    <label class="pick" htmlFor={id}>
      <input
        id={id}
        type="checkbox"
        checked={props.on}
        aria-describedby={props.effect ? `${id}-effect` : undefined}
        onChange={(event) => props.onPick(event.currentTarget.checked)}
      />
      <span>
        {props.label}
        {props.effect && (
          <span class="small" id={`${id}-effect`}>
            {props.effect}
          </span>
        )}
      </span>
    </label>
  );
}

/** One of several. */
export function OneOf<T extends string | number>(props: {
  legend: string;
  value: T;
  of: readonly (readonly [T, string])[];
  onPick: (value: T) => void;
  inLine?: boolean;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend>{props.legend}</legend>
      <div class={`picks ${props.inLine ? "in-line" : ""}`}>
        {props.of.map(([value, label]) => (
          <label key={value} class="pick" htmlFor={`${name}-${value}`}>
            <input
              id={`${name}-${value}`}
              type="radio"
              name={name}
              checked={value === props.value}
              onChange={() => props.onPick(value)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
