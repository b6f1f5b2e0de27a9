/** What is said to those who sit on panels: orientation, desk, case, ballot, talk. */
export const panel = {
  deskTitle: "Panels",
} as const;
