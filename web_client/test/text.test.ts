import assert from "node:assert/strict";
import { test } from "node:test";
import { type Span, blocks, plain } from "../src/text.ts";
import { withSeeds } from "./chance.ts";

function line(text: string): readonly Span[] {
  return blocks(text)[0]?.lines[0] ?? [];
}

/** A line as its spans: bold in «», italic in ‹›, links in []. */
function drawn(text: string): string {
  return line(text)
    .map((span) => {
      const shown = span.is === "link" ? `[${span.href}]` : span.text;
      const italic = span.italic ? `‹${shown}›` : shown;
      return span.bold ? `«${italic}»` : italic;
    })
    .join("");
}

test("Stars make bold and underscores make italic, around words", () => {
  assert.equal(drawn("so *very* tired"), "so «very» tired");
  assert.equal(drawn("_really_, yes"), "‹really›, yes");
  assert.equal(drawn("*both _at_ once*"), "«both »«‹at›»« once»");
  assert.equal(drawn("(*here*)"), "(«here»)");
});

test("Signs that hug no words stay signs", () => {
  for (const text of ["2*3*4", "a * b * c", "snake_case_name", "*open", "close*", "**", "****", "_ _", "5 * 6"]) {
    assert.equal(drawn(text), text);
  }
});

test("Links are http and https only, and end where the sentence goes on", () => {
  assert.equal(drawn("see https://example.org/a."), "see [https://example.org/a].");
  assert.equal(drawn("(http://example.org/a_(b))"), "([http://example.org/a_(b)])");
  assert.equal(drawn("*https://example.org*"), "«[https://example.org/]»");
  for (const text of ["javascript:alert(1)", "ftp://example.org", "https://", "xhttps://example.org", "http://[", "data:text/html,x"]) {
    assert.equal(drawn(text), text);
  }
});

test("A link says where it really leads", () => {
  const [link] = line("https://ex\u0430mple.org/login");
  assert(link?.is === "link");
  assert.equal(link.host, "xn--exmple-4nf.org");
  assert.equal(drawn("https://bank.example@elsewhere.example/"), "https://bank.example@elsewhere.example/");
});

test("Underscores and stars inside a link belong to it", () => {
  assert.equal(drawn("https://example.org/_a_*b* _so_"), "[https://example.org/_a_*b]* ‹so›");
});

test("Lines are kept, and quoted lines stand by themselves", () => {
  const found = blocks("> so they said\n>and more\nthen I\n\nwent");
  assert.deepEqual(found.map(({ is, lines }) => [is, lines.length]), [
    ["quote", 2],
    ["lines", 3],
  ]);
});

test("The plain words leave out signs and quoted lines", () => {
  assert.equal(plain("> old\nso *very*\n_tired_"), "so very tired");
});

test("Nothing of what was written is lost or made up, whatever it is", () => {
  withSeeds(500, (chance) => {
    const pieces = ["*", "_", ">", " ", "\n", "a", "bc", "é", "😀", "\u0301", "http://", "https://x.y/", "(", ")", ".", "<b>", "&", "\u202e"];
    const text = Array.from({ length: chance.below(60) }, () => chance.one(pieces)).join("");
    const back = blocks(text)
      .flatMap(({ lines }) => lines)
      .map((spans) => spans.map((span) => span.text).join(""))
      .join("");
    const bare = (of: string): string => of.replace(/[*_>\s]/g, "");
    assert.equal(bare(back), bare(text));
    for (const { lines } of blocks(text)) {
      for (const span of lines.flat()) if (span.is === "link") assert.match(span.href, /^https?:\/\//);
    }
  });
});

test("Long texts take time in proportion to their length", () => {
  const took = (unit: string, length: number): number => {
    const text = unit.repeat(Math.ceil(length / unit.length));
    // Of the processor, not of the clock: others may be busy meanwhile.
    const began = process.cpuUsage();
    blocks(text);
    return process.cpuUsage(began).user / 1_000;
  };
  for (const unit of ["*a", "_", "h", "https://", "http://[", "https://x.y/(", ">", "*a* ", "(*_", "https://x.y/a)))"]) {
    took(unit, 5_000);
    const short = Math.min(...[1, 2, 3].map(() => took(unit, 5_000)));
    const long = Math.min(...[1, 2, 3].map(() => took(unit, 100_000)));
    // Twenty times the length: linear is about twenty times the time, quadratic four hundred.
    assert(long < 120 * short + 20, `${unit}: ${short.toFixed(2)} ms, then ${long.toFixed(2)} ms`);
  }
});
