import { useId } from "preact/hooks";

/** One number out of a few, as the phone's own list. */
export function Choice(props: {
  label: string;
  hint?: string;
  value: number;
  of: readonly (readonly [number, string])[];
  onPick: (value: number) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        class="input"
        value={String(props.value)}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onChange={(event) => props.onPick(Number(event.currentTarget.value))}
      >
        {props.of.map(([value, label]) => (
          <option key={value} value={String(value)}>
            {label}
          </option>
        ))}
      </select>
      {props.hint && (
        <p class="small" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}
