/** Single keys of the desk: off until switched on, dead while one writes. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { keysOn } from "../../desk.ts";

type Keys = Readonly<Record<string, () => void>>;

export function useDeskKeys(keys: Keys): void {
  const now = useRef(keys);
  now.current = keys;
  const on = keysOn.value;
  useLayoutEffect(() => {
    if (!on) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target)) return;
      const act = now.current[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [on]);
}

/** Where a key has a meaning of its own: a field, and for Enter whatever would be pressed by it. */
function writes(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("textarea, select, input:not([type=radio], [type=checkbox]), button, a, summary, dialog") !== null;
}
