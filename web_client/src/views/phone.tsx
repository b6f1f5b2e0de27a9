import { useEffect, useState } from "preact/hooks";
import * as actions from "../actions.ts";
import type { SessionView } from "../generated/protocol.ts";
import { me } from "../store.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { ClosedPage } from "./closed_page.tsx";
import { Field, Said, Tick } from "./fields.tsx";
import { showOnce } from "./once.tsx";
import { whenWords } from "../when.ts";

/** What this phone knows, how to come back, and where else one is signed in. */
export function Phone() {
  const kept = me.value?.sign_in_name ?? null;
  const remembered = me.value?.remembered ?? false;
  const act = useAct();
  return (
    <section aria-labelledby="phone">
      <h2 id="phone">{t("phoneSection")}</h2>
      <p>{kept === null ? t("phoneGuest") : t("phoneKept", { name: kept })}</p>
      <Tick
        label={t("phoneRemember")}
        on={remembered}
        onPick={(on) => void act.run(() => actions.remember(on))}
        effect={remembered ? t("phoneRememberOn") : t("phoneRememberOff")}
      />
      <Said text={act.said} />
      <ClosedPage />
      {kept === null ? <Keep /> : <Change />}
      <Sessions />
    </section>
  );
}

function Keep() {
  const [name, setName] = useState("");
  const [phrase, setPhrase] = useState("");
  const act = useAct();
  return (
    <details class="fold">
      <summary>{t("keepPlace")}</summary>
      <form
        class="inside stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === "" || phrase === "") act.say(t("keepPlaceNeeded"));
          else void act.run(() => actions.keepPlace(name.trim(), phrase), showOnce);
        }}
      >
        <p>{t("keepPlaceHint")}</p>
        <Field label={t("signInName")} value={name} onInput={setName} fill="username" most={60} />
        <Field
          label={t("passphrase")}
          hint={t("passphraseHint")}
          value={phrase}
          onInput={setPhrase}
          kind="password"
          fill="new-password"
          most={1024}
        />
        <Said text={act.said} />
        <button type="submit" class="button main-act" aria-disabled={act.busy}>
          {t("keepPlace")}
        </button>
      </form>
    </details>
  );
}

function Change() {
  const [old, setOld] = useState("");
  const [wanted, setWanted] = useState("");
  const [done, setDone] = useState(false);
  const act = useAct();
  const changed = () => {
    setOld("");
    setWanted("");
    setDone(true);
  };
  return (
    <details class="fold">
      <summary>{t("changePassphrase")}</summary>
      <form
        class="inside stack"
        onSubmit={(event) => {
          event.preventDefault();
          setDone(false);
          if (old === "" || wanted === "") act.say(t("changeNeeded"));
          else void act.run(() => actions.changePassphrase(old, wanted), changed);
        }}
      >
        <Field label={t("oldPassphrase")} value={old} onInput={setOld} kind="password" fill="current-password" most={1024} />
        <Field
          label={t("newPassphrase")}
          hint={t("passphraseHint")}
          value={wanted}
          onInput={setWanted}
          kind="password"
          fill="new-password"
          most={1024}
        />
        <Said text={act.said} />
        <p role="status">{done && t("changeDone")}</p>
        <button type="submit" class="button main-act" aria-disabled={act.busy}>
          {t("changeDo")}
        </button>
      </form>
    </details>
  );
}

function Sessions() {
  const [all, setAll] = useState<readonly SessionView[]>([]);
  const act = useAct();
  // Apart from what is pressed: signing out does not wait for a list.
  const reading = useAct();
  useEffect(() => void reading.run(actions.sessions, setAll), []);
  return (
    <div class="stack-2">
      <h3>{t("sessionsTitle")}</h3>
      <ul class="listing">
        {all.map((one) => (
          <li key={one.session}>
            <span>
              {one.this_one
                ? t("sessionHere", { when: whenWords(one.began_at) })
                : t("sessionOther", { when: whenWords(one.seen_at) })}
            </span>
            {!one.this_one && (
              <button
                type="button"
                class="link"
                onClick={() => void act.run(() => actions.endSession(one.session), setAll)}
              >
                {t("sessionEnd")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Said text={act.said ?? reading.said} />
      <div class="row-of">
        <button type="button" class="button" onClick={() => void act.run(actions.signOut)}>
          {t("signOut")}
        </button>
        <button type="button" class="button" onClick={() => void act.run(actions.signOutEverywhere)}>
          {t("signOutAll")}
        </button>
      </div>
    </div>
  );
}
