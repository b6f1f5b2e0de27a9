import { later } from "../later.ts";
import { caring, connection, letters, me, newVersion, openings, recordChanged, seats, signedIn, unreachable } from "../store.ts";
import { loadMe, useHere } from "../place.ts";
import { t } from "../words.ts";

const Waiting = later(async () => (await import("./rest.ts")).Waiting);
const RecordChanged = later(async () => (await import("./record.tsx")).RecordChanged);

/** What concerns the whole page, under the header: never over it, never in the way of writing. */
export function Bars() {
  return (
    <>
      {me.value?.plain_http && (
        <div class="bar">
          <p class="small">{t("plainHttp")}</p>
        </div>
      )}
      {newVersion.value && (
        <div class="bar" role="status">
          <p>{t("newVersion")}</p>
          <button type="button" class="link" onClick={() => location.reload()}>
            {t("newVersionUse")}
          </button>
        </div>
      )}
      {connection.value.is === "replaced" && (
        <div class="bar" role="status">
          <p>{t("otherTab")}</p>
          <button type="button" class="link" onClick={useHere}>
            {t("otherTabUse")}
          </button>
        </div>
      )}
      {recordChanged.value && <RecordChanged />}
      {unreachable.value && (
        <div class="bar" role="status">
          <p>{t("unreachable")}</p>
          <button type="button" class="link" onClick={() => void loadMe()}>
            {t("tryAgain")}
          </button>
        </div>
      )}
      {signedIn.value && (seats.value.length > 0 || letters.value.length > 0 || caring.value || openings.value.length > 0) && <Waiting />}
    </>
  );
}
