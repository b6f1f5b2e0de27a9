/** The message list as it lies on screen, measured: which rows are where. It moves nothing; `scroll.ts` does. */

export class Pane {
  readonly view: HTMLElement;
  readonly list: HTMLElement;

  constructor(view: HTMLElement, list: HTMLElement) {
    this.view = view;
    this.list = list;
  }

  row(id: string): Element | null {
    return this.list.querySelector(`[data-row="${id}"]`);
  }

  message(seq: number): HTMLElement | null {
    return this.list.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  }

  newest(): HTMLElement | null {
    const messages = this.list.querySelectorAll<HTMLElement>("[data-message]");
    return messages[messages.length - 1] ?? null;
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
    const edge = this.edge("top");
    return this.messageFrom(this.firstRow((row) => row.getBoundingClientRect().bottom > edge), 1);
  }

  /** How many mounted rows lie below the view. */
  countBelow(): number {
    const edge = this.edge("bottom");
    return this.list.children.length - this.firstRow((row) => row.getBoundingClientRect().top >= edge);
  }

  /** The seq of the newest message whose bottom is in view or above it; 0 for none. */
  newestSeen(): number {
    const edge = this.edge("bottom") + 1;
    const after = this.firstRow((row) => row.getBoundingClientRect().bottom > edge);
    return seqOf(this.messageFrom(after - 1, -1)) ?? 0;
  }

  /** The first message that begins in view: its seq, and how far its top lies below the view's. */
  oldestInView(): { seq: number; top: number } | null {
    const edge = this.edge("top");
    const row = this.messageFrom(this.firstRow((each) => each.getBoundingClientRect().top >= edge), 1);
    const seq = seqOf(row);
    return row && seq !== null ? { seq, top: this.topOf(row) } : null;
  }

  /** Index of the first row for which `is` holds, where it holds for all after it; their number if for none. */
  private firstRow(is: (row: Element) => boolean): number {
    const rows = this.list.children;
    let from = 0;
    let to = rows.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (is(rows[middle] as Element)) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** The nearest message of the log at or beyond an index. */
  private messageFrom(index: number, step: 1 | -1): Element | undefined {
    const rows = this.list.children;
    for (let at = index; at >= 0 && at < rows.length; at += step) {
      if (rows[at]?.hasAttribute("data-seq")) return rows[at];
    }
    return undefined;
  }

  private edge(side: "top" | "bottom"): number {
    return this.view.getBoundingClientRect()[side];
  }
}

function seqOf(row: Element | undefined): number | null {
  const seq = row?.getAttribute("data-seq");
  return seq == null ? null : Number(seq);
}

/** Once what was drawn is on the screen. */
export function painted(): Promise<true> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(true), 0)));
}
