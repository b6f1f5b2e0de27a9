import { useState } from "preact/hooks";
import * as actions from "../actions.ts";
import type { CircleState } from "../state.ts";
import { count, t } from "../words.ts";
import { useAct } from "./act.ts";
import { Choice } from "./choice.tsx";
import { copy } from "./copying.ts";
import { Said } from "./fields.tsx";
import { whenWords } from "../when.ts";
import { long } from "./say.ts";
import { tellNotice } from "./ui.ts";

const HOUR = 3_600_000;
const LASTS = [HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR];
const USES = [1, 3, 8, 20, 100];

/** Invites: make one, pass it on, see what is in use, end it. */
export function Invites({ state }: { state: CircleState }) {
  const shown = actions.invitation.value;
  return (
    <section class="stack">
      {shown?.circle === state.id ? <Shown invitation={shown} /> : <Make circle={state.id} />}
      <h3>{t("invitesOpen")}</h3>
      {state.invites.length === 0 ? (
        <p class="small">{t("invitesNone")}</p>
      ) : (
        <ul class="listing">
          {state.invites.map((invite) => (
            <li key={invite.id}>
              <span>
                {count("inviteUsesLeft", invite.uses_left)}, {t("inviteEnds", { when: whenWords(invite.ends_at) })}
              </span>
              <button
                type="button"
                class="link"
                onClick={async () => {
                  const answer = await actions.revokeInvite(state.id, invite.id);
                  if (answer.ok) tellNotice(t("inviteRevoked"));
                }}
              >
                {t("inviteRevoke")}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Make({ circle }: { circle: string }) {
  const [uses, setUses] = useState(8);
  const [lasts, setLasts] = useState(24 * HOUR);
  const act = useAct();
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(() => actions.makeInvite(circle, uses, lasts));
      }}
    >
      <Choice label={t("inviteUses")} value={uses} of={USES.map((n) => [n, count("people", n)])} onPick={setUses} />
      <Choice label={t("inviteLasts")} value={lasts} of={LASTS.map((ms) => [ms, long(ms)])} onPick={setLasts} />
      <Said text={act.said} />
      <button type="submit" class="button main-act whole" aria-disabled={act.busy}>
        {t("inviteMake")}
      </button>
    </form>
  );
}

function Shown({ invitation }: { invitation: actions.Invitation }) {
  const { code, link, picture } = invitation;
  const copyLink = async () => {
    if (await copy(link, "#invite-link")) tellNotice(t("copied"));
  };
  return (
    <div class="stack">
      <p>{t("inviteShownOnce")}</p>
      {picture && <img class="picture" src={picture} alt={t("invitePicture")} />}
      <h3>{t("inviteCode")}</h3>
      <p class="once code" dir="ltr">
        {code}
      </p>
      <h3>{t("inviteLink")}</h3>
      <p class="once link-text" id="invite-link" dir="ltr">
        {link}
      </p>
      <div class="row-of no-print">
        <button type="button" class="button" onClick={() => void copyLink()}>
          {t("inviteCopyLink")}
        </button>
        {"share" in navigator && (
          <button type="button" class="button" onClick={() => void navigator.share({ url: link }).catch(() => undefined)}>
            {t("inviteShare")}
          </button>
        )}
        {picture && (
          <a class="button" href={picture} download="invite.svg">
            {t("inviteSave")}
          </a>
        )}
        <button type="button" class="button" onClick={() => print()}>
          {t("invitePrint")}
        </button>
        <button type="button" class="link" onClick={actions.dismissInvitation}>
          {t("inviteAnother")}
        </button>
      </div>
    </div>
  );
}
