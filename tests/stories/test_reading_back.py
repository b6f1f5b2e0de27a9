"""Where history is open: who reads back was not there, and what they flag is hidden for nobody else."""

from pathlib import Path

from tests.guests import Guest
from tests.house import house


async def test_who_reads_back_hides_words_for_themselves_but_is_no_witness(tmp_path: Path) -> None:
    async with house(tmp_path / "data", established_hours=0, established_minutes=0) as place:
        ana, bo, *late = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo", "Fern", "Wren", "Lark")]
        circle = await ana.opens(history_open=True)
        await bo.enters(circle)
        before = await ana.says("Said before most came.")
        for each in late:
            await each.enters(circle)
            await each.hears("Said before most came.")
            await each.asks("message.flag", circle=circle, target=before, category="disrespect")
            assert (await each.watches(f"circle/{circle}"))["flags"] == [{"target": before, "status": "received"}]
        after = await ana.says("Said when all were there.")
        for each in late[:2]:
            await each.asks("message.flag", circle=circle, target=after, category="disrespect")
        fold = await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "message.folded", "a fold")
        assert fold["target"] == after, "the first fold there is"
