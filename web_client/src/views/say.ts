/** Days and lengths of time in the language of the words. */
import { me } from "../store.ts";
import { dayWords, lengthOf } from "../when.ts";
import { languageTag } from "../words.ts";

const MINUTE = 60_000;
export const TEN_MINUTES = 10 * MINUTE;
export const ONE_HOUR = 60 * MINUTE;
export const FOLD_LIFE = 72 * 60 * MINUTE;

/** "Today", "Yesterday", "Thursday": a day as it stands above that day's messages. */
export function dayLabel(at: number): string {
  const words = dayWords(at);
  return words.charAt(0).toLocaleUpperCase(languageTag()) + words.slice(1);
}

/** A length of time in its largest unit: "7 days", "10 minutes"; `ms` in milliseconds. */
export function long(ms: number): string {
  if (ms >= MINUTE) return lengthOf(ms, languageTag());
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return new Intl.NumberFormat(languageTag(), { style: "unit", unit: "second", unitDisplay: "long" }).format(seconds);
}

/** The same, for a wait that this server may shorten as a whole (as a demonstration does). */
export function scaledLong(ms: number): string {
  return long(ms / (me.value?.time_scale ?? 1));
}
