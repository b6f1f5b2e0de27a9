/** Of the public record. */
export const ledger = {
  recordChanged:
    "The public record was changed: something that was published before is not there any more, or is different now.",
  recordChangedWhat: "What that can mean",
  recordChangedNoted: "I have seen it",
  recordHead: "Public record {seq}, {hash}",
} as const;
