/** Holding a circle together: what takes two, and the bell that anyone may ring. */
import { closeCircle } from "./circles.ts";
import { type Act, type Pace, wishedFor } from "./held.ts";
import { patchCircle } from "./intake.ts";
import { type Result, value } from "./result.ts";
import { hold } from "./store.ts";
import { command } from "./wire.ts";

/** Ask for a minute in which everybody writes slowly, or say yes to one. */
export async function askBreath(circle: string): Promise<Result> {
  return wishing(circle, "breath", await command({ do: "breath.ask", circle }));
}

/** Ask that for some minutes nobody comes in who was not here before, or say yes to that. */
export async function restDoors(circle: string): Promise<Result> {
  return wishing(circle, "doors", await command({ do: "doors.rest", circle }));
}

export async function choosePace(circle: string, pace: Pace): Promise<Result> {
  return wishing(circle, `pace_${pace}`, await command({ do: "pace.choose", circle, pace }));
}

/** A minute's rest for everybody, oneself included; needs nobody else. */
export async function ringBell(circle: string): Promise<Result> {
  return plainly(await command({ do: "bell.ring", circle }));
}

/** Offer to hold the space; somebody else has to say yes. */
export async function offerHost(circle: string): Promise<Result> {
  return plainly(await command({ do: "host.offer", circle }));
}

export async function agreeHost(circle: string, participant: string): Promise<Result> {
  return plainly(await command({ do: "host.agree", circle, participant }));
}

/** I need to stop; or I take my offer back. */
export async function stopHost(circle: string): Promise<Result> {
  return plainly(await command({ do: "host.stop", circle }));
}

/** Until when one holds it (ms); `null`: no end is set. */
export async function setShift(circle: string, until: number | null): Promise<Result> {
  return plainly(await command({ do: "host.shift", circle, until }));
}

/** Ask whether somebody would hold it too; nobody else is told. */
export async function askBeside(circle: string, participant: string): Promise<Result> {
  return plainly(await command({ do: "host.ask", circle, participant }));
}

/** Welcome those who came. */
export async function greet(circle: string): Promise<Result> {
  return wishing(circle, "greet", await command({ do: "tend.greet", circle }));
}

/** Have the agreement shown to everybody in this moment. */
export async function readAgreement(circle: string): Promise<Result> {
  return wishing(circle, "agreement", await command({ do: "tend.agreement", circle }));
}

/** Keep a prompt in view. */
export async function takeUpPrompt(circle: string, target: number): Promise<Result> {
  return plainly(await command({ do: "tend.prompt", circle, target }));
}

/** Say yes to what somebody would like. */
export function sayYes(circle: string, act: Act): Promise<Result> {
  if (act === "breath") return askBreath(circle);
  if (act === "doors") return restDoors(circle);
  if (act === "close") return closeCircle(circle);
  if (act === "greet") return greet(circle);
  if (act === "agreement") return readAgreement(circle);
  return choosePace(circle, act === "pace_usual" ? "usual" : act === "pace_gentle" ? "gentle" : "one_at_a_time");
}

function wishing(circle: string, act: Act, answer: Result<{ began: boolean; until?: number | null }>): Result {
  if (!answer.ok) return answer;
  const { began, until } = answer.value;
  if (!began && until != null) patchCircle(circle, wishedFor(hold(circle).state.value, act, until));
  return value(null);
}

function plainly(answer: Result<unknown>): Result {
  return answer.ok ? value(null) : answer;
}
