import type { Repeat } from "../plans.ts";
import { me } from "../store.ts";
import { t } from "../words.ts";
import { Choice } from "./choice.tsx";
import { long } from "./say.ts";

const REPEATS = ["weekly", "fortnightly", "monthly"] as const;
const MINUTES = [30, 45, 60, 90, 120, 180, 240];

/** How often a room opens, and for how long. */
export function Repeating(props: {
  repeat: Repeat;
  lasts: number;
  onRepeat: (repeat: Repeat) => void;
  onLasts: (lasts: number) => void;
}) {
  const words = [t("repeatWeekly"), t("repeatFortnightly"), t("repeatMonthly")];
  return (
    <>
      <Choice
        label={t("repeatLabel")}
        value={REPEATS.findIndex((repeat) => repeat === props.repeat)}
        of={words.map((word, index) => [index, word])}
        onPick={(index) => props.onRepeat(REPEATS[index] ?? "weekly")}
      />
      <Choice
        label={t("lastsLabel")}
        value={props.lasts}
        of={MINUTES.map((minutes) => [minutes, minutes % 60 === 0 ? long(minutes * 60_000) : lengthInMinutes(minutes)])}
        onPick={props.onLasts}
      />
      {me.value?.sign_in_name == null && <p class="small">{t("planGuest")}</p>}
    </>
  );
}

function lengthInMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = long((minutes % 60) * 60_000);
  return hours === 0 ? rest : `${long(hours * 3_600_000)} ${rest}`;
}
