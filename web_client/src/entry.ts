/** Events of the log as entries, and what the others change about a message. Pure. */
import type { AnyEvent, MessagePosted, SpaceChanged } from "./generated/protocol.ts";
import type { Category, Covered, Entry, Line, Message } from "./state.ts";

/**
 * The message or line an event makes; `null` where it only changes something else. `own` are one's covered words,
 * `names` those of who is here.
 */
export function entryOf(
  seq: number,
  event: AnyEvent,
  own: ReadonlyMap<number, string>,
  names: ReadonlyMap<string, string>,
): Entry | null {
  const line: Line = { kind: "line", seq, what: "opened", at: 0, name: "", by: "", hosted: true };
  switch (event.kind) {
    case "message.posted":
      return {
        kind: "message",
        seq,
        by: event.by,
        name: event.name,
        at: event.at,
        body: event.body ?? (isWordless(coverOf(event)) ? (own.get(seq) ?? null) : null),
        takenBack: event.body == null && (event.cover == null || event.cover === "folded"),
        key: event.key,
        replyTo: event.reply_to ?? null,
        manner: { meet: event.meet ?? null, prompt: event.prompt ?? false },
        share: event.share ?? false,
        carried: event.carried ?? false,
        edited: event.edited ?? false,
        rephrased: event.rephrased ?? false,
        cover: coverOf(event),
        received: event.received ?? false,
      };
    case "participant.entered":
      return { ...line, what: "entered", at: event.at, name: event.name, by: event.participant };
    case "circle.opened":
      return { ...line, at: event.at };
    case "circle.tended":
      if (event.act === "agreement") return { ...line, what: "agreement_read" };
      return { ...line, what: "welcomed", name: (event.to ?? []).flatMap((id) => names.get(id) ?? []).join(", ") };
    case "circle.closing":
      // It waits a little for a round: that was said once.
      if (event.waits) return null;
      return { ...line, what: "closing", at: event.closes_at };
    case "circle.stays_open":
      return { ...line, what: "stays_open", hosted: event.hosted };
    case "circle.closed":
      return { ...line, what: "closed", at: event.at };
    case "space.changed": {
      const what = begun(event);
      return what === null ? null : { ...line, what, by: event.who ?? "", name: names.get(event.who ?? "") ?? "" };
    }
    case "round.offered":
      return { ...line, what: "round_offered", by: event.by, name: names.get(event.by) ?? "" };
    case "round.over":
      return { ...line, what: `round_${event.how}` };
    case "agreement.moved": {
      const { what, who } = event;
      if (what === "objected" || what === "cleared" || what === "seconded" || what === "reworded" || what === "withdrawn") return null;
      return { ...line, what: `agreement_${what}`, by: who ?? "", name: names.get(who ?? "") ?? "" };
    }
    default:
      return null;
  }
}

/** The message an event is about and what changes about it; `null` where it is about no message. */
export function changeOf(event: AnyEvent): { readonly target: number; readonly change: Partial<Message> } | null {
  switch (event.kind) {
    case "message.edited":
      return event.body == null ? null : { target: event.target, change: { body: event.body, edited: true } };
    case "message.rephrased":
      return { target: event.target, change: { rephrased: true, cover: null, ...words(event.body) } };
    case "message.taken_back":
      return { target: event.target, change: { body: null, takenBack: true, cover: null, received: false } };
    case "message.received":
      return { target: event.target, change: { received: true } };
    case "message.folded":
      return { target: event.target, change: { cover: covered("folded", event), ...words(event.body) } };
    case "message.held":
      return { target: event.target, change: { cover: covered("held", event) } };
    case "message.withheld":
      return { target: event.target, change: { cover: covered("withheld", event) } };
    case "message.unfolded":
      return { target: event.target, change: { cover: null, ...words(event.body) } };
    default:
      return null;
  }
}

/**
 * Words that were taken back stay so, whatever else comes. Those that nobody is sent any more go here too, but for
 * their writer (`me`), who may want to say them differently.
 */
export function changed(message: Message, change: Partial<Message>, me: string): Message {
  if (message.takenBack) return message;
  const now = { ...message, ...change };
  return isWordless(now.cover) && now.by !== me ? { ...now, body: null } : now;
}

/** What is worth a line: that something begins, not that somebody would like it. */
function begun({ what, space }: SpaceChanged): Line["what"] | null {
  switch (what) {
    case "pace":
      return `pace_${space.pace ?? "usual"}`;
    case "bell":
    case "breath":
    case "doors":
    case "host":
    case "equals":
      return what;
    default:
      return null;
  }
}

/** Covered so that nobody is sent the words. */
export function isWordless(cover: Covered | null): boolean {
  return cover !== null && cover.is !== "folded";
}

function words(body: string | null | undefined): Partial<Message> {
  return body == null ? {} : { body };
}

function coverOf({ cover, folded_until: until, reason }: MessagePosted): Covered | null {
  return cover == null ? null : covered(cover, { until, reason });
}

function covered(
  is: Covered["is"],
  { until, reason }: { readonly until?: number | null | undefined; readonly reason?: string | null | undefined },
): Covered {
  // The server's categories; the type of an event has them as text.
  return { is, until: until ?? null, reason: (reason ?? null) as Category | null };
}
