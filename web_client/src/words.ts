/**
 * The only way from a key to a sentence. Every sentence lives in `words/`; counts choose their form by the
 * language's own plural rules, and facts of the other writing direction are set apart so that they do not jumble.
 */
import { signal } from "@preact/signals";
import type { en } from "./words/en.ts";
import { entering } from "./words/en/entering.ts";
import { refused } from "./words/en/refused.ts";

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
  /** `null` is English. */
  readonly words: Partial<Catalog> | null;
}

/** English as far as it is here: that of the first screens, and what `learn` brought with the others. */
const english: Partial<Catalog> = { ...entering, ...refused };
const spoken = signal<Language>({ tag: "en", dir: "ltr", words: null });
let rules = new Intl.PluralRules("en");

/** Sentences that come with a part of the client that is fetched later. */
export function learn(part: Partial<Catalog>): void {
  Object.assign(english, part);
}

/** English as far as it is here. */
export function known(): Readonly<Partial<Catalog>> {
  return english;
}

/** Change the language of everything on screen. Nothing reloads, and no draft is touched. */
export function speak(tag: string, dir: "ltr" | "rtl", words: Partial<Catalog> | null): void {
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
  return fill(found(key) as string, facts);
}

/** The sentence for `n` of something. */
export function count(key: CountedKey, n: number): string {
  const forms = found(key) as Counted;
  return fill(forms[rules.select(n)] ?? forms.other, { n: new Intl.NumberFormat(languageTag()).format(n) });
}

function found(key: Key): string | Counted {
  const words = spoken.value.words?.[key] ?? english[key];
  if (words === undefined) throw new Error(`No words for ${key}`);
  return words;
}

/** One plain sentence for a refusal's code, e.g. `circle.full`. */
export function refusal(code: string): string {
  const whole = code.replace(/[^a-z]+/g, "_");
  const keys = [whole, whole.slice(whole.indexOf("_") + 1)].map((name) => `refused_${name}`);
  return t((keys.find((key) => key in english) as PlainKey | undefined) ?? "refused_other");
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
