import { go } from "../router.ts";
import type { Scroller } from "../scroll.ts";
import { t } from "../words.ts";
import { cameFrom, closeSheet, tellNotice } from "./ui.ts";

/** How long a message that was jumped to stays outlined. */
const POINTED_AT = 2_000;

/** A message of a circle that is on its way to the screen. */
let aimed: { readonly circle: string; readonly seq: number } | null = null;
let current: { readonly circle: string; readonly scroller: Scroller } | null = null;

/** The circle that is on screen says how to scroll in it. */
export function scrolls(circle: string, scroller: Scroller): () => void {
  const mine = { circle, scroller };
  current = mine;
  if (aimed?.circle === circle) {
    const { seq } = aimed;
    void scroller.ready.then(() => (current === mine ? arrive(circle, seq) : undefined));
  }
  aimed = null;
  return () => {
    if (current === mine) current = null;
    cameFrom.value = null;
  };
}

/** Close what is open and go to a message of any circle one is in, in its place there. */
export function aim(circle: string, seq: number): void {
  closeSheet();
  if (current?.circle === circle) return void arrive(circle, seq);
  aimed = { circle, seq };
  go({ at: "circle", circle });
}

async function arrive(circle: string, seq: number): Promise<void> {
  if (!(await goToMessage(circle, seq))) tellNotice(t("searchGone"));
}

/** Go to what a quote quotes, outline that for a moment, and remember the way back. False: it is gone. */
export async function goToMessage(circle: string, seq: number): Promise<boolean> {
  if (current?.circle !== circle) return false;
  const { scroller } = current;
  const before = scroller.whereIAm();
  if (!(await scroller.toMessage(seq))) return false;
  cameFrom.value = before && { circle, ...before };
  const row = document.querySelector(`[data-seq="${seq}"]`);
  row?.setAttribute("data-pointed", "");
  setTimeout(() => row?.removeAttribute("data-pointed"), POINTED_AT);
  return true;
}

export function goBack(): void {
  const back = cameFrom.value;
  cameFrom.value = null;
  if (back && current?.circle === back.circle) void current.scroller.toMessage(back.seq, back.top);
}
