/** A small circle in whose round anything may happen; it keeps its own book, from which views and events are told. */
import type { AnyEvent, MyRound, RoundView } from "../src/generated/protocol.ts";
import type { Chance } from "./chance.ts";
import { NOON, posted } from "./circle.ts";

export const PEOPLE = ["ana", "bo", "cleo", "dan"] as const;

interface Seat {
  readonly who: string;
  turns: number;
  owed: boolean;
  out: boolean;
}

export class Round {
  /** The circle's log; an event's seq is its place in it, from 1. */
  readonly log: AnyEvent[] = [];
  private id = "";
  private count = 0;
  private by = "";
  private phase: "none" | "gathering" | "going" | "talk" = "none";
  private seats: Seat[] = [];
  private holder: string | null = null;
  private turn = 0;
  private question: string | null = null;

  /** One thing that people, or time, may do; what may not be is done otherwise. */
  goesOn(chance: Chance): void {
    const who = chance.one(PEOPLE);
    if (chance.is(0.1)) this.log.push(posted({ by: who }));
    if (this.phase === "none") return this.offer(who, chance);
    if (chance.is(0.03)) return this.over(chance);
    if (chance.is(0.06)) return this.out(who, chance.is(0.5));
    if (chance.is(0.3)) return this.join(who);
    if (this.phase === "gathering") return chance.is(0.3) && this.inside().length > 1 ? this.begin() : undefined;
    if (this.phase === "going") return this.passes(chance);
    if (chance.is(0.3)) this.over(chance);
  }

  inside(): string[] {
    return this.seats.filter(({ out }) => !out).map(({ who }) => who);
  }

  /** What everybody may see now. */
  view(): RoundView | null {
    const { id, phase, question, holder, turn, by } = this;
    if (phase === "none") return null;
    return { id, phase, question, holder, turn, by, people: this.inside(), until: phase === "talk" ? NOON : null };
  }

  /** What only this person may. */
  mine(who: string): MyRound | null {
    if (this.phase === "none") return null;
    const box = this.holder === null ? "open" : this.holder === who ? "yours" : "waits";
    return { box, turns: this.seats.find((seat) => seat.who === who)?.turns ?? 0 };
  }

  private tell(event: AnyEvent): void {
    this.log.push(event);
  }

  private offer(by: string, chance: Chance): void {
    this.id = `round-${++this.count}`;
    [this.by, this.phase, this.seats, this.turn] = [by, "gathering", [], 0];
    this.question = chance.is(0.5) ? "What helped?" : null;
    this.tell({ kind: "round.offered", round: this.id, by, question: this.question });
    if (chance.is(0.7)) this.join(by);
  }

  private join(who: string): void {
    const seat = this.seats.find((one) => one.who === who);
    if (this.phase === "talk" || (seat && (!seat.out || seat.turns > 0))) return;
    this.seats = [...this.seats.filter((one) => one !== seat), { who, turns: 0, owed: true, out: false }];
    this.tell({ kind: "round.joined", round: this.id, who });
  }

  private out(who: string, leaves: boolean): void {
    const seat = this.seats.find((one) => one.who === who && !one.out);
    if (!seat || this.phase === "talk") return;
    [seat.out, seat.owed] = [true, false];
    this.tell(leaves ? { kind: "participant.left", participant: who, at: NOON } : { kind: "round.stepped_out", round: this.id, who });
    if (this.holder === who) this.pass("passed");
  }

  private begin(): void {
    this.phase = "going";
    this.tell({ kind: "round.began", round: this.id });
    this.give();
  }

  private passes(chance: Chance): void {
    const seat = this.seats.find(({ who }) => who === this.holder);
    const later = chance.is(0.3) && seat !== undefined && seat.turns < 2;
    if (seat && later) seat.owed = true;
    this.pass(later ? "later" : chance.is(0.5) ? "passed" : "silent");
  }

  private pass(how: "passed" | "silent" | "later"): void {
    this.tell({ kind: "piece.passed", round: this.id, by: this.holder ?? "", turn: this.turn, how });
    this.holder = null;
    this.give();
  }

  /** Those who never had it come before those to whom it comes once more. */
  private give(): void {
    const line = this.seats.filter(({ owed, out }) => owed && !out).sort((a, b) => a.turns - b.turns);
    const next = line[0];
    if (!next) return this.talks();
    [next.owed, this.holder, this.turn] = [false, next.who, this.turn + 1];
    next.turns++;
    this.tell({ kind: "piece.given", round: this.id, to: next.who, turn: this.turn });
  }

  private talks(): void {
    this.phase = "talk";
    this.tell({ kind: "round.talks", round: this.id, until: NOON });
  }

  private over(chance: Chance): void {
    [this.phase, this.holder] = ["none", null];
    this.tell({ kind: "round.over", round: this.id, how: chance.one(["complete", "laid_down", "closed", "too_few"] as const) });
  }
}
