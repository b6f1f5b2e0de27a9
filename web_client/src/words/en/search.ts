/** Looking for words that were said. */
export const search = {
  searchTitle: "Find words",
  searchLabel: "Words to look for",
  searchHint: "Only you see what you look for. It is kept nowhere.",
  searchDo: "Find",
  searchWhere: "Where to look",
  searchHere: "In this circle",
  searchAll: "In all my circles",
  searchLooking: "Looking.",
  searchFound: { one: "{n} message with these words", other: "{n} messages with these words" },
  searchNone: "Nothing you may read has these words. They may have faded, or were said differently.",
  searchNoneYet: "Nothing so far. There is more to look through.",
  searchBackTo: "Looked back to {when}.",
  searchFurther: "Look further back",
  searchGone: "That message is not there any more.",
  refused_words_empty: "Write what to look for.",
  refused_words_too_long: "A few words are enough to look for.",
} as const;
