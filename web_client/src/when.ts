/** Moments in the viewer's own zone and language, by `Intl` alone. */

type Options = Intl.DateTimeFormatOptions;

const NUMBERS: Options = { year: "numeric", month: "2-digit", day: "2-digit" };
const HOUR_AND_MINUTE: Options = { hour: "numeric", minute: "2-digit" };
const WEEKDAY: Options = { weekday: "long" };
const DATE: Options = { day: "numeric", month: "long" };
const DATE_AND_YEAR: Options = { ...DATE, year: "numeric" };
const ZONE: Options = { timeZoneName: "longGeneric" };

const DAY = 86_400_000;

/** "20:30" for now and here, in the page's language. */
export function clock(at: number): string {
  return timeOf(at, pageLanguage());
}

/** "20:30" if that is today, else with its day: "tomorrow 20:30", "Thursday 20:30", "5 March 20:30". */
export function whenWords(at: number): string {
  const now = Date.now();
  return dayOf(at) === dayOf(now) ? clock(at) : dayAndTime(at, now, pageLanguage());
}

/** Day and time by the clock of a zone, in the page's language; the viewer's own where none is named. */
export function whenIn(at: number, zone?: string): string {
  const language = pageLanguage();
  const day = dayName(at, Date.now(), language, zone);
  // A date alone is hard to place in one's week.
  const weekday = Math.abs(daysBetween(Date.now(), at, zone)) < 7 ? "" : `${format(language, WEEKDAY, zone).format(at)} `;
  return `${weekday}${day} ${timeOf(at, language, zone)}`;
}

/** What the clock of another zone shows, with its day where that is another; `null` where it shows the same. */
export function otherClock(at: number, zone: string): string | null {
  const theirs = whenIn(at, zone);
  if (theirs === whenIn(at)) return null;
  return dayOf(at) === dayOf(at, zone) ? timeOf(at, pageLanguage(), zone) : theirs;
}

/** A day of the calendar such as `2026-12-24`: "Thursday 24 December". */
export function dateWords(day: string): string {
  const at = Date.parse(`${day}T12:00Z`);
  const [weekday, date] = [WEEKDAY, DATE].map((options) => format(pageLanguage(), options, "UTC").format(at));
  return `${weekday} ${date}`;
}

/** The day's name seen from today: "today", "yesterday", "Thursday", "5 March". */
export function dayWords(at: number): string {
  return dayName(at, Date.now(), pageLanguage());
}

/** The page's language, in the region the device names for it: so that 24-hour regions read 24 hours. */
function pageLanguage(): string {
  return regionOf(document.documentElement.lang || "en", navigator.languages);
}

/** The first of the device's own tags that is of the page's language, or the language alone. */
export function regionOf(language: string, tags: readonly string[]): string {
  return tags.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

/** Every zone's midnight falls on a quarter of an hour. */
const QUARTER = 900_000;
const formats = new WeakMap<Options, Map<string, Intl.DateTimeFormat>>();
/** The last day that was asked for: messages that follow each other are mostly of one. */
let known = { quarter: NaN, zone: "", day: "" };

/** The calendar day of a moment as `2026-03-01`, in the device's zone unless another is named. */
export function dayOf(at: number, zone = ""): string {
  const quarter = Math.floor(at / QUARTER);
  if (known.quarter !== quarter || known.zone !== zone) {
    // Swedish dates are written that way, so the parts need no putting together.
    const parts = format("sv-SE", NUMBERS, zone);
    known = { quarter, zone, day: parts.format(at) };
  }
  return known.day;
}

/** "20:30" or "8:30 PM", as the language has it. */
export function timeOf(at: number, language: string, zone?: string): string {
  return format(language, HOUR_AND_MINUTE, zone).format(at);
}

/** "today", "yesterday", "Thursday", then "5 March", with the year once it is another. */
export function dayName(at: number, now: number, language: string, zone?: string): string {
  const days = daysBetween(now, at, zone);
  if (Math.abs(days) <= 1) return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
  if (Math.abs(days) < 7) return format(language, WEEKDAY, zone).format(at);
  const sameYear = dayOf(at, zone).slice(0, 4) === dayOf(now, zone).slice(0, 4);
  return format(language, sameYear ? DATE : DATE_AND_YEAR, zone).format(at);
}

/** Day and time together, for an accessible name or a plan. */
export function dayAndTime(at: number, now: number, language: string, zone?: string): string {
  return `${dayName(at, now, language, zone)} ${timeOf(at, language, zone)}`;
}

/** How many calendar days `to` lies after `from`; negative before. */
export function daysBetween(from: number, to: number, zone?: string): number {
  return Math.round((Date.parse(dayOf(to, zone)) - Date.parse(dayOf(from, zone))) / DAY);
}

/** The viewer's zone as people name it, e.g. "Newfoundland Time". */
export function zoneName(language = pageLanguage(), zone?: string, at = Date.now()): string {
  const parts = format(language, ZONE, zone).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
}

/** A length of time in its largest whole unit: what words keep for, how long an invite lasts. */
export function lengthOf(ms: number, language: string): string {
  const [amount, unit] = unitOf(ms);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(amount);
}

function unitOf(ms: number): [number, "day" | "hour" | "minute"] {
  if (ms >= DAY) return [Math.round(ms / DAY), "day"];
  if (ms >= 3_600_000) return [Math.round(ms / 3_600_000), "hour"];
  return [Math.max(1, Math.round(ms / 60_000)), "minute"];
}

/** Making a format is slow; `options` are constants, so that each is made once for a language and zone. */
function format(language: string, options: Options, zone = ""): Intl.DateTimeFormat {
  let made = formats.get(options);
  if (!made) formats.set(options, (made = new Map()));
  const name = `${language} ${zone}`;
  let found = made.get(name);
  if (!found) {
    found = new Intl.DateTimeFormat(language, zone === "" ? options : { ...options, timeZone: zone });
    made.set(name, found);
  }
  return found;
}
