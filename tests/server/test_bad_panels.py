"""Nothing of panels can be done out of turn: each is refused with its code, changes nothing, and tells nothing.

What belongs to somebody else is answered byte for byte as what is not there at all.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import msgspec
import pytest

from moderation.draw import Entry, Proof, verify
from tests.guests import Guest
from tests.server.bystander import calling
from tests.server.panel_scene import PanelScene, asks, opened

NOTHING: Final = "AAAAAAAAAAAAAAAA"
MARK: Final = [{"item": 0, "content": 0}]
REASON: Final[dict[str, Any]] = {"code": "disrespect", "clause": 1, "sentence": "It mocks somebody."}
AT_A_SEAT: Final[dict[str, dict[str, Any]]] = {
    "seat.take": {},
    "seat.leave": {},
    "seat.heavy": {},
    "ballot.cast": {"messages": MARK},
    "ballot.undo": {},
    "panel.say": {"body": "I would let it be."},
    "panel.ready": {},
    "faith.mark": {"flags": [0]},
}
ON_A_LETTER: Final[dict[str, dict[str, Any]]] = {
    "side.add": {"body": "I was tired."},
    "appeal.make": {"body": "Please read it again."},
    "letter.dismiss": {},
}


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PanelScene]:
    async with opened(tmp_path_factory.mktemp("place") / "data", guest_hours=2_000) as made:
        yield made


def others(scene: PanelScene) -> list[Guest]:
    """Author, flagger, host, bystander, stranger; one of another panel, and one on whom no lot fell."""
    seated = {each.name for each in (*scene.sitting, *scene.sitting_elsewhere)}
    idle = next(each for name, each in scene.people.items() if name.startswith("R") and name not in seated)
    return [scene.ana, scene.bo, scene.heron, scene.otter, scene.dee, scene.sitting_elsewhere[0], idle]


async def refused(scene: PanelScene, guest: Guest, code: str, do: str, /, **fields: Any) -> dict[str, Any]:
    """The command is refused with this code, and not a row is different afterwards."""
    before = scene.stored()
    answer = await asks(guest, do, **fields)
    assert answer.status >= 400, (do, fields)
    assert answer.json()["code"] == code, (do, answer.json())
    assert scene.stored() == before
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("do", AT_A_SEAT)
async def test_a_seat_of_somebody_else_is_as_if_there_were_none(scene: PanelScene, do: str) -> None:
    theirs = await scene.seat(scene.sitting[0])
    before = scene.stored()
    for who in [*others(scene), scene.sitting[1]]:
        there = await asks(who, do, seat=theirs, **AT_A_SEAT[do])
        nowhere = await asks(who, do, seat=NOTHING, **AT_A_SEAT[do])
        assert (there.status, there.body) == (nowhere.status, nowhere.body), who.name
        assert (there.status, there.json()["code"]) == (404, "seat.not_found")
        async with calling(who) as caller:
            frames = [await caller.asks(_frame(do, seat=each, **AT_A_SEAT[do])) for each in (theirs, NOTHING)]
        assert frames[0] == frames[1] == {"re": 1, "refused": {"code": "seat.not_found"}}
    assert scene.stored() == before


async def test_a_case_is_read_by_nobody_but_those_who_sit(scene: PanelScene) -> None:
    theirs = await scene.seat(scene.sitting[0])
    for who in [*others(scene), scene.sitting[1]]:
        answers = [await who.gets(f"/api/seats/{each}") for each in (theirs, NOTHING)]
        assert answers[0].body == answers[1].body
        assert answers[0].json()["code"] == "seat.not_found"
    assert (await scene.sitting[0].gets(f"/api/seats/{theirs}")).status == 200


@pytest.mark.parametrize("do", ON_A_LETTER)
async def test_a_letter_of_somebody_else_is_as_if_there_were_none(scene: PanelScene, do: str) -> None:
    theirs = await scene.letter(scene.ana, "reading")
    before = scene.stored()
    for who in [*others(scene)[1:], scene.sitting[0]]:
        answers = [await asks(who, do, letter=each, **ON_A_LETTER[do]) for each in (theirs, NOTHING)]
        assert (answers[0].status, answers[0].body) == (answers[1].status, answers[1].body), who.name
        assert answers[0].json()["code"] == "letter.not_found"
    assert scene.stored() == before


async def test_flags_of_others_are_as_if_there_were_none(scene: PanelScene) -> None:
    calm = await scene.otter.says("Good evening.", scene.circle)
    for who in (scene.ana, scene.otter, scene.heron, scene.dee, scene.sitting[0]):
        for target in (scene.words, calm, 999):
            await refused(scene, who, "flag.not_found", "flag.withdraw", circle=scene.circle, target=target)


async def test_from_outside_nothing_can_be_asked_about_a_circle_or_its_cases(scene: PanelScene) -> None:
    about = {"message.flag": {"category": "spam"}, "message.hold": {"category": "spam"}, "hold.cosign": {}}
    for who in (scene.dee, scene.lark, scene.sitting[0]):
        for do, more in about.items():
            there = await refused(scene, who, "circle.not_found", do, circle=scene.circle, target=scene.words, **more)
            nowhere = await refused(scene, who, "circle.not_found", do, circle=NOTHING, target=scene.words, **more)
            assert there == nowhere


async def test_a_flag_on_ones_own_words_on_what_one_never_saw_or_twice_changes_nothing(scene: PanelScene) -> None:
    flag = {"circle": scene.circle, "target": scene.words, "category": "spam"}
    await refused(scene, scene.ana, "flag.own_words", "message.flag", **flag)
    await refused(scene, scene.bo, "flag.already", "message.flag", **flag)
    late = await Guest(scene.house.url, "Late").comes_in()
    await late.enters(scene.circle)
    unseen = await refused(scene, late, "message.not_found", "message.flag", **flag)
    assert unseen == await refused(scene, late, "message.not_found", "message.flag", **{**flag, "target": 2**40})
    for do, more in {"message.hold": {"category": "spam"}, "hold.cosign": {}, "message.ask_gently": {}}.items():
        about = {"circle": scene.circle, "target": scene.words, **more}
        await refused(scene, late, "message.not_found", do, **about)
    await late.leaves_the_page()


async def test_flags_beyond_the_budget_change_nothing(scene: PanelScene) -> None:
    writers = [await Guest(scene.house.url, f"Person {number}").comes_in() for number in range(6)]
    for each in writers:
        await each.enters(scene.circle)
    seqs = [await each.says("Something.", scene.circle) for each in writers]
    for seq in seqs[:5]:
        await scene.otter.asks("message.flag", circle=scene.circle, target=seq, category="pressure")
    # Lots fall for them now, and not in the middle of what is compared later.
    await scene.settles()
    last = {"circle": scene.circle, "target": seqs[5], "category": "pressure"}
    told = await refused(scene, scene.otter, "flag.budget", "message.flag", **last)
    assert told["retry_after"] > 0
    for each in writers:
        await each.leaves_the_page()


BALLOTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "no mark for a message": ("ballot.incomplete", {"messages": [{"item": 1, "content": 0}]}),
    "a message twice": ("ballot.incomplete", {"messages": [*MARK, *MARK]}),
    "a message that is not there": ("ballot.incomplete", {"messages": [*MARK, {"item": 1, "content": 0}]}),
    "no messages": ("ballot.incomplete", {"messages": []}),
    "a level that does not exist": ("request.bad_field", {"messages": [{"item": 0, "content": 3}]}),
    "a person level that does not exist": ("request.bad_field", {"messages": MARK, "person": 6}),
    "no ground": ("ballot.reason_needed", {"messages": [{"item": 0, "content": 1}]}),
    "no sentence": ("ballot.reason_needed", {"messages": MARK, "person": 1, "code": "disrespect", "clause": 1}),
    "a line that the agreement does not have": ("request.bad_field", {"messages": MARK, **REASON, "clause": 3}),
    "too long a sentence": ("body.too_long", {"messages": MARK, **REASON, "sentence": "x" * 301}),
    "a ground that does not exist": ("request.bad_field", {"messages": MARK, **REASON, "code": "rudeness"}),
    "somebody else's name": ("request.bad_field", {"messages": MARK, "juror": "somebody"}),
}


@pytest.mark.parametrize("what", BALLOTS)
async def test_a_ballot_that_is_none_changes_nothing(scene: PanelScene, what: str) -> None:
    code, fields = BALLOTS[what]
    await refused(scene, scene.sitting[0], code, "ballot.cast", seat=await scene.seat(scene.sitting[0]), **fields)


OUT_OF_TURN: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "panel.say": ("seat.not_now", {"body": "I would let it be."}),
    "panel.ready": ("panel.not_talking", {}),
    "faith.mark": ("seat.none", {"flags": [0]}),
}


@pytest.mark.parametrize("do", OUT_OF_TURN)
async def test_what_comes_later_cannot_be_done_now(scene: PanelScene, do: str) -> None:
    code, fields = OUT_OF_TURN[do]
    await refused(scene, scene.sitting[0], code, do, seat=await scene.seat(scene.sitting[0]), **fields)


async def test_nobody_reads_a_case_with_the_seat_of_another(scene: PanelScene) -> None:
    """A juror of one case, with the seat of another juror in another case."""
    theirs = await scene.seat(scene.sitting_elsewhere[0])
    mine = await scene.seat(scene.sitting[0])
    assert (await scene.sitting[0].gets(f"/api/seats/{theirs}")).status == 404
    assert (await scene.sitting_elsewhere[0].gets(f"/api/seats/{mine}")).status == 404
    await refused(scene, scene.sitting[0], "seat.not_found", "ballot.cast", seat=theirs, messages=MARK)


# --- in the order in which they happen


async def test_a_ballot_counts_once_and_a_side_is_told_once(scene: PanelScene) -> None:
    asked = await scene.letter(scene.ana, "reading")
    await refused(scene, scene.ana, "body.too_long", "side.add", letter=asked, body="x" * 501)
    await refused(scene, scene.ana, "appeal.not_now", "appeal.make", letter=asked)
    await scene.ana.asks("side.add", letter=asked, body="I was tired.")
    await refused(scene, scene.ana, "side.not_now", "side.add", letter=asked, body="And hungry.")
    mine = await scene.seat(scene.sitting[0])
    await scene.sitting[0].asks("ballot.cast", seat=mine, messages=[{"item": 0, "content": 1}], **REASON)
    await refused(scene, scene.sitting[0], "ballot.cast", "ballot.cast", seat=mine, messages=MARK)
    await refused(scene, scene.sitting[0], "seat.voted", "seat.leave", seat=mine)
    await scene.house.clock.passes(seconds=11)
    await refused(scene, scene.sitting[0], "ballot.final", "ballot.undo", seat=mine)
    await refused(scene, scene.sitting[0], "ballot.cast", "ballot.cast", seat=mine, messages=MARK)


async def test_after_the_decision_no_seat_is_open_and_only_those_concerned_may_ask_again(scene: PanelScene) -> None:
    reading = await scene.letter(scene.ana, "reading")
    seats = {each.name: await scene.seat(each) for each in scene.sitting[1:]}
    for each in scene.sitting[1:]:
        await each.asks("ballot.cast", seat=seats[each.name], messages=[{"item": 0, "content": 1}], **REASON)
    await scene.house.clock.passes(minutes=2)
    await scene.settles()
    decided = await scene.letter(scene.ana, "decided")
    told = await scene.letter(scene.bo, "decided")
    for each in scene.sitting[1:]:
        mine = seats[each.name]
        for do, more in AT_A_SEAT.items():
            if do not in ("seat.heavy", "faith.mark"):
                before = scene.stored()
                there, nowhere = [await asks(each, do, seat=one, **more) for one in (mine, NOTHING)]
                assert there.body == nowhere.body, do
                assert scene.stored() == before
        await refused(scene, each, "faith.closed", "faith.mark", seat=mine, flags=[0])
        assert (await each.gets(f"/api/seats/{mine}")).status == 404
    await refused(scene, scene.ana, "letter.not_found", "side.add", letter=reading, body="Too late.")
    await refused(scene, scene.ana, "side.not_now", "side.add", letter=decided, body="Too late.")
    # What Bo flagged was folded, so there is nothing Bo could ask for.
    await refused(scene, scene.bo, "appeal.not_now", "appeal.make", letter=told)
    for who in (scene.bo, scene.otter, scene.heron, scene.dee, scene.sitting[0]):
        there, nowhere = [await asks(who, "appeal.make", letter=each) for each in (decided, NOTHING)]
        assert there.body == nowhere.body
    await scene.ana.asks("appeal.make", letter=decided)
    await refused(scene, scene.ana, "appeal.not_now", "appeal.make", letter=decided)


async def test_an_appeal_that_comes_late_is_refused(scene: PanelScene) -> None:
    for each in scene.sitting_elsewhere:
        await each.asks("ballot.cast", seat=await scene.seat(each), messages=[{"item": 0, "content": 1}], **REASON)
    await scene.house.clock.passes(minutes=2)
    await scene.settles()
    decided = await scene.letter(scene.lark, "decided")
    await scene.house.clock.passes(hours=24 * 30 - 1)
    await scene.settles()
    await refused(scene, scene.wren, "letter.not_found", "appeal.make", letter=decided)
    await scene.house.clock.passes(hours=1)
    await scene.settles()
    await refused(scene, scene.lark, "appeal.late", "appeal.make", letter=decided)


async def test_the_draws_of_these_panels_can_be_repeated_and_forged_ones_are_found(scene: PanelScene) -> None:
    """Weeks later, when the nonces have been shown."""
    await scene.house.clock.passes(hours=1)
    entries = (await scene.dee.gets("/api/ledger")).json()["entries"]
    drawn = [each["facts"]["draw"] for each in entries if each["type"] == "draw"]
    sat = 0
    for draw_id in drawn:
        told = (await scene.dee.gets(f"/api/draws/{draw_id}")).json()
        shown = tuple(Entry(each["pseudonym"], each["became"]) for each in told["entries"])
        proof = Proof(told["lot"], told["commitment"], told["pool_hash"], told["band"], shown)
        nonce = bytes.fromhex(told["nonce"])
        assert verify(proof, nonce) == ()
        if not any(each.became == "seated" for each in shown):
            continue  # nobody came to hear the appeal
        sat += 1
        seated = next(place for place, each in enumerate(shown) if each.became == "seated")
        other = next(place for place, each in enumerate(shown) if each.became != "seated")
        swapped = list(shown)
        swapped[seated], swapped[other] = shown[other], shown[seated]
        friend = list(shown)
        friend[seated] = Entry("f" * 64, "seated")
        assert verify(replace(proof, entries=tuple(swapped)), nonce)
        assert verify(replace(proof, entries=tuple(friend)), nonce)
        assert verify(replace(proof, entries=shown[1:]), nonce)
        assert verify(proof, bytes(32))
    assert sat == 2
    guessed = [await scene.dee.gets(f"/api/draws/{each}") for each in (NOTHING, drawn[0][::-1])]
    assert guessed[0].status == 404
    assert guessed[0].body == guessed[1].body


def _frame(do: str, **fields: Any) -> bytes:
    return msgspec.json.encode({"do": do, "ref": 1, **fields})
