import * as actions from "../actions.ts";
import type { Gesture } from "../generated/protocol.ts";
import { messageAt } from "../state.ts";
import { hold, preferences } from "../store.ts";
import { clock } from "../when.ts";
import { t } from "../words.ts";
import { copy } from "./copying.ts";
import { Dialog } from "./dialog.tsx";
import { answer, closeSheet, intentOf, sheet, tellNotice } from "./ui.ts";

export const GESTURES: readonly Gesture[] = ["hear_you", "same_here", "holding_you", "thank_you", "celebrating"];
/** One's own words can be taken back for ever; right after posting that comes first. */
const JUST_POSTED = 10_000;

/** What one can do with a message. */
export function More({ circle, seq }: { circle: string; seq: number }) {
  const state = hold(circle).state.value;
  const message = messageAt(state, seq);
  if (message === null) return null;
  const mine = message.by === state.me;
  const title = t("messageFrom", { name: mine ? t("youCapital") : message.name, when: clock(message.at) });
  return (
    <Dialog title={title} onClose={closeSheet} fallback="box">
      {mine ? (
        <Own circle={circle} seq={seq} fresh={Date.now() - message.at < JUST_POSTED} />
      ) : (
        <Others circle={circle} seq={seq} by={message.by} name={message.name} />
      )}
    </Dialog>
  );
}

function Act(props: { label: string; hint?: string; clay?: boolean; onPick: () => void }) {
  return (
    <li>
      <button type="button" class={`act ${props.clay ? "clay" : ""}`} onClick={props.onPick}>
        <span>{props.label}</span>
        {props.hint && <span class="small">{props.hint}</span>}
      </button>
    </li>
  );
}

function toBox(then: () => void): void {
  closeSheet();
  then();
  queueMicrotask(() => document.getElementById("box")?.focus());
}

async function copyWords(circle: string, seq: number): Promise<void> {
  closeSheet();
  if (await copy(messageAt(hold(circle).state.value, seq)?.body ?? "", `[data-seq="${seq}"] .msg-body`)) {
    tellNotice(t("copied"));
  }
}

function Own({ circle, seq, fresh }: { circle: string; seq: number; fresh: boolean }) {
  const takeBack = (
    <Act
      key="take"
      label={t("takeBack")}
      hint={t("takeBackHint")}
      onPick={() => {
        sheet.value = { is: "take_back", seq };
      }}
    />
  );
  return (
    <ul class="acts">
      {fresh && takeBack}
      <Act
        key="edit"
        label={t("edit")}
        onPick={() =>
          toBox(() => {
            const folded = messageAt(hold(circle).state.value, seq)?.foldedUntil != null;
            intentOf(circle).value = { is: folded ? "rephrase" : "edit", seq };
          })
        }
      />
      <Act key="copy" label={t("copy")} onPick={() => void copyWords(circle, seq)} />
      <Act key="reply" label={t("reply")} onPick={() => toBox(() => answer(circle, seq))} />
      {!fresh && takeBack}
    </ul>
  );
}

function Others({ circle, seq, by, name }: { circle: string; seq: number; by: string; name: string }) {
  const held = hold(circle);
  const { aside, flags } = held.state.value;
  const folded = held.foldedForMe.value.has(seq);
  const flag = flags.get(seq);
  const flagged = flag !== undefined && flag !== "withdrawn";
  const foldForMe = () => {
    actions.foldForMe(circle, seq, !folded);
    closeSheet();
    if (!folded) tellNotice(t("foldDone"), () => actions.foldForMe(circle, seq, false));
  };
  const setAside = (on: boolean) => {
    closeSheet();
    void actions.setAside(circle, by, on);
    if (on) tellNotice(t("setAsideDone", { name }), () => void actions.setAside(circle, by, false));
  };
  return (
    <div class="stack">
      {preferences.value.gestures && <GivePills circle={circle} seq={seq} />}
      <ul class="acts">
        <Act label={t("reply")} onPick={() => toBox(() => answer(circle, seq))} />
        <Act label={t("copy")} onPick={() => void copyWords(circle, seq)} />
        <Act
          label={folded ? t("unfoldForMe") : t("foldForMe")}
          hint={folded ? "" : t("foldForMeHint")}
          onPick={foldForMe}
        />
        {aside.has(by) ? (
          <Act label={t("undoAside", { name })} onPick={() => setAside(false)} />
        ) : (
          <Act label={t("setAside", { name })} hint={t("setAsideHint")} onPick={() => setAside(true)} />
        )}
        <Act
          label={t("worried")}
          hint={t("worriedHint")}
          onPick={() => {
            sheet.value = { is: "worried", seq };
          }}
        />
        {flagged ? (
          <Act
            label={t("withdrawFlag")}
            onPick={() => {
              closeSheet();
              void actions.withdrawFlag(circle, seq);
            }}
          />
        ) : (
          <Act
            label={t("flag")}
            hint={t("flagHint")}
            onPick={() => {
              sheet.value = { is: "flag", seq };
            }}
          />
        )}
      </ul>
    </div>
  );
}

function GivePills({ circle, seq }: { circle: string; seq: number }) {
  const given = hold(circle).state.value.given.get(seq);
  return (
    <section class="stack-2" aria-labelledby="gestures-title">
      <h3 id="gestures-title">{t("gesturesTitle")}</h3>
      <div class="pills">
        {GESTURES.map((kind) => {
          const on = given?.has(kind) ?? false;
          return (
            <button
              key={kind}
              type="button"
              class="pill"
              aria-pressed={on}
              onClick={() => void actions.gesture(circle, seq, kind, !on)}
            >
              {t(kind)}
            </button>
          );
        })}
      </div>
      <p class="small">{t("gesturesHint")}</p>
    </section>
  );
}
