/** Events of the log that are shown as something of their own, as entries. Pure. */
import type { AnyEvent } from "./generated/protocol.ts";
import type { Entry, Line, Message } from "./state.ts";

/** The message or line an event makes; `null` where it only changes something else. */
export function entryOf(seq: number, event: AnyEvent): Entry | null {
  const line: Line = { kind: "line", seq, what: "opened", at: 0, name: "", by: "", hosted: true };
  switch (event.kind) {
    case "message.posted":
      return {
        kind: "message",
        seq,
        by: event.by,
        name: event.name,
        at: event.at,
        body: event.body ?? null,
        key: event.key,
        replyTo: event.reply_to ?? null,
        edited: event.edited ?? false,
        rephrased: event.rephrased ?? false,
        foldedUntil: event.folded_until ?? null,
        received: event.received ?? false,
      };
    case "participant.entered":
      return { ...line, what: "entered", at: event.at, name: event.name, by: event.participant };
    case "circle.opened":
      return { ...line, at: event.at };
    case "circle.closing":
      return { ...line, what: "closing", at: event.closes_at };
    case "circle.stays_open":
      return { ...line, what: "stays_open", hosted: event.hosted };
    case "circle.closed":
      return { ...line, what: "closed", at: event.at };
    default:
      return null;
  }
}

/** Words that were taken back stay so, whatever else comes. */
export function changed(message: Message, change: Partial<Message>): Message {
  return message.body === null ? message : { ...message, ...change };
}
