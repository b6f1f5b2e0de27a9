/** Words somebody does not want to read: whether a text holds one of them. Pure. */

/** Scripts that put no space between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const LETTER_AT_END = /[\p{L}\p{N}]$/u;
const LETTER_AT_START = /^[\p{L}\p{N}]/u;

/** Text in the form in which muted words are looked for. */
export function comparable(text: string): string {
  return text.normalize("NFKC").toLowerCase().trim();
}

/** Whether a text holds one of the muted words (prepared by `comparable`) as a word of its own. */
export function holdsMuted(text: string, words: readonly string[]): boolean {
  if (words.length === 0) return false;
  const body = comparable(text);
  return words.some((word) => word !== "" && holds(body, word));
}

function holds(body: string, word: string): boolean {
  if (UNSPACED.test(word)) return body.includes(word);
  for (let at = body.indexOf(word); at >= 0; at = body.indexOf(word, at + 1)) {
    const before = body.slice(Math.max(0, at - 2), at).match(LETTER_AT_END);
    const after = body.slice(at + word.length, at + word.length + 2).match(LETTER_AT_START);
    if (!before && !after) return true;
  }
  return false;
}
