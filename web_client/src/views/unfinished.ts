/** Words begun in a sheet and not given yet: they are there when it is opened again. In this page's memory alone. */
import { effect } from "@preact/signals";
import { useState } from "preact/hooks";
import { signedIn } from "../store.ts";

const begun = new Map<string, string>();

/** What stands in a field, how to change it, and how to forget it once it was given. `name` says which field of what. */
export function useUnfinished(name: string, start = ""): [string, (words: string) => void, () => void] {
  const [words, write] = useState(() => begun.get(name) ?? start);
  const keep = (now: string): void => {
    begun.set(name, now);
    write(now);
  };
  return [words, keep, () => void begun.delete(name)];
}

/** Another person may sit here next. */
effect(() => {
  if (!signedIn.value) begun.clear();
});
