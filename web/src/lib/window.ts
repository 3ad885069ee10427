// Which rows of a long list are in the window. Browsers draw no element higher than some 16 million pixels, so a longer
// list has a shorter stand-in: within it one scrolls row by row, and dragging the scroll bar leads to the same share of the list.

/** Pixels of the stand-in at most. */
const TALLEST = 8_000_000;

export interface Shown {
  /** Pixels of what is scrolled. */
  height: number;
  /** The first row and the one after the last. */
  first: number;
  end: number;
  /** The first row that is seen. */
  top: number;
  /** Pixels from the top of what is scrolled to the first row. */
  offset: number;
}

export class Window {
  /** Pixels of the list above the window, as if it were drawn whole. */
  #above = 0;
  #scrolled = 0;

  constructor(
    readonly row: number,
    readonly spare: number,
  ) {}

  #sizes(total: number, view: number) {
    const whole = Math.max(0, total * this.row - view);
    const height = Math.min(total * this.row, TALLEST);
    return { height, whole, drawn: Math.max(0, height - view) };
  }

  /** The window was scrolled to a place of the stand-in. */
  scroll(to: number, total: number, view: number): void {
    const { whole, drawn } = this.#sizes(total, view);
    const by = to - this.#scrolled;
    const step = Math.abs(by) < 3 * view && to > 0 && to < drawn - 1;
    this.#above = whole === drawn ? to : step ? this.#above + by : drawn === 0 ? 0 : (to / drawn) * whole;
    this.#above = Math.max(0, Math.min(whole, this.#above));
    this.#scrolled = to;
  }

  /** Where the stand-in must be scrolled to, so that a row is in the window; `null` if it is. */
  reveal(index: number, total: number, view: number): number | null {
    const { whole, drawn } = this.#sizes(total, view);
    const top = index * this.row;
    let above = this.#above;
    if (top < above) above = top;
    else if (top + this.row > above + view) above = top + this.row - view;
    if (above === this.#above) return null;
    this.#above = Math.max(0, Math.min(whole, above));
    this.#scrolled = whole === drawn ? this.#above : whole === 0 ? 0 : (this.#above / whole) * drawn;
    return this.#scrolled;
  }

  /** After scrolling row by row: the place that belongs to the rows shown. `null` if it is there. */
  settle(total: number, view: number): number | null {
    const { whole, drawn } = this.#sizes(total, view);
    if (whole === drawn || whole === 0) return null;
    const place = (this.#above / whole) * drawn;
    if (Math.abs(place - this.#scrolled) < 1) return null;
    this.#scrolled = place;
    return place;
  }

  shown(total: number, view: number): Shown {
    const top = Math.floor(this.#above / this.row);
    const first = Math.max(0, top - this.spare);
    const end = Math.min(total, Math.ceil((this.#above + view) / this.row) + this.spare);
    return { height: this.#sizes(total, view).height, first, end, top, offset: this.#scrolled + first * this.row - this.#above };
  }
}
