/** How words want to be met, and what is offered to everybody to speak about. */
export const manners = {
  mannerTitle: "How to meet these words",
  mannerDone: "Back to writing",
  meetLead: "When others answer, what would be good?",
  meetHint: "Whoever answers sees it. You can leave it open.",
  meetListen: "Just listen",
  meetSame: "Same here is welcome",
  meetIdeas: "Ideas are welcome",
  meetSit: "Sit with me",
  promptHead: "Prompt",
  promptDo: "Offer this as a prompt",
  promptHint: "A question or a thought for everyone. Nobody has to answer it.",
} as const;
