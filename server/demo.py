"""A lived-in place for somebody who only wants to look: a few circles with some talk, made through the door."""

import secrets
from typing import TYPE_CHECKING

from rooms import wire
from rooms.offered import offered
from server.door import Actor
from server.identity import ComeIn
from server.sessions import Opening

if TYPE_CHECKING:
    from server.parts import Parts

HOUR = 3_600_000
Talk = tuple[tuple[int, str], ...]
"""(who of the circle, what they say)."""

CIRCLES: tuple[tuple[str, str, int | None, Talk], ...] = (
    (
        "Grief and loss",
        "For evenings that feel too quiet. Come and sit, with words or without.",
        None,
        (
            (0, "Good evening, everyone. Nobody has to say anything here. I am glad you came."),
            (
                1,
                "It was his birthday today. I baked the cake anyway, and then I did not know what to do with it.",
            ),
            (2, "I know that cake. Mine stood in the fridge for a week."),
            (0, "I bring mine to the neighbours now. It took me two years to get there."),
            (1, "That is a good thought. Maybe next year. Today I just had one slice and cried."),
            (3, "One slice and crying sounds like a birthday to me. Thank you for telling us."),
            (2, "Same here. I am holding a cup of tea up to him."),
        ),
    ),
    (
        "After burnout",
        "Going slowly on purpose. What helps, what does not, small wins.",
        None,
        (
            (0, "Hello. I have been back at work two mornings a week. It is odd how loud everything is."),
            (1, "Loud is the word. I wear *ear plugs* on the train and it changed my days."),
            (2, "I said no to a meeting on Friday. My hands were shaking, and nothing bad happened."),
            (1, "That is a big one!"),
            (0, "I want to learn that sentence. What did you say exactly?"),
            (2, "> What did you say exactly?\nI said: I can not take this on this month."),
        ),
    ),
    (
        "New parents",
        "Nights with a baby, days without sleep. Babies may interrupt at any time.",
        6 * HOUR,
        (),
    ),
)


async def furnish(parts: "Parts") -> None:
    """Open the demo's circles, once: a folder that has circles already is left as it is."""
    if await parts.store.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM circle").scalar_one()):
        return
    for topic, about, opens_in, talk in CIRCLES:
        people = [await _arrive(parts) for _ in range(max((who for who, _ in talk), default=0) + 1)]
        opened = await parts.door.submit(
            people[0],
            wire.OpenCircle(
                key=_key(),
                topic=topic,
                about=about,
                agreement=parts.settings.agreement,
                capacity=12,
                opens_at=None if opens_in is None else parts.now() + opens_in,
                history_open=True,
                host_shown=True,
            ),
        )
        for each in people[1:]:
            await parts.door.submit(each, wire.EnterCircle(circle=opened.circle, agreement=1))
        for who, said in talk:
            await parts.door.submit(people[who], wire.PostMessage(circle=opened.circle, key=_key(), body=said))


async def _arrive(parts: "Parts") -> Actor:
    day = 24 * HOUR
    opening = Opening(secrets.token_bytes(32), remember=False, idle=day, lasts=day)
    came = await parts.door.submit(None, ComeIn(offered(secrets.randbelow), None, opening))
    return Actor(came.person, came.session)


def _key() -> str:
    return secrets.token_urlsafe(16)
