import { useState } from "preact/hooks";
import type { Result } from "../result.ts";
import { refusal } from "../words.ts";

/** Run actions one at a time; `said` is the last refusal as a sentence. A second press while one runs does nothing. */
export function useAct() {
  const [said, say] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  async function run<T>(asked: () => Promise<Result<T>>, then?: (value: T) => void): Promise<void> {
    if (busy) return;
    setBusy(true);
    const answer = await asked();
    setBusy(false);
    say(answer.ok ? undefined : refusal(answer.refused.code));
    if (answer.ok) then?.(answer.value);
  }
  return { run, said, say, busy };
}
