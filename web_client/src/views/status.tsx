import { useEffect, useState } from "preact/hooks";
import { type CircleHold, connection } from "../store.ts";
import { t } from "../words.ts";

/** A connection that is back within this time was never worth a word. */
const PATIENCE = 2_000;

/** One line of fixed height: the connection, else "someone is writing". It never moves what is above it. */
export function StatusLine({ held }: { held: CircleHold }) {
  const lost = useLost();
  return (
    <div class="status">
      <span role="status">{lost && t("reconnecting")}</span>
      {!lost && held.writing.value && <span>{t("someoneWriting")}</span>}
    </div>
  );
}

/** Whether the connection has been gone for long enough to say so. */
function useLost(): boolean {
  const { is, since } = connection.value;
  const away = is === "connecting" || is === "lost";
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!away) return undefined;
    const timer = setTimeout(() => setLate(true), Math.max(0, since + PATIENCE - Date.now()));
    return () => clearTimeout(timer);
  }, [away]);
  return away && late;
}
