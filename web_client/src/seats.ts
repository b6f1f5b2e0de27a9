/**
 * Which of the 12 drawn marks and 8 hues a seat has. Drawn from the participant's id, which is another in every
 * circle, so that nobody can be matched across circles by how their seat looks.
 */

/** `mark` 0–11 names a drawing in `icons.svg`, `hue` 0–7 a class in `tokens.css`. */
export interface Seat {
  readonly mark: number;
  readonly hue: number;
}

export const MARKS = 12;
export const HUES = 8;
export const SPRITE = "/icons.svg";

/** FNV-1a with a last mixing step, so that ids differing in one letter get seats that look nothing alike. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Seats that were given to people who sit together, so that no two of them look the same. */
const given = new Map<string, Seat>();

export function seatOf(id: string): Seat {
  return given.get(id) ?? drawn(id);
}

/**
 * Give seats to the people of one circle, in the order they are named: each keeps what it had, and a newcomer whose
 * mark somebody has already takes the next free one. With more people than marks, the hues differ.
 */
export function seatTogether(ids: Iterable<string>): void {
  const all = [...ids];
  const taken = all.flatMap((id) => given.get(id) ?? []);
  for (const id of all) {
    if (given.has(id)) continue;
    const seat = freeOf(drawn(id), taken);
    given.set(id, seat);
    taken.push(seat);
  }
}

export function forgetSeats(): void {
  given.clear();
}

function freeOf(wanted: Seat, taken: readonly Seat[]): Seat {
  const turns = Array.from({ length: MARKS * HUES }, (_, turn) => ({
    mark: (wanted.mark + turn) % MARKS,
    hue: (wanted.hue + Math.floor(turn / MARKS)) % HUES,
  }));
  const unused = turns.find(({ mark }) => taken.every((other) => other.mark !== mark));
  return unused ?? turns.find((seat) => taken.every((other) => other.mark !== seat.mark || other.hue !== seat.hue)) ?? wanted;
}

function drawn(id: string): Seat {
  const value = hash(id);
  return { mark: value % MARKS, hue: Math.floor(value / MARKS) % HUES };
}

/** A place on a ring, in the units of the drawing it is for. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** `count` spots evenly on a whole circle, the first at the bottom (where oneself sits), going clockwise. */
export function circleSpots(count: number, centre: number, radius: number): Spot[] {
  return Array.from({ length: count }, (_, index) => {
    const turn = (index / Math.max(count, 1)) * 2 * Math.PI + Math.PI / 2;
    return { x: centre + radius * Math.cos(turn), y: centre + radius * Math.sin(turn) };
  });
}

/** `count` spots evenly along a shallow arc that opens downwards, across `width` and as high as `rise`. */
export function arcSpots(count: number, width: number, rise: number): Spot[] {
  const across = Math.min(width, count * 46);
  return Array.from({ length: count }, (_, index) => {
    const along = count === 1 ? 0 : (index / (count - 1)) * 2 - 1;
    const x = width / 2 + (along * across) / 2;
    const out = (x - width / 2) / (width / 2);
    return { x, y: rise * out * out };
  });
}
