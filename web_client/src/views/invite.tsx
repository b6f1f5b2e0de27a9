import { useEffect, useState } from "preact/hooks";
import { lookAtInvite } from "../circles.ts";
import { go, href } from "../router.ts";
import { refusal, t } from "../words.ts";
import { Screen } from "./screen.tsx";

/** Where a link or a scanned picture leads: the circle's door, if the invite still works. */
export function FromInvite({ invite }: { invite: string }) {
  const [said, say] = useState<string | null>(null);
  const look = async () => {
    const answer = await lookAtInvite(invite);
    if (answer.ok) go({ at: "door", circle: answer.value.id });
    else say(refusal(answer.refused.code));
  };
  useEffect(() => void look(), [invite]);
  return (
    <Screen title={t("circlesTitle")}>
      <div role="status">{said ? <p>{said}</p> : <p>{t("oneMoment")}</p>}</div>
      {said && (
        <div class="row-of">
          <button type="button" class="button" onClick={() => void look()}>
            {t("tryAgain")}
          </button>
          <a class="link" href={href({ at: "circles" })}>
            {t("toCircles")}
          </a>
        </div>
      )}
    </Screen>
  );
}
