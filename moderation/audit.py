"""Going through the public record as a stranger would: the chain, the nonces, the draws, and that no step is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moderation import draw
from moderation.chain import BEGIN, Broken, Head, verify
from moderation.wire_ledger import DrawProof


@dataclass(frozen=True, slots=True)
class DrawNoted:
    """What the record says of a draw."""

    seq: int
    id: str
    lot: str
    band: str
    pool_hash: str
    nonce: int
    size: int


class Audit:
    """Takes entries in order. Raises `Broken` with the first that is bad.

    ``after``: the head to begin behind, for a part of the record; what came before it is then not known.
    """

    def __init__(self, after: Head = Head(0, BEGIN)) -> None:
        self.head = after
        self.whole = after.seq == 0
        self.draws: list[DrawNoted] = []
        self._commitments: dict[int, str] = {}
        self._shown: dict[int, str] = {}
        self._sizes: dict[str, int] = {}
        """How many sat on each panel at the most: more people may be asked after a split."""
        self._steps: dict[str, dict[int, int]] = {}

    def take(self, entry: Mapping[str, Any]) -> None:
        self.head = verify((entry,), self.head)
        seq, kind, facts = self.head.seq, entry["type"], entry["facts"]
        match kind:
            case "nonce":
                self._commitments[facts["nonce"]] = entry["commitment"]
            case "reveal":
                self._reveal(seq, facts["nonce"], facts["value"])
            case "draw":
                lot = f"{entry['case']}.{facts['instance']}"
                said = (facts["draw"], lot, facts["band"], entry["commitment"], facts["nonce"], facts["n"])
                self.draws.append(DrawNoted(seq, *said))
            case "ballot":
                lot = f"{entry['case']}.{facts['instance']}"
                self._sizes[lot] = max(facts["n"], self._sizes.get(lot, 0))
        if entry["case"] is not None and "step" in facts:
            steps = self._steps.setdefault(entry["case"], {})
            if facts["step"] in steps:
                raise Broken(seq, f"Entry {seq} tells the same step of a case as entry {steps[facts['step']]}.")
            steps[facts["step"]] = seq

    def finish(self) -> None:
        """No step of a case was left out; steps of one case that are published together may stand in any order."""
        if not self.whole:
            return
        gaps = [
            (steps[step], step)
            for steps in self._steps.values()
            for step in steps
            if step > 1 and step - 1 not in steps
        ]
        for seq, step in sorted(gaps)[:1]:
            raise Broken(seq, f"Entry {seq} is step {step} of a case, and the step before it was never published.")

    def to_repeat(self) -> Iterator[DrawNoted]:
        """The draws of which the nonce has been shown, so that they can be repeated now."""
        for noted in self.draws:
            if noted.nonce in self._shown:
                yield noted
            elif self.whole and noted.nonce not in self._commitments:
                raise Broken(noted.seq, f"Entry {noted.seq} draws with a nonce that nobody had committed to.")

    def repeat(self, noted: DrawNoted, proof: DrawProof | None) -> None:
        """Repeat a draw from its proof."""
        where = f"The draw of entry {noted.seq}"
        if proof is None:
            raise Broken(noted.seq, f"{where} cannot be repeated: its proof is missing.")
        said = (proof.lot, proof.band, proof.pool_hash, proof.nonce, proof.nonce_number)
        if said != (noted.lot, noted.band, noted.pool_hash, self._shown[noted.nonce], noted.nonce):
            raise Broken(noted.seq, f"{where} is not the one that was committed to.")
        lots = tuple(draw.Entry(each.pseudonym, each.became) for each in proof.entries)
        made = draw.Proof(proof.lot, proof.commitment, proof.pool_hash, proof.band, lots)
        wrong = set(draw.verify(made, bytes.fromhex(self._shown[noted.nonce]))) - {"seats"}
        # Fewer may have stayed than were asked for; more never sit.
        if sum(each.became == "seated" for each in lots) > max(noted.size, self._sizes.get(noted.lot, 0)):
            wrong.add("seats")
        if wrong:
            raise Broken(
                noted.seq, f"{where} does not come out the same when it is repeated ({', '.join(sorted(wrong))})."
            )

    def _reveal(self, seq: int, number: int, value: str) -> None:
        if self.whole and number not in self._commitments:
            raise Broken(seq, f"Entry {seq} shows a nonce that nobody had committed to.")
        if number in self._commitments and draw.commitment(bytes.fromhex(value)) != self._commitments[number]:
            raise Broken(seq, f"Entry {seq} shows another nonce than the one that was committed to.")
        self._shown[number] = value
