/** What is said of an agreement that changed, at the door and in the circle. */
export const agreementWords = {
  agreeOpen: "Read it, or propose a change",
  agreeSince: "Since you said yes, this has changed",
  agreeSinceHint: "Going in says yes to it as it is now.",
  agreeKeepChanges: "How long words stay: {before} until now, then {after}.",
  agreeKeepClosing: "until closing",
  agreeKeepHint: "What was said before goes no later than it was to.",
  agreeOut: "taken out:",
  agreeNew: "new:",
  agreeTextSame: "The words stay the same.",
  agreeLineProposed: "{name} proposes a change to what you agree on.",
  agreeLineTrial: "What you agree on has changed, on trial.",
  agreeLineReview: "The change was on trial. Everybody is asked whether it stays.",
  agreeLineKept: "The change of what you agree on stays.",
  agreeLineReturned: "What you agreed on before is back.",
  agreeLineStopped: "The proposed change did not come: somebody objects.",
  agreeLineLapsed: "The proposed change did not come: nobody else was for it.",
} as const;
