/**
 * Everything a screen can do. Each action answers a `Result` (see `result.ts`) and writes what changed into the
 * store; what others do arrives in the store by itself.
 */
export type { Refusal, Result } from "./result.ts";

/** Who one is: coming in, keeping one's place, signing out, forgetting. */
export {
  changePassphrase,
  comeIn,
  endSession,
  forgetMe,
  keepPlace,
  loadMe,
  offerName,
  recover,
  remember,
  sessions,
  setPreferences,
  signIn,
  signOut,
  signOutEverywhere,
  useHere,
} from "./place.ts";

/** Circles: finding, opening, entering, inviting, leaving, closing. */
export {
  type Invitation,
  type NewCircle,
  closeCircle,
  dismissInvitation,
  enter,
  goOn,
  invitation,
  keepOpen,
  leave,
  lookAtInvite,
  makeInvite,
  openCircle,
  refreshCircles,
  revokeInvite,
  viewOf,
} from "./circles.ts";

/** Talking: words, gestures, setting aside. */
export {
  BODY_LIMIT,
  edit,
  foldForMe,
  gesture,
  open,
  post,
  remove,
  rephrase,
  setAside,
  takeBack,
  tellWriting,
  tryAgain,
} from "./talking.ts";

/** Reading: pages, jumps, what was missed, the private read mark. */
export { dismissAway, jumpTo, markRead, newer, older, readFrom, toLatest } from "./reading.ts";
export {
  agreeHost,
  askBeside,
  askBreath,
  choosePace,
  greet,
  offerHost,
  readAgreement,
  restDoors,
  ringBell,
  sayYes,
  setShift,
  stopHost,
  takeUpPrompt,
} from "./space.ts";
