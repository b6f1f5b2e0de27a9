/**
 * The only way from a key to a sentence. Every sentence lives in `words/`; counts choose their form by the
 * language's own plural rules, and facts of the other writing direction are set apart so that they do not jumble.
 */
import { signal } from "@preact/signals";
import { en } from "./words/en.ts";

/** A sentence by plural form; `{n}` stands for the number. */
export type Counted = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

export type Key = keyof typeof en;
export type CountedKey = { [K in Key]: (typeof en)[K] extends string ? never : K }[Key];
export type PlainKey = Exclude<Key, CountedKey>;

/** What another language must bring: the same keys, a plain sentence or a counted one. */
export type Catalog = { readonly [K in Key]: K extends CountedKey ? Counted : string };

export type Facts = Readonly<Record<string, string | number>>;

interface Language {
  readonly tag: string;
  readonly dir: "ltr" | "rtl";
  readonly words: Catalog;
}

const ENGLISH: Language = { tag: "en", dir: "ltr", words: en };
const spoken = signal<Language>(ENGLISH);
let rules = new Intl.PluralRules("en");

/** Change the language of everything on screen. Nothing reloads, and no draft is touched. */
export function speak(tag: string, dir: "ltr" | "rtl", words: Catalog): void {
  rules = new Intl.PluralRules(tag);
  spoken.value = { tag, dir, words };
  if (typeof document === "undefined") return;
  document.documentElement.lang = tag;
  document.documentElement.dir = dir;
}

export function languageTag(): string {
  return spoken.value.tag;
}

export function direction(): "ltr" | "rtl" {
  return spoken.value.dir;
}

/** The sentence, with `{facts}` filled in. */
export function t(key: PlainKey, facts?: Facts): string {
  return fill(spoken.value.words[key], facts);
}

/** The sentence for `n` of something. */
export function count(key: CountedKey, n: number): string {
  const { tag, words } = spoken.value;
  const forms: Counted = words[key];
  return fill(forms[rules.select(n)] ?? forms.other, { n: new Intl.NumberFormat(tag).format(n) });
}

/** One plain sentence for a refusal's code, e.g. `circle.full`. */
export function refusal(code: string): string {
  const whole = code.replace(/[^a-z]+/g, "_");
  const keys = [whole, whole.slice(whole.indexOf("_") + 1)].map((name) => `refused_${name}`);
  return t((keys.find((key) => key in en) as PlainKey | undefined) ?? "refused_other");
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const LEFT_TO_RIGHT = /[A-Za-z\u00c0-\u02af\u0370-\u052f]/;

function fill(sentence: string, facts: Facts | undefined): string {
  if (!facts) return sentence;
  const foreign = direction() === "rtl" ? LEFT_TO_RIGHT : RIGHT_TO_LEFT;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name];
    if (fact === undefined) return whole;
    const text = String(fact);
    return foreign.test(text) ? `\u2068${text}\u2069` : text;
  });
}

/**
 * A stand-in language for tests: every sentence in brackets, accented and 40 % longer, so that a sentence which
 * did not come from the catalog, or a box too small for another language, shows at a glance.
 */
export function pseudo(): Catalog {
  const odd = (sentence: string): string => {
    const accented = sentence
      .split(/(\{\w+\})/)
      .map((part) => (part.startsWith("{") ? part : part.replace(/[aeiou]/g, (letter) => ODD[letter] ?? letter)))
      .join("");
    return `[${accented}${" ·".repeat(Math.ceil(sentence.length / 5))}]`;
  };
  const words = Object.entries(en).map(([key, value]) => [
    key,
    typeof value === "string"
      ? odd(value)
      : Object.fromEntries(Object.entries(value).map(([form, text]) => [form, odd(text)])),
  ]);
  return Object.fromEntries(words) as Catalog;
}

const ODD: Readonly<Record<string, string>> = { a: "á", e: "é", i: "í", o: "ó", u: "ú" };
