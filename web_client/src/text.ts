/**
 * Text-lite: what people write, into blocks and spans. Bold `*so*`, italic `_so_`, quoted lines `> so`, line breaks and
 * http(s) links; nothing else means anything, and nothing is ever markup. One pass, linear in the length.
 */

export type Block = { readonly is: "lines" | "quote"; readonly lines: readonly (readonly Span[])[] };

export type Span =
  | { readonly is: "text"; readonly text: string; readonly bold: boolean; readonly italic: boolean }
  | {
      readonly is: "link";
      /** Goes into `href`; always http or https. */
      readonly href: string;
      readonly text: string;
      /** The host it really leads to, in ASCII where letters could deceive; show it beside `text` unless that begins with it. */
      readonly host: string;
      readonly bold: boolean;
      readonly italic: boolean;
    };

const LINK = /^https?:\/\/[^\s<>"]+/i;
/** Longer is not a link anybody typed. */
const LONGEST_LINK = 2_000;
const BEFORE = /[\s([{"'«“‘>*_-]/;
const AFTER = /[\s)\]}"'»”’.,;:!?…*_-]/;
const TRAILING = /[.,;:!?'"»”’…*_]$/;

export function blocks(text: string): Block[] {
  const found: { is: "lines" | "quote"; lines: Span[][] }[] = [];
  for (const line of text.split("\n")) {
    const quoted = line.startsWith(">");
    const is = quoted ? "quote" : "lines";
    const lineSpans = spans(quoted ? line.slice(line.startsWith("> ") ? 2 : 1) : line);
    const last = found[found.length - 1];
    if (last?.is === is) last.lines.push(lineSpans);
    else found.push({ is, lines: [lineSpans] });
  }
  return found;
}

/** The words alone, in one line, for a quote or the screen-reader log. */
export function plain(text: string): string {
  return blocks(text)
    .filter(({ is }) => is === "lines")
    .flatMap(({ lines }) => lines)
    .map((line) => line.map((span) => span.text).join(""))
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

function spans(line: string): Span[] {
  const ends = closings(line);
  const found: Span[] = [];
  let bold = false;
  let italic = false;
  let from = 0;
  const flush = (to: number): void => {
    if (to > from) found.push({ is: "text", text: line.slice(from, to), bold, italic });
  };
  for (let at = 0; at < line.length; at++) {
    const sign = line[at];
    if (ends.has(at)) {
      flush(at);
      if (sign === "*") bold = !bold;
      else italic = !italic;
      from = at + 1;
    } else if (sign === "h" || sign === "H") {
      const link = linkAt(line, at);
      if (!link) continue;
      flush(at);
      found.push({ is: "link", ...link, bold, italic });
      at += link.text.length - 1;
      from = at + 1;
    }
  }
  flush(line.length);
  return found;
}

/** Where in a line `*` and `_` open and close: in pairs, hugging words, never inside links. */
function closings(line: string): ReadonlySet<number> {
  const pairs = new Set<number>();
  const open: Partial<Record<string, number>> = {};
  for (let at = 0; at < line.length; at++) {
    const sign = line[at] as string;
    if (sign === "h" || sign === "H") at += (linkAt(line, at)?.text.length ?? 1) - 1;
    if (sign !== "*" && sign !== "_") continue;
    const before = line[at - 1] ?? " ";
    const after = line[at + 1] ?? " ";
    const opened = open[sign];
    if (opened !== undefined && !/\s/.test(before) && before !== sign && AFTER.test(after)) {
      pairs.add(opened).add(at);
      delete open[sign];
    } else if (BEFORE.test(before) && !/\s/.test(after) && after !== sign) open[sign] = at;
  }
  return pairs;
}

function linkAt(line: string, at: number): { href: string; text: string; host: string } | null {
  if (/[\p{L}\p{N}]/u.test(line[at - 1] ?? " ")) return null;
  const found = LINK.exec(line.slice(at, at + LONGEST_LINK))?.[0];
  if (found === undefined) return null;
  const text = withoutTrailing(found);
  try {
    const { href, protocol, host, username } = new URL(text);
    // `https://bank.example@elsewhere.example` leads elsewhere; it stays text.
    if (!/^https?:$/.test(protocol) || host === "" || username !== "") return null;
    return { href, text, host };
  } catch {
    return null;
  }
}

/** Punctuation after a link belongs to the sentence; a bracket too, unless it closes one inside the link. */
function withoutTrailing(link: string): string {
  let opens = link.split("(").length - link.split(")").length;
  let end = link.length;
  for (;;) {
    const last = link[end - 1] ?? "";
    if (last === ")" && opens < 0) opens++;
    else if (!TRAILING.test(last)) return link.slice(0, end);
    end--;
  }
}
