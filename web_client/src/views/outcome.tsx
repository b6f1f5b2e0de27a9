import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** What came of a press, in place of what was pressed; the focus goes on from there. */
export function Outcome({ children }: { children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div class="note stack-2" role="status" tabIndex={-1} ref={box}>
      {children}
    </div>
  );
}
