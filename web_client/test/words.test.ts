import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { en } from "../src/words/en.ts";
import { type Catalog, count, learn, refusal, speak, t } from "../src/words.ts";
import { entering } from "../src/words/en/entering.ts";
import { refused } from "../src/words/en/refused.ts";
import { pseudo } from "../src/words/pseudo.ts";

learn(en);

const sentences = Object.entries(en).flatMap(([key, value]) =>
  (typeof value === "string" ? [value] : Object.values(value)).map((sentence) => [key, sentence] as const),
);

test("no sentence counts, ranks, presses or blames", () => {
  const never =
    /\b(streaks?|leaderboards?|levels?|badges?|hurry|urgent|now or never|you missed|don't break|errors?|invalid|failed|failure|denied|abuse|users?|channels?|members?|admins?|reports?|ban|banned|kick|oops)\b|!/i;
  for (const [key, sentence] of sentences) assert.equal(never.exec(sentence)?.[0], undefined, key);
});

test("sentences are short: one idea each", () => {
  for (const [key, text] of sentences) {
    for (const sentence of text.split(/(?<=[.?:])\s+/)) {
      assert(sentence.split(/\s+/).length <= 18, `${key}: ${sentence}`);
    }
  }
});

test("facts stand where they belong, and a missing one shows", () => {
  assert.equal(t("messageFrom", { name: "Heron", when: "19:02" }), "Heron, 19:02");
  assert.equal(t("messageFrom", { name: "Heron" }), "Heron, {when}");
});

test("a name cannot bring in another fact", () => {
  assert.equal(t("messageFrom", { name: "{when}", when: "19:02" }), "{when}, 19:02");
});

test("a name of the other writing direction is set apart", () => {
  assert.equal(t("heldBy", { name: "نور" }), "held by \u2068نور\u2069");
  assert.equal(t("heldBy", { name: "Fern" }), "held by Fern");
});

test("counts take the forms of the language", () => {
  assert.equal(count("newBelow", 1), "1 new");
  assert.equal(count("people", 1), "1 person");
  assert.equal(count("people", 8), "8 people");
  const polish = { ...en, people: { one: "{n} osoba", few: "{n} osoby", many: "{n} osób", other: "{n} osoby" } };
  speak("pl", "ltr", polish);
  assert.deepEqual([1, 3, 5, 22, 25].map((n) => count("people", n)), ["1 osoba", "3 osoby", "5 osób", "22 osoby", "25 osób"]);
  const forms = { zero: "0", one: "1", two: "2", few: "3-10", many: "11-99", other: "100" };
  speak("ar-u-nu-latn", "rtl", { ...en, people: forms } as Catalog);
  assert.deepEqual([0, 1, 2, 5, 50, 100].map((n) => count("people", n)), Object.values(forms));
  speak("en", "ltr", null);
});

test("a refusal has its sentence, by its code or its kind, and an unknown one has a plain one", () => {
  assert.equal(refusal("circle.full"), en.refused_circle_full);
  assert.equal(refusal("topic.bad_unicode"), en.refused_bad_unicode);
  assert.equal(refusal("something.new"), en.refused_other);
});

test("the stand-in language marks every sentence and is two fifths longer", () => {
  const odd = pseudo() as Catalog;
  for (const [key, value] of Object.entries(odd)) {
    for (const sentence of typeof value === "string" ? [value] : Object.values(value)) {
      assert.match(sentence, /^\[.*\]$/s, key);
    }
  }
  assert(odd.welcomeTitle.length >= en.welcomeTitle.length * 1.4);
  assert.match(odd.messageFrom, /\{name\}.*\{when\}/);
});

test("what is drawn before the rest is fetched speaks only the sentences that come with it", () => {
  const first = new Set<string>(Object.keys({ ...entering, ...refused }));
  const seen = new Set<string>();
  const look = (url: URL): void => {
    if (seen.has(url.href) || url.pathname.includes("/words/") || !/\.tsx?$/.test(url.pathname)) return;
    seen.add(url.href);
    const source = readFileSync(url, "utf8");
    for (const [, key = ""] of source.matchAll(/\b(?:t|count)\("(\w+)"/g)) assert(first.has(key), `${url.pathname}: ${key}`);
    for (const [, to = ""] of source.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)"/gms)) look(new URL(to, url));
  };
  look(new URL("../src/main.ts", import.meta.url));
  assert(seen.size > 30);
});

test("no sentence of one file takes the place of another's", () => {
  const folder = new URL("../src/words/en/", import.meta.url);
  const homes = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    // Files that only gather others have no sentences of their own.
    for (const [, key = ""] of readFileSync(new URL(file, folder), "utf8").matchAll(/^ {2}(\w+):/gm)) {
      assert.equal(homes.get(key), undefined, `${key} is in ${file} as well`);
      homes.set(key, file);
    }
  }
  assert.deepEqual([...homes.keys()].sort(), Object.keys(en).sort());
});
