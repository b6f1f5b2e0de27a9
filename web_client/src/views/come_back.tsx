import { useState } from "preact/hooks";
import { recover, signIn } from "../place.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Field, Said, Tick } from "./fields.tsx";
import { showOnce } from "./once.tsx";

/** Coming back as the same person: by passphrase, or by recovery words. */
export function ComeBack() {
  const [lost, setLost] = useState(false);
  return (
    <details class="fold">
      <summary>{t("beenBefore")}</summary>
      <div class="inside stack">
        {lost ? <Recover /> : <SignIn />}
        <button type="button" class="link" onClick={() => setLost(!lost)}>
          {lost ? t("signIn") : t("lostPassphrase")}
        </button>
      </div>
    </details>
  );
}

function SignIn() {
  const [name, setName] = useState("");
  const [phrase, setPhrase] = useState("");
  const [stay, setStay] = useState(false);
  const act = useAct();
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === "" || phrase === "") act.say(t("signInNeeded"));
        else void act.run(() => signIn(name.trim(), phrase, stay));
      }}
    >
      <Field label={t("signInName")} value={name} onInput={setName} fill="username" />
      <Field
        label={t("passphrase")}
        value={phrase}
        onInput={setPhrase}
        kind="password"
        fill="current-password"
        most={1024}
      />
      <Tick label={t("rememberHere")} on={stay} onPick={setStay} effect={t("rememberHint")} />
      <Said text={act.said} />
      <button type="submit" class="button">
        {t("signIn")}
      </button>
    </form>
  );
}

function Recover() {
  const [name, setName] = useState("");
  const [words, setWords] = useState("");
  const [phrase, setPhrase] = useState("");
  const act = useAct();
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === "" || words.trim() === "" || phrase === "") act.say(t("recoverNeeded"));
        else void act.run(() => recover(name.trim(), words.trim(), phrase), showOnce);
      }}
    >
      <Field label={t("signInName")} value={name} onInput={setName} fill="username" />
      <Field label={t("recoveryWords")} value={words} onInput={setWords} most={1024} />
      <Field
        label={t("newPassphrase")}
        value={phrase}
        onInput={setPhrase}
        kind="password"
        fill="new-password"
        most={1024}
        hint={t("passphraseHint")}
      />
      <Said text={act.said} />
      <button type="submit" class="button">
        {t("comeBack")}
      </button>
    </form>
  );
}
