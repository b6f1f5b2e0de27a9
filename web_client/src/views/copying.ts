/**
 * Copy words; true when they are on the clipboard. Where that is shut (plain http, some browsers), what `shown` finds
 * is selected instead, for the person's own copying.
 */
export async function copy(words: string, shown: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    const element = document.querySelector(shown);
    if (element) getSelection()?.selectAllChildren(element);
    return false;
  }
}
