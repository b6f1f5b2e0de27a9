import { useState } from "preact/hooks";
import { worry } from "../care.ts";
import { messageAt } from "../state.ts";
import { hold } from "../store.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { toBox } from "./acts.tsx";
import { Dialog } from "./dialog.tsx";
import { Said } from "./fields.tsx";
import { PeopleToCall } from "./help_lines.tsx";
import { Mark } from "./mark.tsx";
import { Outcome } from "./outcome.tsx";
import { sittings } from "./people.tsx";
import { closeSheet, suggest } from "./ui.ts";

/** With so few others, somebody can nearly tell who thought of them. */
const SMALL = 4;

interface Whom {
  readonly participant: string;
  readonly name: string;
  /** The message that made one think of them. */
  readonly seq: number | null;
}

/** "I'm worried about someone": a way to care. It touches no flag. `seq` is one of their messages, `null` asks whom. */
export function Worried({ circle, seq }: { circle: string; seq: number | null }) {
  const state = hold(circle).state.value;
  const message = seq === null ? null : messageAt(state, seq);
  const [chosen, choose] = useState<Whom | null>(null);
  const whom = message ? { participant: message.by, name: message.name, seq } : chosen;
  if (whom !== null) return <About key={whom.participant} circle={circle} whom={whom} />;
  const others = sittings(state).filter(({ mine }) => !mine);
  return (
    <Dialog key="whom" title={t("worriedTitle")} onClose={closeSheet} fallback="box">
      <div class="stack">
        <h3 id="worried-whom">{t("worriedWho")}</h3>
        <ul class="acts" aria-labelledby="worried-whom">
          {others.map(({ id }) => {
            const name = state.participants.get(id) ?? "";
            return (
              <li key={id}>
                <button type="button" class="act" onClick={() => choose({ participant: id, name, seq: null })}>
                  <span class="who">
                    <Mark id={id} />
                    <bdi>{name}</bdi>
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
        <PeopleToCall />
      </div>
    </Dialog>
  );
}

function About({ circle, whom }: { circle: string; whom: Whom }) {
  const { name, participant, seq } = whom;
  const act = useAct();
  const [company, asked] = useState<boolean | null>(null);
  const small = hold(circle).state.value.participants.size <= SMALL;
  const about = seq === null ? { participant } : { seq };
  return (
    <Dialog title={t("worriedAbout", { name })} onClose={closeSheet} fallback="box">
      <div class="stack">
        {company === null ? (
          <>
            <p>{t("worriedKind")}</p>
            <p>{t("worriedHow", { name })}</p>
            <p class="small">
              {t("worriedNever")} {t("worriedNoNote")} {small && t("worriedSmall")}
            </p>
            <Said text={act.said} />
            <button
              type="button"
              class="button main-act whole"
              aria-disabled={act.busy}
              onClick={() => void act.run(() => worry(circle, about), asked)}
            >
              {t("worriedDo", { name })}
            </button>
            <button
              type="button"
              class="button whole"
              onClick={() => toBox(() => suggest(circle, seq, t("worriedWords")))}
            >
              {t("worriedOpenly")}
            </button>
          </>
        ) : (
          <Outcome>
            <p>{company ? t("worriedAsked", { name }) : t("worriedFew")}</p>
            <p>{company ? t("worriedThen") : t("worriedFewThen", { name })}</p>
          </Outcome>
        )}
        <PeopleToCall />
      </div>
    </Dialog>
  );
}
