"""What is asked of an agreement in the moment after a time has ended and before the clock has come."""

import pytest

from tests.house import House
from tests.stories.test_agreement import HOUR, NEW, book, moved, proposes
from tests.stories.test_together import a_circle


async def test_a_proposal_right_after_a_review_does_not_keep_what_was_objected_to(place: House) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    with place.clock.standing_still():
        matter = await proposes(bo, circle, keep_for=HOUR)
        await ana.asks("agreement.consent", circle=circle, matter=matter, revision=1)
        await place.clock.passes(minutes=10)
        await cleo.asks("agreement.object", circle=circle, matter=matter, revision=1, reason="An hour is short.")
        await place.clock.passes(hours=1)
        place.clock.moved += 10 * 60_000
        await bo.asks("agreement.propose", circle=circle, version=3, text="I rest.")
        assert (await moved(ana, circle, "returned"))["matter"]["id"] == matter
        read = await book(ana, circle)
        now = read["now"]
        assert (now["version"], now["text"], now["keep_for"], now["how"]) == (3, "I listen.", 24 * HOUR, "returned")
        assert read["matter"]["id"] != matter
        assert (read["matter"].get("phase", "open"), read["proposed"]["text"]) == ("open", "I rest.")


@pytest.mark.parametrize("outcome", ["trial", "lapsed"])
async def test_forgetting_is_not_refused_where_the_time_has_just_ended(place: House, outcome: str) -> None:
    circle, (ana, bo, cleo) = await a_circle(place, "Ana", "Bo", "Cleo")
    with place.clock.standing_still():
        matter = await proposes(bo, circle)
        for each in (ana, cleo) if outcome == "trial" else ():
            await each.asks("agreement.consent", circle=circle, matter=matter, revision=1)
        await bo.asks("circle.leave", circle=circle)
        place.clock.moved += 10 * 60_000
        forgot = await bo.posts("/api/commands", {"do": "person.forget", "sure": True})
        assert forgot.status == 200, forgot.json()
        await moved(ana, circle, outcome)
        read = await book(ana, circle)
        assert (read["now"]["text"] == NEW) == (outcome == "trial")
        assert "proposed" not in read
