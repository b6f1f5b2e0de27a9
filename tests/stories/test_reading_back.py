"""Where history is open: who reads back was not there, and what they flag is hidden for nobody else."""

from pathlib import Path

from tests.guests import Guest
from tests.house import House, house


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


async def test_whose_words_are_held_reads_them_on_every_screen_and_nobody_else_does(place: House) -> None:
    ana, bo, fern = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo", "Fern")]
    circle = await ana.opens()
    address = f"circle/{circle}"
    for each in (bo, fern):
        await each.enters(circle)
    await place.clock.passes(minutes=20)
    told, fine = await ana.says("Fern lives at the old mill."), await ana.says("It is raining.")
    await bo.hears("It is raining.")
    await bo.asks("message.hold", circle=circle, target=told, category="privacy")
    await ana.sees(address, lambda event: event["kind"] == "message.held", "that it is held")

    anew = {name: Guest(place.url, name) for name in ("Ana", "Fern")}
    for each, before in zip(anew.values(), (ana, fern), strict=True):
        each.cookie = before.cookie
        await each.opens_a_socket()
    mine, others = [await each.watches(address) for each in anew.values()]
    await anew["Fern"].hears("It is raining.", circle)
    own = [{"target": told, "body": "Fern lives at the old mill."}]
    assert mine["own"] == own
    assert "own" not in others
    await anew["Ana"].hears("It is raining.", circle)
    heard = anew["Ana"].logs[address].events
    seen = {seq: event for seq, event in anew["Fern"].logs[address].events.items() if told <= seq <= fine}
    assert {seq: heard[seq] for seq in seen} == seen, "a circle's events are the same for all"

    asked = {"circle": circle, "before": fine + 1, "limit": 2}
    page, others_page = [await each.asks("history.page", **asked) for each in anew.values()]
    assert page["own"] == own
    assert page["events"] == others_page["events"]
    assert "own" not in others_page
    over_http, others_over_http = [
        (await each.gets(f"/api/circles/{circle}/events?after={told - 1}&limit=1")).json() for each in anew.values()
    ]
    assert over_http["own"] == own
    assert over_http["events"] == others_over_http["events"]
    assert "own" not in others_over_http
    assert "own" not in await anew["Ana"].asks("history.page", **asked | {"before": told}), "it is not on this page"

    await ana.asks("message.take_back", circle=circle, target=told)
    assert "own" not in await anew["Ana"].watches(address, after=0)
    for each in (ana, bo, fern, *anew.values()):
        await each.leaves_the_page()
