import { messageAt } from "../state.ts";
import { hold } from "../store.ts";
import { t } from "../words.ts";
import { copy } from "./copying.ts";
import { closeSheet, tellNotice } from "./ui.ts";

/** One thing to do with a message. */
export function Act(props: { label: string; hint?: string; onPick: () => void }) {
  return (
    <li>
      <button type="button" class="act" onClick={props.onPick}>
        <span>{props.label}</span>
        {props.hint && <span class="small">{props.hint}</span>}
      </button>
    </li>
  );
}

/** Go on in the box. */
export function toBox(then: () => void): void {
  closeSheet();
  then();
  queueMicrotask(() => document.getElementById("box")?.focus());
}

export async function copyWords(circle: string, seq: number): Promise<void> {
  closeSheet();
  if (await copy(messageAt(hold(circle).state.value, seq)?.body ?? "", `[data-seq="${seq}"] .msg-body`)) {
    tellNotice(t("copied"));
  }
}
