/** What is said when somebody tends the circle, and when it closes. */
export const closing = {
  tendTitle: "Tend the circle",
  tendLead: "Small things for everyone. Whoever holds the room does them at once; otherwise it takes a second person.",
  greetDo: "Welcome those who came",
  greetAsked: "Somebody would like to welcome those who came.",
  greetYes: "Yes, welcome",
  greetAskedDone: "You suggested a welcome, without your name.",
  welcomeLine: "Welcome, {names}. It is good that you are here.",
  welcomeAll: "Welcome, everyone. It is good that you are here.",
  agreementDo: "Read the agreement together",
  agreementAsked: "Somebody would like everyone to read the agreement together.",
  agreementYes: "Yes, let us read it",
  agreementAskedDone: "You suggested to read the agreement, without your name.",
  agreementHead: "What we agreed on",
} as const;
