import { useState } from "preact/hooks";
import { lookAtInvite } from "../circles.ts";
import { go } from "../router.ts";
import { t } from "../words.ts";
import { useAct } from "./act.ts";
import { Field } from "./fields.tsx";

/** "I have a code": a six-letter code or a whole link leads to that circle's door, never straight into it. */
export function Code() {
  const [code, setCode] = useState("");
  const act = useAct();
  return (
    <details class="fold">
      <summary>{t("haveCode")}</summary>
      <form
        class="inside stack"
        onSubmit={(event) => {
          event.preventDefault();
          const token = code.trim().replace(/^.*#\/i\//, "");
          if (token === "") act.say(t("codeNeeded"));
          else void act.run(() => lookAtInvite(token), (circle) => go({ at: "door", circle: circle.id }));
        }}
      >
        <Field label={t("codeLabel")} value={code} onInput={setCode} said={act.said} />
        <button type="submit" class="button">
          {t("codeLook")}
        </button>
      </form>
    </details>
  );
}
