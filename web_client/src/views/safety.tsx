import * as actions from "../actions.ts";
import { href } from "../router.ts";
import { me, preferences } from "../store.ts";
import { t } from "../words.ts";
import { ExitFacts } from "./before.tsx";
import { Tick } from "./fields.tsx";
import { Phone } from "./phone.tsx";
import { Reading } from "./reading_choices.tsx";
import { Screen } from "./screen.tsx";
import { Seeing } from "./seeing.tsx";
import { Forget } from "./forget.tsx";

/** My safety: every choice holds at once, and says what it does now. */
export function Safety() {
  return (
    <Screen title={t("safetyTitle")} back={{ at: "circles" }}>
      <p class="small">{t("safetySaved")}</p>
      <div class="safety">
        <Leaving />
        <Phone />
        <Seeing />
        <Reading />
        <WithOthers />
        <Forget />
      </div>
    </Screen>
  );
}

/** The way to the desk of panels, for those who sit on them and those who might. */
function WithOthers() {
  return (
    <section class="stack-2" aria-labelledby="with-others">
      <h2 id="with-others">{t("withOthers")}</h2>
      <p>{t("withOthersHint")}</p>
      <a class="link" href={href({ at: "desk" })}>
        {t("withOthersGo")}
      </a>
    </section>
  );
}

function Leaving() {
  const on = preferences.value.quick_exit_keys;
  const to = me.value?.exit_to ?? "";
  return (
    <section aria-labelledby="leaving">
      <h2 id="leaving">{t("exitSection")}</h2>
      <Tick
        label={t("exitKeys")}
        on={on}
        onPick={(value) => void actions.setPreferences({ quick_exit_keys: value })}
        effect={on ? t("exitKeysOn") : t("exitKeysOff")}
      />
      <p>{/^https?:/.test(to) ? t("exitLeads", { place: new URL(to).host }) : t("exitLeadsNeutral")}</p>
      <details class="fold">
        <summary>{t("exitAbout")}</summary>
        <div class="inside">
          <ExitFacts />
        </div>
      </details>
    </section>
  );
}
