/** Circles: finding, opening, entering, inviting, leaving, closing. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { marks, takeReading } from "./beside.ts";
import type { CircleView, Circles, InviteLook, InviteView, Picture } from "./generated/protocol.ts";
import { wishedFor } from "./held.ts";
import { get, send } from "./http.ts";
import { freshKey } from "./key.ts";
import { patchCircle } from "./intake.ts";
import { forgetCircle } from "./logs.ts";
import { type Result, refusal, value } from "./result.ts";
import { hold, list, listFailed, told } from "./store.ts";
import { command } from "./wire.ts";

export interface NewCircle {
  readonly topic: string;
  readonly about: string;
  readonly agreement: string;
  readonly capacity: number;
  /** Milliseconds that words stay; 0 is "until closing"; `null` the server's default. */
  readonly keepFor: number | null;
  /** `null`: now. */
  readonly opensAt: number | null;
  readonly entry: "anyone" | "invited";
  /** Newcomers may read what was said before they came. */
  readonly historyOpen: boolean;
  readonly panels: boolean;
  readonly hostShown: boolean;
  /** One may listen at the door for some minutes. */
  readonly listening: boolean;
  /** Milliseconds after the opening in which one may still come in; `null`: at any time. */
  readonly lateFor: number | null;
  /** A name for this circle only; `null` keeps one's own. */
  readonly name: string | null;
}

/** An invite as it was made: link, code and picture are shown once, the server cannot show them again. */
export interface Invitation {
  readonly circle: string;
  readonly invite: InviteView;
  readonly link: string;
  readonly code: string;
  /** QR code as a `data:` URL for `<img src>`; `null` if it could not be drawn. */
  readonly picture: string | null;
}

const made = signal<Invitation | null>(null);
/** The invitation made last, until it is dismissed or the page is left. */
export const invitation: ReadonlySignal<Invitation | null> = made;

/** Tokens by circle, of invites that were looked at in this tab: they go along when entering. */
const tokens = new Map<string, string>();
/** Circles seen from outside, beside those in the list. */
const seen = new Map<string, CircleView>();

export async function refreshCircles(): Promise<Result> {
  const upto = marks();
  const answer = await get<Circles>("/api/circles");
  listFailed.value = !answer.ok;
  if (!answer.ok) return answer;
  list.value = answer.value.circles;
  told.value = answer.value.told ?? [];
  takeReading(answer.value.circles, upto);
  return value(null);
}

/** A circle as it may be seen before entering: from its own log, the list, or an invite that was looked at. */
export function viewOf(circle: string): CircleView | null {
  const own = hold(circle).state.value.view;
  const listed = list.value?.find((view) => view.id === circle) ?? null;
  // When it meets again comes with the list only.
  if (own !== null && listed?.plan != null) return { ...own, plan: listed.plan };
  return own ?? listed ?? seen.get(circle) ?? null;
}

/** A token from a link, or a six-letter code (blanks and case do not matter). Its circle can then be entered. */
export async function lookAtInvite(invite: string): Promise<Result<CircleView>> {
  const token = invite.trim();
  const answer = await send<InviteLook>("/api/invites/look", { invite: token });
  if (!answer.ok) return answer;
  const { circle } = answer.value;
  tokens.set(circle.id, token);
  seen.set(circle.id, circle);
  return value(circle);
}

/** Open a drop-in room. The value is its id; the opener is in it already. */
export async function openCircle(circle: NewCircle, key = freshKey()): Promise<Result<string>> {
  const answer = await command({
    do: "circle.open",
    key,
    topic: circle.topic,
    about: circle.about,
    agreement: circle.agreement,
    capacity: circle.capacity,
    keep_for: circle.keepFor,
    opens_at: circle.opensAt,
    entry: circle.entry,
    history_open: circle.historyOpen,
    panels: circle.panels,
    host_shown: circle.hostShown,
    listening: circle.listening,
    late_for: circle.lateFor,
    name: circle.name,
  });
  if (!answer.ok) return answer;
  const id = answer.value.circle;
  return id == null ? refusal("internal") : value(id);
}

/** Say yes to this version of the agreement and come in, perhaps by another name. */
export async function enter(circle: string, agreement: number, name: string | null = null): Promise<Result> {
  const invite = tokens.get(circle) ?? null;
  const answer = await command({ do: "circle.enter", circle, agreement, name, invite });
  if (!answer.ok) return answer;
  tokens.delete(circle);
  return value(null);
}

/** The invite that leads into a circle, where one was looked at in this tab. */
export function tokenOf(circle: string): string | null {
  return tokens.get(circle) ?? null;
}

export async function leave(circle: string): Promise<Result> {
  const answer = await command({ do: "circle.leave", circle });
  if (!answer.ok) return answer;
  forgetCircle(circle);
  return value(null);
}

/** Announce the closing, ten minutes ahead. */
export async function closeCircle(circle: string): Promise<Result> {
  const answer = await command({ do: "circle.close", circle });
  if (!answer.ok) return answer;
  const { began, until } = answer.value;
  if (!began && until != null) patchCircle(circle, wishedFor(hold(circle).state.value, "close", until));
  return value(null);
}

/** Take one's own announcement back. */
export async function keepOpen(circle: string): Promise<Result> {
  const answer = await command({ do: "circle.keep_open", circle });
  return answer.ok ? value(null) : answer;
}

/** Answer an announced closing with "we go on". */
export async function goOn(circle: string): Promise<Result> {
  const answer = await command({ do: "circle.go_on", circle });
  return answer.ok ? value(null) : answer;
}

/** Make an invite for so many uses and milliseconds. It appears in `invitation` and in the circle's `invites`. */
export async function makeInvite(circle: string, uses: number, lasts: number): Promise<Result<Invitation>> {
  const answer = await command({ do: "invite.make", circle, uses, lasts });
  if (!answer.ok) return answer;
  const { invite, token, code } = answer.value;
  const picture = await send<Picture>("/api/invites/picture", { token });
  const link = `${location.origin}/#/i/${token}`;
  const drawn = picture.ok ? `data:image/svg+xml,${encodeURIComponent(picture.value.svg)}` : null;
  const result: Invitation = { circle, invite, link, code, picture: drawn };
  made.value = result;
  patchCircle(circle, { invites: [...hold(circle).state.value.invites, invite] });
  return value(result);
}

export function dismissInvitation(): void {
  made.value = null;
}

export async function revokeInvite(circle: string, invite: string): Promise<Result> {
  const answer = await command({ do: "invite.revoke", circle, invite });
  if (!answer.ok) return answer;
  if (made.value?.invite.id === invite) made.value = null;
  patchCircle(circle, { invites: hold(circle).state.value.invites.filter((other) => other.id !== invite) });
  return value(null);
}
