/** Circles that meet again: planning one, what is different once, being told when it opens, times for one's calendar. */
import { refreshCircles } from "./circles.ts";
import type { AnyCommand, Done, When } from "./generated/protocol.ts";
import { freshKey } from "./key.ts";
import { type Result, refusal, value } from "./result.ts";
import { told } from "./store.ts";
import { command } from "./wire.ts";

export type Repeat = NonNullable<When["repeat"]>;

export interface NewPlan {
  readonly topic: string;
  readonly about: string;
  readonly agreement: string;
  readonly capacity: number;
  readonly keepFor: number;
  readonly entry: "anyone" | "invited";
  readonly historyOpen: boolean;
  readonly panels: boolean;
  readonly hostShown: boolean;
  readonly listening: boolean;
  readonly lateFor: number | null;
  readonly when: When;
}

/** The value is the id of the circle that waits for the first time. */
export async function planCircle(plan: NewPlan): Promise<Result<string>> {
  const answer = await command({
    do: "plan.make",
    key: freshKey(),
    topic: plan.topic,
    about: plan.about,
    agreement: plan.agreement,
    when: plan.when,
    capacity: plan.capacity,
    keep_for: plan.keepFor,
    entry: plan.entry,
    history_open: plan.historyOpen,
    panels: plan.panels,
    host_shown: plan.hostShown,
    listening: plan.listening,
    late_for: plan.lateFor,
  });
  if (!answer.ok) return answer;
  const { circle } = answer.value;
  await refreshCircles();
  return circle == null ? refusal("internal") : value(circle);
}

/** When something is, by this device's clock: `local` as a field of day and time has it, `2026-03-29T19:30`. */
export function whenOf(local: string, repeat: Repeat, lasts: number): When {
  const [first = "", at = ""] = local.split("T");
  const nth = Math.ceil(Number(first.slice(8)) / 7);
  return { zone: ownZone(), first, at: at.slice(0, 5), lasts, repeat, nth: nth > 4 ? -1 : (nth as 1 | 2 | 3 | 4) };
}

/** The name of the device's zone, as zones of places are named. */
export function ownZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone?.includes("/") ? zone : "UTC";
}

export function leaveOut(plan: string, day: string): Promise<Result> {
  return changing({ do: "plan.leave_out", plan, day });
}

/** `local` is by the clock of the plan's own zone. */
export function moveSitting(plan: string, day: string, local: string): Promise<Result> {
  const [to = "", at = ""] = local.split("T");
  return changing({ do: "plan.move", plan, day, to, at: at.slice(0, 5) });
}

export function putBack(plan: string, day: string): Promise<Result> {
  return changing({ do: "plan.put_back", plan, day });
}

export function stopPlan(plan: string): Promise<Result> {
  return changing({ do: "plan.stop", plan });
}

/** `of`: a plan, or a circle that opens once. */
export async function tellOpening(of: string, on: boolean): Promise<Result> {
  const answer = await command({ do: "opening.tell", of, on });
  if (!answer.ok) return answer;
  told.value = on ? [...told.value, of] : told.value.filter((other) => other !== of);
  return value(null);
}

/** An address for one's calendar; `of`: a plan, a circle, or `mine`. One made before for the same ends. */
export async function makeFeed(of: string): Promise<Result<string>> {
  const answer = await command({ do: "calendar.make", of });
  return answer.ok ? value(location.origin + answer.value.path) : answer;
}

export async function endFeed(of: string): Promise<Result> {
  const answer = await command({ do: "calendar.end", of });
  return answer.ok ? value(null) : answer;
}

async function changing(asked: AnyCommand): Promise<Result> {
  const answer: Result<Done> = await command(asked as Extract<AnyCommand, { do: "plan.stop" }>);
  if (!answer.ok) return answer;
  await refreshCircles();
  return value(null);
}
