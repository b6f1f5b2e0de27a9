/** What was felt, and about which message somebody is written to. */
export const felt = {
  letterMineTitle: "About one of your messages",
  letterOtherTitle: "About a message you flagged",
  letterMisheldTitle: "About a message you covered",
  feltDisrespect: "disrespect",
  feltPressure: "pressure",
  feltSafety: "danger in the details",
  feltPrivacy: "private things shown",
  feltThreat: "a threat",
  feltIllegal: "against the law",
  feltSpam: "selling or flooding",
} as const;
