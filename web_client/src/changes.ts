/** What differs between two agreements, in words: line by line, and word by word where a line was changed. Pure. */

export interface Piece {
  readonly is: "same" | "out" | "new";
  readonly text: string;
}

/** Each line of the newer text with what was taken out of it, in order; a line may be all new or all gone. */
export type Changed = readonly (readonly Piece[])[];

export function changesOf(before: string, after: string): Changed {
  const [from, to] = [linesOf(before), linesOf(after)];
  const found: Piece[][] = [];
  let out: string[] = [];
  let fresh: string[] = [];
  const flush = (): void => {
    const pairs = Math.max(out.length, fresh.length);
    for (let at = 0; at < pairs; at++) found.push(...changed(out[at], fresh[at]));
    [out, fresh] = [[], []];
  };
  for (const { is, text } of diff(from, to)) {
    if (is === "out") out.push(text);
    else if (is === "new") fresh.push(text);
    else {
      flush();
      found.push([{ is: "same", text }]);
    }
  }
  flush();
  return found;
}

export function isSame(before: string, after: string): boolean {
  return linesOf(before).join("\n") === linesOf(after).join("\n");
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** Words and signs, each with the blank before it: together they are the line. */
function wordsOf(line: string): string[] {
  return line.match(/\s*([\p{L}\p{M}\p{N}'’]+|[^\s\p{L}\p{M}\p{N}])/gu) ?? [];
}

/** One line against another. Where hardly a word stayed, both are read better whole. */
function changed(before: string | undefined, after: string | undefined): Piece[][] {
  if (before === undefined) return [[{ is: "new", text: after ?? "" }]];
  if (after === undefined) return [[{ is: "out", text: before }]];
  const pieces = joined(diff(wordsOf(before), wordsOf(after)));
  const same = pieces.filter(({ is }) => is === "same").reduce((sum, { text }) => sum + text.length, 0);
  if (same * 3 < Math.max(before.length, after.length)) return [[{ is: "out", text: before }], [{ is: "new", text: after }]];
  return [pieces];
}

function joined(words: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  for (const { is, text } of words) {
    const last = found.at(-1);
    if (last?.is === is) found[found.length - 1] = { is, text: last.text + text };
    else found.push({ is, text });
  }
  return found;
}

/** The longest common run of parts; what is taken out stands before what is new. */
function diff(from: readonly string[], to: readonly string[]): Piece[] {
  const width = to.length + 1;
  const longest = new Uint16Array((from.length + 1) * width);
  const at = (row: number, column: number): number => longest[row * width + column] ?? 0;
  for (let row = from.length - 1; row >= 0; row--) {
    for (let column = to.length - 1; column >= 0; column--) {
      longest[row * width + column] =
        from[row] === to[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: Piece[] = [];
  let [row, column] = [0, 0];
  while (row < from.length || column < to.length) {
    const [old, fresh] = [from[row], to[column]];
    if (old !== undefined && old === fresh) {
      found.push({ is: "same", text: old });
      row++;
      column++;
    } else if (old !== undefined && (fresh === undefined || at(row + 1, column) >= at(row, column + 1))) {
      found.push({ is: "out", text: old });
      row++;
    } else {
      found.push({ is: "new", text: fresh ?? "" });
      column++;
    }
  }
  return found;
}
