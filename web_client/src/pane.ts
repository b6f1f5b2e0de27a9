/** The message list as it lies on screen, measured: which rows are where. It moves nothing; `scroll.ts` does. */

export class Pane {
  readonly view: HTMLElement;
  readonly list: HTMLElement;

  constructor(view: HTMLElement, list: HTMLElement) {
    this.view = view;
    this.list = list;
  }

  rows(): Element[] {
    return [...this.list.children].filter((row) => row.hasAttribute("data-row"));
  }

  row(id: string): Element | null {
    return this.list.querySelector(`[data-row="${id}"]`);
  }

  message(seq: number): HTMLElement | null {
    return this.list.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  }

  /** How far a row's top lies below the view's top, in CSS px. */
  topOf(row: Element): number {
    return row.getBoundingClientRect().top - this.edge("top");
  }

  /** How much can still be scrolled down. */
  toBottom(): number {
    return this.view.scrollHeight - this.view.clientHeight - this.view.scrollTop;
  }

  /**
   * The message at the top of the view. Messages alone are told apart for good: a day's line moves up when older
   * messages of that day come.
   */
  topmost(): Element | undefined {
    const rows = this.rows().filter((row) => row.hasAttribute("data-seq"));
    const edge = this.edge("top");
    return rows[firstOf(rows, (row) => row.getBoundingClientRect().bottom > edge)];
  }

  /** How many mounted rows lie below the view. */
  countBelow(): number {
    const rows = this.rows();
    const edge = this.edge("bottom");
    return rows.length - firstOf(rows, (row) => row.getBoundingClientRect().top >= edge);
  }

  /** The seq of the newest message whose bottom is in view or above it; 0 for none. */
  newestSeen(): number {
    const rows = this.rows();
    const edge = this.edge("bottom") + 1;
    for (let at = firstOf(rows, (row) => row.getBoundingClientRect().bottom > edge) - 1; at >= 0; at--) {
      const seq = rows[at]?.getAttribute("data-seq");
      if (seq != null) return Number(seq);
    }
    return 0;
  }

  /** The seq of the first message that begins in view. */
  oldestInView(): number | null {
    const row = this.rows().find((one) => one.hasAttribute("data-seq") && this.topOf(one) >= 0);
    return row ? Number(row.getAttribute("data-seq")) : null;
  }

  private edge(side: "top" | "bottom"): number {
    return this.view.getBoundingClientRect()[side];
  }
}

/** Index of the first row for which `is` holds, where it holds for all after it; the length if for none. */
function firstOf(rows: readonly Element[], is: (row: Element) => boolean): number {
  let from = 0;
  let to = rows.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (is(rows[middle] as Element)) to = middle;
    else from = middle + 1;
  }
  return from;
}
