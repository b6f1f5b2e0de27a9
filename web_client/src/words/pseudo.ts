/**
 * A stand-in language for tests: every sentence in brackets, accented and 40 % longer, so that a sentence which did not
 * come from the catalog, or a box too small for another language, shows at a glance.
 */
import { type Catalog, known } from "../words.ts";

const ODD: Readonly<Record<string, string>> = { a: "á", e: "é", i: "í", o: "ó", u: "ú" };

/** Made of the English that is here by now. */
export function pseudo(): Partial<Catalog> {
  const words = Object.entries(known()).map(([key, value]) => [
    key,
    typeof value === "string"
      ? odd(value)
      : Object.fromEntries(Object.entries(value).map(([form, text]) => [form, odd(text)])),
  ]);
  return Object.fromEntries(words) as Partial<Catalog>;
}

function odd(sentence: string): string {
  const accented = sentence
    .split(/(\{\w+\})/)
    .map((part) => (part.startsWith("{") ? part : part.replace(/[aeiou]/g, (letter) => ODD[letter] ?? letter)))
    .join("");
  return `[${accented}${" ·".repeat(Math.ceil(sentence.length / 5))}]`;
}
