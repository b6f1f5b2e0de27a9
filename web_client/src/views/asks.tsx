import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useKeptFocusIn } from "./kept_focus.ts";

/**
 * What asks for an answer, above the box: however much there is, it scrolls by itself, and the words, the box and the
 * way out stay where they are.
 */
export function Asks({ children }: { children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  useKeptFocusIn(box);
  return (
    <div ref={box} class="asks" tabIndex={-1}>
      {children}
    </div>
  );
}
