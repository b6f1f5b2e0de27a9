/** Chance that can be had again: every failure names the seed it came from. */

export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 0 ≤ x < 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, not including, `most`. */
  below(most: number): number {
    return Math.floor(this.next() * most);
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  is(share: number): boolean {
    return this.next() < share;
  }
}

/** Run with many seeds; `SEED` in the environment picks one. */
export function withSeeds(times: number, run: (chance: Chance, seed: number) => void): void {
  const only = process.env["SEED"];
  const seeds = only === undefined ? Array.from({ length: times }, (_, at) => at + 1) : [Number(only)];
  for (const seed of seeds) {
    try {
      run(new Chance(seed), seed);
    } catch (error) {
      throw new Error(`with SEED=${seed}`, { cause: error });
    }
  }
}
