import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Code } from "./code.tsx";
import { ComeBack } from "./come_back.tsx";
import { guestName, wishToComeIn } from "./coming.ts";
import { Naming } from "./naming.tsx";
import { WaitingRing } from "./seat.tsx";
import { Screen } from "./screen.tsx";

/** The first screen: come in as you are. */
export function Welcome() {
  const name = guestName();
  const act = useAct();
  return (
    <Screen
      title=""
      wide
      bare
      foot={
        <a class="link" href="/open-book">
          {t("openBook")}
        </a>
      }
    >
      <div class="welcome">
        <div class="welcome-side">
          <div class="welcome-ring">
            <WaitingRing seed={name} />
          </div>
        </div>
        <div class="stack-5">
          <div>
            <h1>{t("welcomeTitle")}</h1>
            <ul class="promise">
              <li>{t("welcomeNoAccount")}</li>
              <li>{t("welcomeName")}</li>
              <li>{t("welcomeNothingKept")}</li>
            </ul>
          </div>
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() === "") act.say(t("nameNeeded"));
              else void act.run(() => wishToComeIn(name.trim()));
            }}
          >
            <Naming said={act.said} />
            <button type="submit" class="button main-act whole">
              {t("comeIn")}
            </button>
          </form>
          <div>
            <Code />
            <ComeBack />
            <WhoReads />
          </div>
        </div>
      </div>
    </Screen>
  );
}

/** Who can read what, in four lines. */
export function WhoReads() {
  return (
    <details class="fold">
      <summary>{t("whoReads")}</summary>
      <ul class="inside dots">
        <li>{t("whoReadsCircle")}</li>
        <li>{t("whoReadsLater")}</li>
        <li>{t("whoReadsOperator")}</li>
        <li>{t("whoReadsNobody")}</li>
      </ul>
    </details>
  );
}
