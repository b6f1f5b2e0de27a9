import type { Scroller } from "../scroll.ts";
import { cameFrom } from "./ui.ts";

/** How long a message that was jumped to stays outlined. */
const POINTED_AT = 2_000;

let current: { readonly circle: string; readonly scroller: Scroller } | null = null;

/** The circle that is on screen says how to scroll in it. */
export function scrolls(circle: string, scroller: Scroller): () => void {
  const mine = { circle, scroller };
  current = mine;
  return () => {
    if (current === mine) current = null;
    cameFrom.value = null;
  };
}

/** Follow a quote to what it quotes, outline that for a moment, and remember the way back. */
export async function goToMessage(circle: string, seq: number): Promise<void> {
  if (current?.circle !== circle) return;
  const { scroller } = current;
  const before = scroller.whereIAm();
  if (!(await scroller.toMessage(seq))) return;
  cameFrom.value = before && { circle, ...before };
  const row = document.querySelector(`[data-seq="${seq}"]`);
  row?.setAttribute("data-pointed", "");
  setTimeout(() => row?.removeAttribute("data-pointed"), POINTED_AT);
}

export function goBack(): void {
  const back = cameFrom.value;
  cameFrom.value = null;
  if (back && current?.circle === back.circle) void current.scroller.toMessage(back.seq, back.top);
}
