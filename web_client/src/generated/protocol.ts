// Made by `python -m server schema` from the server's wire types. Do not edit.


export type Gesture = "hear_you" | "same_here" | "holding_you" | "thank_you" | "celebrating";

export type FlagStatus = "received" | "folded" | "held" | "reading" | "kept" | "confirmed" | "withheld" | "lapsed" | "withdrawn" | "rephrased" | "taken_back";

/** The author tells the panel their side, once, while it reads. */
export interface AddSide {
  do: "side.add";
  ref?: number;
  letter: string;
  body: string;
}

/** Say yes to the person who offers. */
export interface AgreeHost {
  do: "host.agree";
  ref?: number;
  circle: string;
  participant: string;
}

/** What a circle agrees on, and how it came to that. Only what holds now, and what one last said yes to oneself, where     one is not in it now. */
export interface AgreementBook {
  now: AgreementVersion;
  agreed?: AgreementVersion | null;
  versions?: AgreementVersion[];
  matter?: MatterView | null;
  proposed?: Proposed | null;
  former?: AgreementVersion | null;
  objections?: ObjectionView[];
  consented?: boolean;
}

/** Something happened to a change of the agreement; ``version`` is the one that holds now. */
export interface AgreementMoved {
  kind: "agreement.moved";
  what: "cleared" | "kept" | "lapsed" | "objected" | "proposed" | "returned" | "review" | "reworded" | "seconded" | "stopped" | "trial" | "withdrawn";
  version: number;
  matter: MatterView;
  who?: string | null;
}

/** ``how`` it came: agreed on when the circle was opened, after a proposal, or brought back after a trial. */
export interface AgreementVersion {
  version: number;
  text: string;
  keep_for: number;
  agreed_at: number;
  how?: "opened" | "proposed" | "returned";
}

/** Yes: those in the circle who are willing are told that one would like company. No: nobody learns of anything. */
export interface AnswerCare {
  do: "care.answer";
  ref?: number;
  offer: string;
  yes: boolean;
}

export interface AsideSet {
  kind: "aside.was_set";
  circle: string;
  participant: string;
  on: boolean;
}

/** Ask somebody whether they would hold it too. Nobody else is told, and they say yes by offering. */
export interface AskBeside {
  do: "host.ask";
  ref?: number;
  circle: string;
  participant: string;
}

/** Ask for a breath, in which everybody writes slowly, or say yes to one that somebody asked for. It takes two. */
export interface AskBreath {
  do: "breath.ask";
  ref?: number;
  circle: string;
}

/** Have the writer of a message told, without a name, that it was hard for somebody. However many ask, once. */
export interface AskGently {
  do: "message.ask_gently";
  ref?: number;
  circle: string;
  target: number;
}

/** Shall we go on? It takes two, and only the holder is told. */
export interface AskHolder {
  do: "piece.ask";
  ref?: number;
  circle: string;
  round: string;
}

/** The answer to ``heads``; it is not answered. */
export interface Beat {
  do: "beat";
  ref?: number;
}

/** How far a circle has been looked through: only what was said before this seq is left. */
export interface Before {
  circle: string;
  before: number;
}

/** After the orientation: lots may fall on oneself from now on. */
export interface BeginReviewing {
  do: "reviewing.begin";
  ref?: number;
  skips?: ("disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat")[];
}

/** Begin before the time to gather is over: whoever offered it, or any two who joined. */
export interface BeginRound {
  do: "round.begin";
  ref?: number;
  circle: string;
  round: string;
}

export interface Bye {
  code: number;
  retry_after: number;
}

export interface ByeFrame {
  bye: Bye;
}

/** ``told``: at least two people have been told; else nobody has. */
export interface CareAnswered {
  told: boolean;
}

/** ``company``: at least two people in the circle are willing. It says nothing of what the person answers. */
export interface CareAsked {
  company: boolean;
}

/** All that waits for this person of offers and of others' wishes for company. Moments may have passed. */
export interface CareNow {
  kind: "care.now";
  offers?: CareOffer[];
  wanted?: CareWanted[];
}

/** Somebody in that circle is thinking of you. With ``company``: would you like some? */
export interface CareOffer {
  offer: string;
  circle: string;
  company?: boolean;
  until: number;
}

/** To somebody willing: a participant of that circle said that they would like company. */
export interface CareWanted {
  circle: string;
  participant: string;
  until: number;
}

/** To its giver's own screens. */
export interface CarryNoted {
  kind: "carry.noted";
  circle: string;
  given: boolean;
  words?: string | null;
  shown?: number | null;
}

/** What a juror reads, once they open it. */
export interface CaseToRead {
  seat: SeatView;
  agreement: string[];
  messages: ReadMessage[];
  side?: string | null;
  objection?: string | null;
  talk?: PanelLine[];
  content_most: number;
  person_most: number;
  more?: boolean;
  mine?: MyBallot | null;
  flags?: number[];
}

/** One mark for each message, one for the person; with a reason where any is above 0. */
export interface CastBallot {
  do: "ballot.cast";
  ref?: number;
  seat: string;
  messages: MessageMark[];
  person?: number;
  code?: "disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat" | null;
  clause?: number;
  sentence?: string;
}

/** Ends every other session at once. */
export interface ChangePassphrase {
  passphrase: string;
  new_passphrase: string;
}

/** What is absent stays; a new ``when`` replaces all of the old one. What is open already stays as it is. */
export interface ChangePlan {
  do: "plan.change";
  ref?: number;
  plan: string;
  when?: When | null;
  topic?: string | null;
  about?: string | null;
  agreement?: string | null;
  capacity?: number | null;
  keep_for?: number | null;
  entry?: "anyone" | "invited" | null;
}

/** Ask for another pace, or say yes to one that somebody asked for. It takes two. */
export interface ChoosePace {
  do: "pace.choose";
  ref?: number;
  circle: string;
  pace: "gentle" | "one_at_a_time" | "usual";
}

export interface CircleClosed {
  kind: "circle.closed";
  at: number;
}

export interface CircleClosing {
  kind: "circle.closing";
  closes_at: number;
  together?: boolean;
  waits?: boolean;
}

export interface CircleJoined {
  kind: "circle.joined";
  circle: string;
  participant: string;
}

export interface CircleOpened {
  kind: "circle.opened";
  at: number;
}

export interface CircleParted {
  kind: "circle.parted";
  circle: string;
}

/** It is to open then: it was prepared for it, or it was moved. */
export interface CirclePlanned {
  kind: "circle.planned";
  opens_at: number;
}

/** The closing was taken back, or two people answered "we go on"; then the circle has no host. */
export interface CircleStaysOpen {
  kind: "circle.stays_open";
  hosted: boolean;
}

/** Something for everybody, in this moment: those who came are welcomed, or the agreement is read. */
export interface CircleTended {
  kind: "circle.tended";
  act: "agreement" | "greet";
  to?: string[];
  version?: number;
}

/** A circle as anybody may see it who may see it at all. */
export interface CircleView {
  id: string;
  topic: string;
  about?: string;
  state: "closed" | "closing" | "open" | "planned";
  fullness: "full" | "nearly_full" | "room";
  entry: "anyone" | "invited";
  agreement: string;
  agreement_version: number;
  keep_for: number;
  history_open?: boolean;
  panels?: boolean;
  opens_at: number;
  closes_at?: number | null;
  seats?: number;
  sister?: boolean;
  listening?: boolean;
  last_entry?: number | null;
  doors_until?: number | null;
  host?: string | null;
  plan?: PlanView | null;
  mine?: boolean;
  news?: boolean;
}

/** Yours first, then open, then later, each by time. */
export interface Circles {
  circles: CircleView[];
  told?: string[];
}

/** Take back what one answered. */
export interface ClearAgreement {
  do: "agreement.clear";
  ref?: number;
  circle: string;
  matter: string;
}

/** The host announces the closing, ten minutes ahead. */
export interface CloseCircle {
  do: "circle.close";
  ref?: number;
  circle: string;
}

/** With a code from whoever runs the machine; for half a year. It is in the open book. */
export interface ComeAsModerator {
  do: "moderator.come";
  ref?: number;
  code: string;
}

/** Once, at the end. */
export interface ComeBackToMe {
  do: "piece.come_back";
  ref?: number;
  circle: string;
  round: string;
  turn: number;
}

export interface ComeIn {
  name: string;
}

/** Be for it as it is worded; an objection of one's own is taken back with that. */
export interface ConsentToAgreement {
  do: "agreement.consent";
  ref?: number;
  circle: string;
  matter: string;
  revision: number;
}

export interface CosignHold {
  do: "hold.cosign";
  ref?: number;
  circle: string;
  target: number;
}

/** One's start page as a reviewer. There is nothing to browse. */
export interface Desk {
  seats?: SeatView[];
  left_today?: number;
  counts?: DeskCounts | null;
}

/** For moderators: how it goes, without any text. */
export interface DeskCounts {
  open: number;
  waiting: number;
  too_few: number;
  lapsed: number;
}

export interface DismissLetter {
  do: "letter.dismiss";
  ref?: number;
  letter: string;
}

/** A change is on disk. ``seq`` is its place in the circle's log; ``dup`` says it was there before. */
export interface Done {
  circle?: string | null;
  epoch?: string | null;
  seq?: number | null;
  dup?: boolean;
}

/** One lot. ``seated`` has a seat; ``skipped`` could not be asked, declined, or is nobody at all. */
export interface DrawEntry {
  pseudonym: string;
  became: "not_reached" | "seated" | "skipped";
}

export interface DrawInvite {
  token: string;
}

/** One draw. Once ``nonce`` is shown, anybody can repeat it. */
export interface DrawProof {
  draw: string;
  lot: string;
  nonce_number: number;
  commitment: string;
  pool_hash: string;
  band: string;
  nonce?: string | null;
  entries?: DrawEntry[];
}

export interface EditMessage {
  do: "message.edit";
  ref?: number;
  circle: string;
  target: number;
  body: string;
}

export interface EndFeed {
  do: "calendar.end";
  ref?: number;
  of: string;
}

/** Stop, at any time, without a reason. Seats one has not voted at go to others. */
export interface EndReviewing {
  do: "reviewing.end";
  ref?: number;
}

export interface EndSession {
  session: string;
}

/** Say yes to version ``agreement`` of the circle's agreement and come in. */
export interface EnterCircle {
  do: "circle.enter";
  ref?: number;
  circle: string;
  agreement: number;
  name?: string | null;
  invite?: string | null;
}

export interface EventFrame {
  on: string;
  seq: number;
  event: CircleOpened | CirclePlanned | CircleClosing | CircleStaysOpen | CircleClosed | ParticipantEntered | ParticipantLeft | MessagePosted | MessageEdited | MessageRephrased | MessageTakenBack | MessageReceived | MessageFolded | MessageHeld | MessageWithheld | MessageUnfolded | SpaceChanged | AgreementMoved | CircleTended | RoundOffered | RoundJoined | RoundSteppedOut | RoundBegan | PieceGiven | PiecePassed | RoundTalks | RoundOver | WordsFaded | Quiet | CircleJoined | CircleParted | GestureMade | GestureUndone | GestureGiven | AsideSet | HostingChanged | OpeningTold | HostingAsked | CarryNoted | PieceAsked | PreferencesChanged | SessionEnded | FlagMoved | LetterCame | LetterDismissed | CareNow | SeatMoved | PauseMoved | ReviewingChanged;
}

/** Say that a message goes against the agreement. Hidden for oneself at once; once per message. */
export interface FlagMessage {
  do: "message.flag";
  ref?: number;
  circle: string;
  target: number;
  category: "disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat";
}

/** To the flagger: where their own flag stands. */
export interface FlagMoved {
  kind: "flag.moved";
  circle: string;
  target: number;
  status: "confirmed" | "folded" | "held" | "kept" | "lapsed" | "reading" | "received" | "rephrased" | "taken_back" | "withdrawn" | "withheld";
}

/** Erase the person: words, names, place, sessions. Needs no reason and cannot be undone. */
export interface ForgetMe {
  do: "person.forget";
  ref?: number;
  sure: true;
}

/** A message as it is now, and of its words those around what was looked for. */
export interface FoundMessage {
  circle: string;
  seq: number;
  by: string;
  name: string;
  at: number;
  words: string;
  marks: Mark[];
  carried?: boolean;
  more_before?: boolean;
  more_after?: boolean;
}

/** The next of what is found, newest first. Without ``further`` it was the last. */
export interface FoundMessages {
  found: FoundMessage[];
  further?: Before[];
  back_to?: number | null;
}

/** To the giver's own screens. */
export interface GestureGiven {
  kind: "gesture.given";
  circle: string;
  target: number;
  gesture: "celebrating" | "hear_you" | "holding_you" | "same_here" | "thank_you";
  on: boolean;
}

/** To the writer of a message: who answered it with which gesture. */
export interface GestureMade {
  kind: "gesture.made";
  circle: string;
  target: number;
  by: string;
  name: string;
  gesture: "celebrating" | "hear_you" | "holding_you" | "same_here" | "thank_you";
}

export interface GestureUndone {
  kind: "gesture.undone";
  circle: string;
  target: number;
  by: string;
  gesture: "celebrating" | "hear_you" | "holding_you" | "same_here" | "thank_you";
}

/** One sentence, shown to everybody at the closing, in random order and without names. Again: another instead. */
export interface GiveCarried {
  do: "carry.give";
  ref?: number;
  circle: string;
  words: string;
}

/** Go on as a reviewer like others. */
export interface GiveUpModerator {
  do: "moderator.give_up";
  ref?: number;
}

export interface GivenGesture {
  target: number;
  gesture: "celebrating" | "hear_you" | "holding_you" | "same_here" | "thank_you";
}

/** Answer an announced closing with "we go on"; two people doing so keep the circle open without its host. */
export interface GoOn {
  do: "circle.go_on";
  ref?: number;
  circle: string;
}

/** Welcome those who came since the last welcome: at once by who holds it, by two otherwise. */
export interface Greet {
  do: "tend.greet";
  ref?: number;
  circle: string;
}

export interface HeadsFrame {
  heads: Record<string, number>;
}

/** What was said since one began to listen; asked every other second. Reads, and changes nothing. */
export interface HearDoor {
  do: "door.hear";
  ref?: number;
  circle: string;
  head?: number | null;
}

export interface Heard {
  head: number;
  until: number;
  same?: boolean;
  lines?: HeardLine[];
}

/** A message as it stands now. Without a body it was taken back, or is not to be read; why, a listener is not told. */
export interface HeardLine {
  seq: number;
  at: number;
  name: string;
  body?: string | null;
  prompt?: boolean;
}

export interface Hello {
  me: string;
  version: string;
  beat: number;
  now: number;
}

export interface HelloFrame {
  hello: Hello;
}

export interface HelpLine {
  name: string;
  phone?: string | null;
  sms?: string | null;
  url?: string | null;
  hours?: string | null;
  note?: string | null;
}

/** Whom one can call or write to, as whoever runs this place chose; perhaps none. */
export interface HelpLines {
  lines: HelpLine[];
}

export interface HereDiff {
  came?: string[];
  went?: string[];
}

export interface HereFrame {
  on: string;
  here: HereDiff;
}

/** Cover a message for some minutes, for everybody, while others look. ``mine``: it shows one's own private data. */
export interface HoldMessage {
  do: "message.hold";
  ref?: number;
  circle: string;
  target: number;
  category: "illegal" | "privacy" | "spam" | "threat";
  mine?: boolean;
}

/** Whoever holds that circle asks whether one would hold it with them; absent: nobody does any more. */
export interface HostingAsked {
  kind: "hosting.asked";
  circle: string;
  until?: number | null;
}

/** One holds the space of that circle, or does no longer. */
export interface HostingChanged {
  kind: "hosting.changed";
  circle: string;
  on: boolean;
}

export interface InviteLook {
  circle: CircleView;
}

export interface InviteView {
  id: string;
  uses_left: number;
  ends_at: number;
}

export interface JoinRound {
  do: "round.join";
  ref?: number;
  circle: string;
  round: string;
}

/** Whoever announced the closing takes it back. */
export interface KeepCircleOpen {
  do: "circle.keep_open";
  ref?: number;
  circle: string;
}

/** Make a sign-in name and a passphrase, to come back as the same person. */
export interface KeepPlace {
  sign_in_name: string;
  passphrase: string;
}

/** Let us end the round here: it ends when more people ask for it than are in it and do not. */
export interface LayDownPiece {
  do: "round.lay_down";
  ref?: number;
  circle: string;
  round: string;
}

export interface LeaveCircle {
  do: "circle.leave";
  ref?: number;
  circle: string;
}

/** Wait no longer; harmless to repeat. */
export interface LeaveDoor {
  do: "door.leave";
  ref?: number;
  circle: string;
}

/** Hand the case over, and be offered no seat for a day. */
export interface LeaveHeavySeat {
  do: "seat.heavy";
  ref?: number;
  seat: string;
}

export interface LeaveOutSitting {
  do: "plan.leave_out";
  ref?: number;
  plan: string;
  day: string;
}

/** Not this one: before or after taking it, without a reason. */
export interface LeaveSeat {
  do: "seat.leave";
  ref?: number;
  seat: string;
}

/** One thing that happened. ``hash`` is SHA-256 of the rest in canonical JSON, and then of the 32 bytes ``prev``. */
export interface LedgerEntry {
  seq: number;
  hour: number;
  type: string;
  case: string | null;
  commitment: string | null;
  facts: Record<string, number | string | boolean>;
  prev: string;
  hash: string;
}

/** How far the record goes. With ``seq`` 0 there is nothing yet and the hash is 64 zeros. */
export interface LedgerHead {
  seq: number;
  hash: string;
}

/** Entries after the one asked for, at most 500; fewer mean that there are no more. */
export interface LedgerPage {
  entries: LedgerEntry[];
}

/** What was felt, what is being done, what was decided; never by whom it was flagged, nor by how many. */
export interface Letter {
  id: string;
  about: "attack" | "decided" | "folded" | "gentle" | "held" | "kept" | "lapsed" | "misheld" | "reading" | "unheard";
  mine?: boolean;
  circle: string;
  target: number;
  at: number;
  until?: number | null;
  felt?: ("disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat")[];
  statement?: Statement | null;
  side_until?: number | null;
  appeal_until?: number | null;
}

export interface LetterCame {
  kind: "letter.came";
  letter: Letter;
}

export interface LetterDismissed {
  kind: "letter.dismissed";
  letter: string;
}

/** Hear what is said for some minutes without coming in, where the circle allows it. */
export interface ListenAtDoor {
  do: "door.listen";
  ref?: number;
  circle: string;
  agreement: number;
  invite?: string | null;
}

/** I would rather listen. It only spares others the waiting; nobody is told, and one may still join. */
export interface ListenToRound {
  do: "round.listen";
  ref?: number;
  circle: string;
  round: string;
}

export interface ListenView {
  until: number;
}

/** An event at its place in a log. */
export interface Logged {
  seq: number;
  event: CircleOpened | CirclePlanned | CircleClosing | CircleStaysOpen | CircleClosed | ParticipantEntered | ParticipantLeft | MessagePosted | MessageEdited | MessageRephrased | MessageTakenBack | MessageReceived | MessageFolded | MessageHeld | MessageWithheld | MessageUnfolded | SpaceChanged | AgreementMoved | CircleTended | RoundOffered | RoundJoined | RoundSteppedOut | RoundBegan | PieceGiven | PiecePassed | RoundTalks | RoundOver | WordsFaded | Quiet | CircleJoined | CircleParted | GestureMade | GestureUndone | GestureGiven | AsideSet | HostingChanged | OpeningTold | HostingAsked | CarryNoted | PieceAsked | PreferencesChanged | SessionEnded | FlagMoved | LetterCame | LetterDismissed | CareNow | SeatMoved | PauseMoved | ReviewingChanged;
}

/** A token from a link, or a six-letter code. */
export interface LookAtInvite {
  invite: string;
}

/** Shown once: the server keeps only a hash of it. */
export interface MadeFeed {
  path: string;
}

/** Shown once: the server keeps only hashes of the token and of the code. */
export interface MadeInvite {
  invite: InviteView;
  token: string;
  code: string;
}

/** Ask another panel; by the author, or by somebody who flagged what was left as it is. */
export interface MakeAppeal {
  do: "appeal.make";
  ref?: number;
  letter: string;
  body?: string;
}

/** An address for one's own calendar; one made before for the same ends. */
export interface MakeFeed {
  do: "calendar.make";
  ref?: number;
  of: string;
}

export interface MakeGesture {
  do: "gesture.make";
  ref?: number;
  circle: string;
  target: number;
  gesture: "celebrating" | "hear_you" | "holding_you" | "same_here" | "thank_you";
}

export interface MakeInvite {
  do: "invite.make";
  ref?: number;
  circle: string;
  uses?: number;
  lasts?: number;
}

/** A part of some words: from ``start`` up to, not including, ``end``, in UTF-16 units. */
export interface Mark {
  start: number;
  end: number;
}

/** After deciding to leave everything as it is: these flags were an attack. Counts only if all of the panel say so. */
export interface MarkBadFaith {
  do: "faith.mark";
  ref?: number;
  seat: string;
  flags: number[];
}

/** Private: where this person's unread line will be next time. Nobody else learns of it. */
export interface MarkRead {
  do: "read.mark";
  ref?: number;
  circle: string;
  seq: number;
}

/** How a change stands, as everybody in the circle may see it; without its words. */
export interface MatterView {
  id: string;
  by: string;
  phase?: "open" | "over" | "review" | "trial";
  until: number;
  revision?: number;
  seconded?: boolean;
  objections?: string[];
  outcome?: "kept" | "lapsed" | "returned" | "stopped" | "withdrawn" | null;
}

/** Who one is. Without ``person``: nobody yet. */
export interface Me {
  name?: string | null;
  sign_in_name?: string | null;
  remembered?: boolean;
  offered_name?: string | null;
  title: string;
  keep_default: number;
  topics: string[];
  agreement_default: string;
  may_open: boolean;
  exit_to: string;
  plain_http?: boolean;
  time_scale?: number;
}

export interface MessageEdited {
  kind: "message.edited";
  target: number;
  body?: string | null;
}

/** It lies behind a neutral line that anyone may open. ``body`` is there where the words were covered before. */
export interface MessageFolded {
  kind: "message.folded";
  target: number;
  until?: number | null;
  reason?: string | null;
  body?: string | null;
}

/** Covered for everybody for a while; its words are not sent. */
export interface MessageHeld {
  kind: "message.held";
  target: number;
  until: number;
  reason: string;
}

export interface MessageMark {
  item: number;
  content: number;
  hold?: boolean;
}

/** A message as it is now: read again later, it carries what was done to it since. */
export interface MessagePosted {
  kind: "message.posted";
  by: string;
  name: string;
  at: number;
  body?: string | null;
  key: string;
  reply_to?: number | null;
  meet?: "ideas" | "just_listen" | "same_here" | "sit_with_me" | null;
  prompt?: boolean;
  share?: boolean;
  carried?: boolean;
  edited?: boolean;
  rephrased?: boolean;
  cover?: "folded" | "held" | "withheld" | null;
  folded_until?: number | null;
  reason?: string | null;
  received?: boolean;
}

export interface MessageReceived {
  kind: "message.received";
  target: number;
}

/** Its writer said it differently; a fold on it ends with that. */
export interface MessageRephrased {
  kind: "message.rephrased";
  target: number;
  body?: string | null;
}

export interface MessageTakenBack {
  kind: "message.taken_back";
  target: number;
}

/** It stands as it was. ``body`` is there where the words were covered before. */
export interface MessageUnfolded {
  kind: "message.unfolded";
  target: number;
  body?: string | null;
}

/** A panel withholds it: its words are not sent any more. */
export interface MessageWithheld {
  kind: "message.withheld";
  target: number;
  reason: string;
  until?: number | null;
}

/** Of what is never published by itself; made once, when the month is over. */
export interface MonthNumbers {
  began_at: number;
  ended_at: number;
  flags: Record<string, number | "fewer than 5">;
  lapsed_unseen: number | "fewer than 5";
  quiet_flags: number | "fewer than 5";
  load_median: number | null;
  load_most: number | null;
}

/** That one sitting is on another day, or at another time. */
export interface MoveSitting {
  do: "plan.move";
  ref?: number;
  plan: string;
  day: string;
  to: string;
  at: string;
}

export interface MyBallot {
  messages: MessageMark[];
  person?: number;
  code?: "disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat" | null;
  clause?: number;
  sentence?: string;
}

/** What only this person sees of a circle. */
export interface MyCircle {
  participant: string;
  read?: number;
  hosting?: boolean;
  announced_closing?: boolean;
  aside?: string[];
  given?: GivenGesture[];
  received?: ReceivedGesture[];
  invites?: InviteView[];
  space?: SpaceView | null;
  round?: RoundView | null;
  my_round?: MyRound | null;
  matter?: MatterView | null;
  consented?: boolean;
  carried?: string | null;
  carried_at?: number | null;
  asked_to_hold?: number | null;
  wished?: ("agreement" | "breath" | "close" | "doors" | "greet" | "pace_gentle" | "pace_one_at_a_time" | "pace_usual")[];
}

export interface MyFlag {
  target: number;
  status: "confirmed" | "folded" | "held" | "kept" | "lapsed" | "reading" | "received" | "rephrased" | "taken_back" | "withdrawn" | "withheld";
}

/** What only this person sees. */
export interface MyRound {
  box: "open" | "waits" | "yours";
  turns?: number;
  listening?: boolean;
  asked?: boolean;
  late?: boolean;
}

/** An empty object. */
export interface Nothing {

}

/** Say why it should not come, or where it is on trial, why the version before should come back. */
export interface ObjectToAgreement {
  do: "agreement.object";
  ref?: number;
  circle: string;
  matter: string;
  revision: number;
  reason: string;
}

export interface ObjectionView {
  by: string;
  reason: string;
  revision: number;
}

/** Offer to hold the space, or to hold it beside its host. Somebody else has to say yes. */
export interface OfferHost {
  do: "host.offer";
  ref?: number;
  circle: string;
}

/** Offer a round, with a question or without. It begins once others have joined; nobody has to. */
export interface OfferRound {
  do: "round.offer";
  ref?: number;
  circle: string;
  key: string;
  question?: string;
  joins?: boolean;
  talk?: boolean;
}

export interface OfferedName {
  name: string;
}

export interface OkFrame {
  re: number;
  ok: Answer;
}

/** What the open book says, as data. */
export interface OpenBook {
  operator: string | null;
  since: number;
  recent: RecentNumbers;
  months: MonthNumbers[];
  pool: string | null;
  head: LedgerHead;
}

/** Open a drop-in room, now or at one set time. The opener becomes host and first participant. */
export interface OpenCircle {
  do: "circle.open";
  ref?: number;
  key: string;
  topic: string;
  about?: string;
  agreement: string;
  capacity?: number;
  keep_for?: number | null;
  opens_at?: number | null;
  entry?: "anyone" | "invited";
  history_open?: boolean;
  panels?: boolean;
  host_shown?: boolean;
  listening?: boolean;
  late_for?: number | null;
  name?: string | null;
}

/** Ask, while waiting, for a sister circle, or say yes to somebody who asked. It takes two. */
export interface OpenSister {
  do: "door.sister";
  ref?: number;
  circle: string;
  key: string;
}

/** A circle has opened of which one had asked to be told. */
export interface OpeningTold {
  kind: "opening.told";
  circle: string;
}

export interface Outcome {
  target: number;
  content: number;
  until?: number | null;
}

/** What its writer said in a message that is held or withheld: sent to them, on every screen of theirs, and to nobody else. */
export interface OwnWords {
  target: number;
  body: string;
}

/** Events of one circle; ``base`` is the earliest seq this person may read, ``own`` their covered words among them. */
export interface Page {
  epoch: string;
  base: number;
  events: Logged[];
  own?: OwnWords[];
}

export interface PanelLine {
  by: string;
  body: string;
  mine?: boolean;
}

export interface Participant {
  id: string;
  name: string;
}

export interface ParticipantEntered {
  kind: "participant.entered";
  participant: string;
  name: string;
  at: number;
}

export interface ParticipantLeft {
  kind: "participant.left";
  participant: string;
  at: number;
}

export interface PassPiece {
  do: "piece.pass";
  ref?: number;
  circle: string;
  round: string;
  turn: number;
  silent?: boolean;
}

/** One's own pause from posting; without ``until`` it is over. Without ``circle`` it is everywhere. */
export interface PauseMoved {
  kind: "pause.moved";
  circle?: string | null;
  until?: number | null;
}

/** One's own place, as of the head it comes with. */
export interface PersonView {
  name: string;
  kept: boolean;
  preferences: Preferences;
  circles?: string[];
  letters?: Letter[];
  seats?: SeatView[];
  pauses?: PauseMoved[];
  reviewing?: Reviewing | null;
  care?: CareNow | null;
}

/** A QR code as an SVG document. */
export interface Picture {
  svg: string;
}

/** To the holder alone: others ask whether to go on, or nothing was heard of them for long. */
export interface PieceAsked {
  kind: "piece.asked";
  circle: string;
  round: string;
  turn: number;
}

/** The piece is with them; others' words wait until it is with nobody any more. */
export interface PieceGiven {
  kind: "piece.given";
  round: string;
  to: string;
  turn: number;
}

/** ``later`` does not tell whether they asked for that, lost their connection or gave no sign. */
export interface PiecePassed {
  kind: "piece.passed";
  round: string;
  by: string;
  turn: number;
  how: "later" | "passed" | "silent";
}

/** Have a drop-in room open at times that repeat. Whoever plans it is its host. */
export interface PlanCircle {
  do: "plan.make";
  ref?: number;
  key: string;
  topic: string;
  about?: string;
  agreement: string;
  when: When;
  capacity?: number;
  keep_for?: number | null;
  entry?: "anyone" | "invited";
  history_open?: boolean;
  panels?: boolean;
  host_shown?: boolean;
  listening?: boolean;
  late_for?: number | null;
}

/** When a circle meets, as anybody may see it who may see the circle. */
export interface PlanView {
  id: string;
  when: When;
  next?: SittingView[];
  left_out?: string[];
  mine?: boolean;
}

export interface PostMessage {
  do: "message.post";
  ref?: number;
  circle: string;
  key: string;
  body: string;
  reply_to?: number | null;
  meet?: "ideas" | "just_listen" | "same_here" | "sit_with_me" | null;
  prompt?: boolean;
}

/** How one person likes to be here. Kept with the person, never on the phone. */
export interface Preferences {
  quick_exit_keys: boolean;
  gestures: boolean;
  tell_writing: boolean;
  muted: string[];
  theme: "day" | "night" | "phone";
  size: 100 | 110 | 125 | 150;
  spacing: "usual" | "wide";
  calm: boolean;
  enter_posts: "auto" | "no" | "yes";
  news: "all" | "counts" | "names" | "none";
  gentle_notes: boolean;
  company: boolean;
  quiet_type: boolean;
  desk_keys: boolean;
}

export interface PreferencesChanged {
  kind: "preferences.changed";
  preferences?: Preferences | null;
}

/** problem+json (RFC 9457). ``code`` is stable; ``detail`` is one plain sentence. */
export interface Problem {
  title: string;
  status: number;
  code: string;
  detail: string;
  retry_after?: number | null;
}

/** Propose that from some time on this is what the circle agrees on. ``version`` is the one it was written from. */
export interface ProposeAgreement {
  do: "agreement.propose";
  ref?: number;
  circle: string;
  version: number;
  text: string;
  keep_for?: number | null;
}

/** The words of a change, of the wording ``revision``. */
export interface Proposed {
  matter: string;
  revision: number;
  text: string;
  keep_for: number;
}

/** What a browser needs to be told by this server; none where browsers are not told. */
export interface PushKey {
  key: string | null;
}

/** Where this browser is told; none: not any more. */
export interface PushPlace {
  endpoint?: string | null;
}

/** That one sitting is when it would be, as if it had been neither left out nor moved. */
export interface PutBackSitting {
  do: "plan.put_back";
  ref?: number;
  plan: string;
  day: string;
}

/** Something happened to a message from before this reader's time. It only keeps the count. */
export interface Quiet {
  kind: "quiet";
}

/** "I am having a hard time": tell those in the circle who are willing that one would like company. */
export interface ReachOut {
  do: "care.reach_out";
  ref?: number;
  circle: string;
}

/** Have the agreement shown to everybody in this moment: at once by who holds it, by two otherwise. */
export interface ReadAgreement {
  do: "tend.agreement";
  ref?: number;
  circle: string;
}

/** A line of what was said, without names: writers are A, B, C in the order in which they come. */
export interface ReadLine {
  by: string;
  body?: string | null;
  flagged?: boolean;
}

export interface ReadMessage {
  item: number;
  kinds?: ("disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat")[];
  held?: boolean;
  gone?: boolean;
  lines: ReadLine[];
}

/** Events of a circle before a seq, newest page first, each page in order. */
export interface ReadPage {
  do: "history.page";
  ref?: number;
  circle: string;
  before: number;
  limit?: number;
}

/** Enough was said; the second ballot begins once all say so. */
export interface ReadyToVote {
  do: "panel.ready";
  ref?: number;
  seat: string;
}

export interface ReceivedGesture {
  target: number;
  by: string;
  name: string;
  gesture: "celebrating" | "hear_you" | "holding_you" | "same_here" | "thank_you";
}

/** Of what was published in the last 90 days. */
export interface RecentNumbers {
  folds: number | "fewer than 5";
  unfolded_percent: number | null;
  content: (number | "fewer than 5")[];
  person: (number | "fewer than 5")[];
  median_hours: number | null;
  appeals_changed: number | "fewer than 5";
  appeals_same: number | "fewer than 5";
  overturned_percent: number | null;
  lapsed: number | "fewer than 5";
  holds: number | "fewer than 5";
  holds_confirmed_percent: number | null;
  legal_holds: number | "fewer than 5";
  moderators_came: number;
  moderators_left: number;
}

/** Come back with the recovery words; they are used up, and new ones are given. */
export interface Recover {
  sign_in_name: string;
  recovery_words: string;
  new_passphrase: string;
}

/** Shown once. Only their hash is kept. */
export interface RecoveryWords {
  recovery_words: string;
}

export interface RefusedFrame {
  re: number | null;
  refused: Record<string, string | number>;
}

/** Whether this browser keeps the place after it is closed (14 days idle, 60 at most). */
export interface Remember {
  remember: boolean;
}

/** Its writer says a folded message differently; the fold ends, and the words before are gone from view. */
export interface RephraseMessage {
  do: "message.rephrase";
  ref?: number;
  circle: string;
  target: number;
  body: string;
}

export interface ResetFrame {
  on: string;
  reset: "faded" | "history" | "left";
}

/** Ask that for some minutes nobody comes in who was not here before, or say yes to that. It takes two. */
export interface RestDoors {
  do: "doors.rest";
  ref?: number;
  circle: string;
}

export interface Reviewing {
  role: "moderator" | "reviewer";
  since: number;
  until?: number | null;
  skips?: ("disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat")[];
  rest_until?: number | null;
}

/** Without ``reviewing``: one does not review. */
export interface ReviewingChanged {
  kind: "reviewing.changed";
  reviewing?: Reviewing | null;
}

export interface RevokeInvite {
  do: "invite.revoke";
  ref?: number;
  circle: string;
  invite: string;
}

/** Say one's own proposal differently. The time for objections begins anew, and objections stay. */
export interface RewordAgreement {
  do: "agreement.reword";
  ref?: number;
  circle: string;
  matter: string;
  text: string;
  keep_for?: number | null;
}

/** A minute's rest for everybody, whoever they are. */
export interface RingBell {
  do: "bell.ring";
  ref?: number;
  circle: string;
}

export interface RoundBegan {
  kind: "round.began";
  round: string;
}

export interface RoundJoined {
  kind: "round.joined";
  round: string;
  who: string;
}

export interface RoundOffered {
  kind: "round.offered";
  round: string;
  by: string;
  talk?: boolean;
  question?: string | null;
}

export interface RoundOver {
  kind: "round.over";
  round: string;
  how: "closed" | "complete" | "laid_down" | "too_few";
}

export interface RoundSteppedOut {
  kind: "round.stepped_out";
  round: string;
  who: string;
}

/** All who wanted have shared; everybody may talk about it until then. */
export interface RoundTalks {
  kind: "round.talks";
  round: string;
  until: number;
}

/** A round as everybody in the circle may see it, whenever they came. */
export interface RoundView {
  id: string;
  phase: "gathering" | "going" | "talk";
  question?: string | null;
  talk?: boolean;
  people?: string[];
  holder?: string | null;
  turn?: number;
  by?: string | null;
  until?: number | null;
}

export interface SayToPanel {
  do: "panel.say";
  ref?: number;
  seat: string;
  body: string;
}

/** Look for messages that hold every one of these words, or parts of words, in circles one is in. */
export interface Search {
  words: string;
  circle?: string | null;
  further?: Before[];
}

/** One's seat on a panel stands differently, or something was said at its table. */
export interface SeatMoved {
  kind: "seat.moved";
  seat: SeatView;
}

/** One's own seat on a panel. */
export interface SeatView {
  id: string;
  state: "again" | "cast" | "done" | "gone" | "offered" | "reading" | "taken" | "talk";
  kinds?: ("disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat")[];
  size: number;
  appeal?: boolean;
  until?: number | null;
  letter?: string | null;
  answered?: number;
  undo_until?: number | null;
  verdict?: Verdict | null;
}

/** Some sessions of this person ended; each socket looks whether its own is among them. */
export interface SessionEnded {
  kind: "session.ended";
}

export interface SessionView {
  session: string;
  began_at: number;
  seen_at: number;
  this_one?: boolean;
}

export interface Sessions {
  sessions: SessionView[];
}

/** Stop seeing one participant, for oneself and in this circle; they are not told. */
export interface SetAside {
  do: "aside.set";
  ref?: number;
  circle: string;
  participant: string;
}

export interface SetPreferences {
  do: "preferences.set";
  ref?: number;
  preferences: Preferences;
}

export interface SetReviewing {
  do: "reviewing.set";
  ref?: number;
  skips?: ("disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat")[];
}

/** Until when the host holds it; absent: no end is set. */
export interface SetShift {
  do: "host.shift";
  ref?: number;
  circle: string;
  until?: number | null;
}

export interface SignIn {
  sign_in_name: string;
  passphrase: string;
  remember?: boolean;
}

/** The circle that was opened, or until when one's wish waits for a second person. */
export interface SisterView {
  circle?: string | null;
  until?: number | null;
}

export interface SittingView {
  day: string;
  starts: number;
  ends: number;
}

/** How the circle is held from here on, and which of it has just begun. */
export interface SpaceChanged {
  kind: "space.changed";
  space: SpaceView;
  what: "bell" | "beside" | "beside_left" | "breath" | "closing" | "doors" | "equals" | "handover" | "host" | "listening" | "pace" | "prompt" | "tended" | "unwilling" | "willing" | "wished";
  act?: "agreement" | "breath" | "close" | "doors" | "greet" | "pace_gentle" | "pace_one_at_a_time" | "pace_usual" | null;
  who?: string | null;
}

/** Moments may have passed; no event tells of an end that was told with the beginning. */
export interface SpaceView {
  pace?: "gentle" | "one_at_a_time" | "usual";
  rest_until?: number | null;
  breath_until?: number | null;
  doors_until?: number | null;
  wishes?: Wish[];
  listening?: number[];
  hosted?: boolean;
  handover_until?: number | null;
  willing?: string | null;
  willing_until?: number | null;
  prompt?: number | null;
  prompt_until?: number | null;
}

/** The reasons of a panel: what and until when, on what ground, who decided, how to ask others. */
export interface Statement {
  outcomes: Outcome[];
  person?: number;
  person_until?: number | null;
  code?: "disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat" | null;
  clause?: string | null;
  sentences?: string[];
  agreed: number;
  size: number;
  band: string;
  second?: boolean;
  appeal_until?: number | null;
}

/** A sign that the holder is here: a key pressed, or the answer that they would like a while longer. */
export interface StayWithPiece {
  do: "piece.stay";
  ref?: number;
  circle: string;
  round: string;
  turn: number;
}

export interface StepOutOfRound {
  do: "round.step_out";
  ref?: number;
  circle: string;
  round: string;
}

/** I need to stop: hand over at once, or take one's own offer back. */
export interface StopHost {
  do: "host.stop";
  ref?: number;
  circle: string;
}

/** Harmless to repeat. */
export interface StopListening {
  do: "door.stop";
  ref?: number;
  circle: string;
}

/** It does not open again. What is open already stays open. */
export interface StopPlan {
  do: "plan.stop";
  ref?: number;
  plan: string;
}

/** Take one's own proposal back, as long as it is not on trial. */
export interface TakeBackAgreement {
  do: "agreement.take_back";
  ref?: number;
  circle: string;
  matter: string;
}

export interface TakeBackMessage {
  do: "message.take_back";
  ref?: number;
  circle: string;
  target: number;
}

/** Before the closing it is as if nothing had been given; what was shown is then taken back like any message. */
export interface TakeCarriedBack {
  do: "carry.take_back";
  ref?: number;
  circle: string;
}

export interface TakeSeat {
  do: "seat.take";
  ref?: number;
  seat: string;
}

/** Keep a prompt in view for a while: "I'd like that too" to somebody else's, or one's own where one holds the space. */
export interface TakeUpPrompt {
  do: "tend.prompt";
  ref?: number;
  circle: string;
  target: number;
}

/** Be told when it opens, or not any more. */
export interface TellOpening {
  do: "opening.tell";
  ref?: number;
  of: string;
  on?: boolean;
}

export interface TellWriting {
  do: "writing.tell";
  ref?: number;
  circle: string;
}

/** Whether it has begun, or waits for a second person; and until when. A pace that has begun has no end. */
export interface TogetherAnswer {
  began: boolean;
  until?: number | null;
}

export interface UndoAside {
  do: "aside.undo";
  ref?: number;
  circle: string;
  participant: string;
}

export interface UndoBallot {
  do: "ballot.undo";
  ref?: number;
  seat: string;
}

export interface UndoGesture {
  do: "gesture.undo";
  ref?: number;
  circle: string;
  target: number;
  gesture: "celebrating" | "hear_you" | "holding_you" | "same_here" | "thank_you";
}

export interface UnwatchLog {
  do: "log.unwatch";
  ref?: number;
  on: string;
}

/** What one's panel decided, and how many of it carried that; whose ballots those were stays sealed. */
export interface Verdict {
  contents?: number[];
  person?: number;
  code?: "disrespect" | "illegal" | "pressure" | "privacy" | "safety" | "spam" | "threat" | null;
  agreed: number;
  size: number;
}

/** Say yes to version ``agreement`` and wait for a seat, or go on waiting; whoever has waited needs no invite again. */
export interface WaitAtDoor {
  do: "door.wait";
  ref?: number;
  circle: string;
  agreement: number;
  name?: string | null;
  invite?: string | null;
}

export interface WaitView {
  waiting: number;
  seat_until?: number | null;
  doors_until?: number | null;
  late?: boolean;
  sister_asked?: boolean;
  sister_mine?: boolean;
  sister?: string | null;
}

/** Follow a log, from a cursor where one is held. Watching it again replaces the earlier watch. */
export interface WatchLog {
  do: "log.watch";
  ref?: number;
  on: string;
  epoch?: string | null;
  after?: number | null;
  present?: boolean;
}

export interface Watching {
  on: string;
  epoch: string;
  head: number;
  base: number;
  start: number;
  reason: "entry" | "faded" | "far" | "first" | "history" | "resumed";
  circle?: CircleView | null;
  mine?: MyCircle | null;
  flags?: MyFlag[];
  own?: OwnWords[];
  participants?: Participant[];
  here?: string[];
  person?: PersonView | null;
}

export interface When {
  zone: string;
  first: string;
  at: string;
  lasts: number;
  repeat?: "fortnightly" | "monthly" | "once" | "weekly";
  nth?: -1 | 1 | 2 | 3 | 4;
  until?: string | null;
  but?: string[];
}

/** Somebody would like it, never who; so long a second person may say yes. */
export interface Wish {
  act: "agreement" | "breath" | "close" | "doors" | "greet" | "pace_gentle" | "pace_one_at_a_time" | "pace_usual";
  until: number;
}

export interface WithdrawFlag {
  do: "flag.withdraw";
  ref?: number;
  circle: string;
  target: number;
}

/** Everything up to and including ``floor`` is gone, here and on the server. */
export interface WordsFaded {
  kind: "words.faded";
  floor: number;
  over?: boolean;
}

/** Have somebody who is in the circle asked whether they would like company: the writer of a message, or a     participant; one of the two is given. They learn neither who thought of them nor what made them. */
export interface WorryAbout {
  do: "care.worry";
  ref?: number;
  circle: string;
  target?: number | null;
  participant?: string | null;
}

export interface WritingFrame {
  on: string;
  writing?: true;
}

export type DoorCommand = AddSide | AgreeHost | AnswerCare | AskBeside | AskBreath | AskGently | AskHolder | BeginReviewing | BeginRound | CastBallot | ChangePlan | ChoosePace | ClearAgreement | CloseCircle | ComeAsModerator | ComeBackToMe | ConsentToAgreement | CosignHold | DismissLetter | EditMessage | EndFeed | EndReviewing | EnterCircle | FlagMessage | ForgetMe | GiveCarried | GiveUpModerator | GoOn | Greet | HoldMessage | JoinRound | KeepCircleOpen | LayDownPiece | LeaveCircle | LeaveDoor | LeaveHeavySeat | LeaveOutSitting | LeaveSeat | ListenAtDoor | ListenToRound | MakeAppeal | MakeFeed | MakeGesture | MakeInvite | MarkBadFaith | MarkRead | MoveSitting | ObjectToAgreement | OfferHost | OfferRound | OpenCircle | OpenSister | PassPiece | PlanCircle | PostMessage | ProposeAgreement | PutBackSitting | ReachOut | ReadAgreement | ReadyToVote | RephraseMessage | RestDoors | RevokeInvite | RewordAgreement | RingBell | SayToPanel | SetAside | SetPreferences | SetReviewing | SetShift | StayWithPiece | StepOutOfRound | StopHost | StopListening | StopPlan | TakeBackAgreement | TakeBackMessage | TakeCarriedBack | TakeSeat | TakeUpPrompt | TellOpening | UndoAside | UndoBallot | UndoGesture | WaitAtDoor | WithdrawFlag | WorryAbout;

export type SocketCommand = Beat | HearDoor | ReadPage | TellWriting | UnwatchLog | WatchLog;

export type AnyEvent = AgreementMoved | AsideSet | CareNow | CarryNoted | CircleClosed | CircleClosing | CircleJoined | CircleOpened | CircleParted | CirclePlanned | CircleStaysOpen | CircleTended | FlagMoved | GestureGiven | GestureMade | GestureUndone | HostingAsked | HostingChanged | LetterCame | LetterDismissed | MessageEdited | MessageFolded | MessageHeld | MessagePosted | MessageReceived | MessageRephrased | MessageTakenBack | MessageUnfolded | MessageWithheld | OpeningTold | ParticipantEntered | ParticipantLeft | PauseMoved | PieceAsked | PieceGiven | PiecePassed | PreferencesChanged | Quiet | ReviewingChanged | RoundBegan | RoundJoined | RoundOffered | RoundOver | RoundSteppedOut | RoundTalks | SeatMoved | SessionEnded | SpaceChanged | WordsFaded;

export type Answer = CareAnswered | CareAsked | Done | Heard | ListenView | MadeFeed | MadeInvite | Page | SisterView | TogetherAnswer | WaitView | Watching;

export type AnyFrame = ByeFrame | EventFrame | HeadsFrame | HelloFrame | HereFrame | OkFrame | RefusedFrame | ResetFrame | WritingFrame;

export type AnyCommand = DoorCommand | SocketCommand;

/** What `ok` holds where it is not Done. */
export interface Answers {
  "log.watch": Watching;
  "history.page": Page;
  "invite.make": MadeInvite;
  "calendar.make": MadeFeed;
  "circle.close": TogetherAnswer;
  "breath.ask": TogetherAnswer;
  "doors.rest": TogetherAnswer;
  "pace.choose": TogetherAnswer;
  "bell.ring": TogetherAnswer;
  "tend.greet": TogetherAnswer;
  "tend.agreement": TogetherAnswer;
  "door.wait": WaitView;
  "door.sister": SisterView;
  "door.listen": ListenView;
  "door.hear": Heard;
  "care.worry": CareAsked;
  "care.answer": CareAnswered;
  "care.reach_out": CareAnswered;
}
