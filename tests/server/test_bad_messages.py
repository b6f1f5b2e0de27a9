"""Messages that are no command, or none that can be carried out: a clear answer, nothing kept, nobody disturbed.

Every case is tried over a socket, which must stay open, and over ``POST /api/commands``.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from sqlalchemy import text

from tests.guests import Guest, Refused, new_key
from tests.house import House, house
from tests.server.bystander import Bystander, Caller, calling, commands, refusal, undisturbed

AGO = "AAAAAAAAAAAAAAAA"
"""An id nothing has."""


@dataclass
class Scene:
    """A server, somebody who sends, a circle they are in with Bo, and a bystander."""

    house: House
    ana: Guest
    bo: Guest
    circle: str
    bystander: Bystander

    def rows(self) -> int:
        """Events in all logs: nothing refused may add one."""
        return int(
            self.house.parts.store.read_now(lambda conn: conn.execute(text("select count(*) from event")).scalar_one())
        )


@contextlib.asynccontextmanager
async def setting(folder: Path, **settings: Any) -> AsyncIterator[Scene]:
    async with house(folder, sockets_each=100, **settings) as opened:
        bystander = await Bystander(opened).arrives()
        ana, bo = await Guest(opened.url, "Ana").comes_in(), await Guest(opened.url, "Bo").comes_in()
        circle = await ana.opens(capacity=50)
        await bo.enters(circle)
        yield Scene(opened, ana, bo, circle, bystander)
        for each in (ana, bo, bystander.one, bystander.other):
            await each.leaves_the_page()


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with setting(tmp_path_factory.mktemp("place") / "data") as made:
        yield made


def post(circle: str, /, **fields: Any) -> str:
    command = {"ref": 7, "do": "message.post", "circle": circle, "key": new_key(), "body": "words", **fields}
    return msgspec.json.encode({name: value for name, value in command.items() if value is not ...}).decode()


def with_body(circle: str, body: str) -> str:
    """A post whose body is this piece of JSON, whatever it is."""
    return post(circle, body="?").replace('"?"', body)


def edit(circle: str, target: str) -> str:
    """An edit of the message with this piece of JSON as its number."""
    return f'{{"ref":7,"do":"message.edit","circle":"{circle}","target":{target},"body":"words"}}'


Make = Callable[[str], str | bytes]

NOT_JSON: Final[dict[str, Make]] = {
    "words": lambda _: "hello there",
    "nothing": lambda _: "",
    "only blanks": lambda _: " \n ",
    "cut off": lambda c: post(c)[:-20],
    "something after it": lambda c: post(c) + " x",
    "two commands": lambda c: post(c) * 2,
    "a byte order mark": lambda c: "\ufeff" + post(c),
    "single quotes": lambda c: post(c).replace('"', "'"),
    "a comment": lambda c: "/* please */" + post(c),
    "a comma too many": lambda c: post(c)[:-1] + ",}",
    "NaN": lambda c: post(c, reply_to=0).replace('"reply_to":0', '"reply_to":NaN'),
    "Infinity": lambda c: post(c, reply_to=0).replace('"reply_to":0', '"reply_to":-Infinity'),
    "a raw NUL": lambda c: with_body(c, '"a\0b"'),
    "a raw newline in a string": lambda c: with_body(c, '"a\nb"'),
    "an escape that is none": lambda c: with_body(c, r'"a\x41"'),
    "an object too deep": lambda _: '{"a":' * 10_000 + "1" + "}" * 10_000,
}
NO_ENVELOPE: Final[dict[str, Make]] = {
    "an array": lambda c: f"[{post(c)}]",
    "a number": lambda _: "42",
    "null": lambda _: "null",
    "true": lambda _: "true",
    "a string": lambda c: msgspec.json.encode(post(c)).decode(),
    "an array too deep": lambda _: "[" * 60_000,
    "a body too deep": lambda c: with_body(c, "[" * 30_000 + "]" * 30_000),
    "an unknown field too deep": lambda c: post(c)[:-1] + ',"more":' + "[" * 30_000 + "]" * 30_000 + "}",
    "ref as text": lambda c: post(c, ref="7"),
    "ref as a fraction": lambda c: post(c, ref=7.5),
    "ref as true": lambda c: post(c, ref=True),
    "ref below zero": lambda c: post(c, ref=-1),
    "ref of 2^31": lambda c: post(c, ref=2**31),
    "ref of 2^64": lambda c: post(c, ref=0).replace('"ref":0', f'"ref":{2**64}'),
    "ref of 5,000 digits": lambda c: post(c, ref=0).replace('"ref":0', '"ref":' + "9" * 5_000),
    "ref of 1e400": lambda c: post(c, ref=0).replace('"ref":0', '"ref":1e400'),
}
UNKNOWN: Final[dict[str, Make]] = {
    "an unknown command": lambda _: '{"ref":7,"do":"circle.crown"}',
    "no command": lambda _: '{"ref":7}',
    "a command as number": lambda _: '{"ref":7,"do":7}',
    "a command as list": lambda _: '{"ref":7,"do":["message.post"]}',
    "a command as null": lambda _: '{"ref":7,"do":null}',
    "a command that is only the server's": lambda _: '{"ref":7,"do":"PerformDue"}',
    "a command in capitals": lambda c: post(c, do="Message.Post"),
}
BAD_FIELD: Final[dict[str, tuple[Make, str | None]]] = {
    "a sender": (lambda c: post(c, sender=AGO), None),
    "a role": (lambda c: post(c, role="host"), None),
    "a person": (lambda c: post(c, person=AGO), "person"),
    "a time": (lambda c: post(c, at=1), "at"),
    "a time no command has": (lambda c: post(c, said_at=1), None),
    "a seq": (lambda c: post(c, seq=1), "seq"),
    "a field of another command": (lambda c: post(c, target=1), "target"),
    "__proto__": (lambda c: post(c, __proto__={"host": True}), None),
    "no key": (lambda c: post(c, key=...), "key"),
    "an empty key": (lambda c: post(c, key=""), "key"),
    "a key of 65": (lambda c: post(c, key="k" * 65), "key"),
    "a key and a newline": (lambda c: post(c, key="k" * 22 + "\n"), "key"),
    "a key of other letters": (lambda c: post(c, key="ä" * 22), "key"),
    "a key as number": (lambda c: post(c, key=1), "key"),
    "no circle": (lambda c: post(c, circle=...), "circle"),
    "a circle and a newline": (lambda c: post(c, circle=c + "\n"), "circle"),
    "a circle that climbs": (lambda c: post(c, circle="../../etc/passwd"), "circle"),
    "a circle as list": (lambda c: post(c, circle=[c]), "circle"),
    "no body": (lambda c: post(c, body=...), "body"),
    "a body of null": (lambda c: post(c, body=None), "body"),
    "a body as list": (lambda c: post(c, body=["words"]), "body"),
    "a body as object": (lambda c: post(c, body={"text": "words"}), "body"),
    "a target below zero": (lambda c: edit(c, "-1"), "target"),
    "a target of 2^53": (lambda c: edit(c, str(2**53)), "target"),
    "a target of 2^63": (lambda c: edit(c, str(2**63)), "target"),
    "a target of 2^64": (lambda c: edit(c, str(2**64)), "target"),
    "a target of 5,000 digits": (lambda c: edit(c, "9" * 5_000), "target"),
    "a target of 1e400": (lambda c: edit(c, "1e400"), "target"),
    "a target of 1e999999999": (lambda c: edit(c, "1e999999999"), "target"),
    "a target as fraction": (lambda c: edit(c, "1.5"), "target"),
    "a target as text": (lambda c: edit(c, '"1"'), "target"),
    "a target of true": (lambda c: edit(c, "true"), "target"),
    "a gesture that is none": (
        lambda c: f'{{"ref":7,"do":"gesture.make","circle":"{c}","target":1,"gesture":"like"}}',
        "gesture",
    ),
    "a gesture of 60 kB": (
        lambda c: f'{{"ref":7,"do":"gesture.make","circle":"{c}","target":1,"gesture":"{"😀" * 15_000}"}}',
        "gesture",
    ),
    "a log that is none": (lambda _: '{"ref":7,"do":"log.watch","on":"circle/../person"}', "on"),
    "a log and a newline": (lambda c: f'{{"ref":7,"do":"log.watch","on":"circle/{c}\\n"}}', "on"),
    "a cursor below zero": (lambda c: f'{{"ref":7,"do":"log.watch","on":"circle/{c}","after":-1}}', "after"),
    "a page of 201": (lambda c: f'{{"ref":7,"do":"history.page","circle":"{c}","before":9,"limit":201}}', "limit"),
    "a page of none": (lambda c: f'{{"ref":7,"do":"history.page","circle":"{c}","before":9,"limit":0}}', "limit"),
    "not being sure": (lambda _: '{"ref":7,"do":"person.forget","sure":false}', "sure"),
    "being sure by number": (lambda _: '{"ref":7,"do":"person.forget","sure":1}', "sure"),
    "unknown preferences": (lambda _: '{"ref":7,"do":"preferences.set","preferences":{"points":9}}', None),
}
BAD_WORDS: Final[dict[str, tuple[Make, str]]] = {
    "nothing": (lambda c: post(c, body=""), "body.empty"),
    "blanks": (lambda c: post(c, body=" \r\n\t\u00a0\u2003\u3000"), "body.empty"),
    "zero width": (lambda c: post(c, body="\u200b\u200c\u200d\u2060\ufeff"), "body.empty"),
    "fillers": (lambda c: post(c, body="\u3164\u2800\uffa0\u115f"), "body.empty"),
    "marks on nothing": (lambda c: post(c, body="\u0301\u20dd"), "body.empty"),
    "4,001 letters": (lambda c: post(c, body="a" * 4_001), "body.too_long"),
    "4,001 of four bytes": (lambda c: post(c, body="😀" * 4_001), "body.too_long"),
    "16 KiB and a byte": (lambda c: post(c, body="a" * 16_385), "body.too_long"),
    "60,000 letters": (lambda c: post(c, body="a" * 60_000), "body.too_long"),
    "NUL": (lambda c: post(c, body="a\0b"), "body.bad_unicode"),
    "a noncharacter": (lambda c: post(c, body="a\ufffeb\U0010ffff"), "body.bad_unicode"),
    "half a pair at the end": (lambda c: with_body(c, r'"a\ud83d"'), "request.bad_unicode"),
    "the second half alone": (lambda c: with_body(c, r'"a\udc00b"'), "request.bad_unicode"),
    "two first halves": (lambda c: with_body(c, r'"\ud800\ud800"'), "request.bad_unicode"),
    "half a pair in a field's name": (lambda c: post(c)[:-1] + r',"\ud800":1}', "request.bad_unicode"),
}
TAKEN: Final[dict[str, str]] = {
    "4,000 letters": "a" * 4_000,
    "4,000 of four bytes": "😀" * 4_000,
    "SQL": "'; DROP TABLE event; --",
    "a quoted name": 'Robert"); DELETE FROM person WHERE ("1"="1',
    "a template": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {0.__class__}",
    "formats": "%n%s%d%x %(name)s {} {0}",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>",
    "a link": "[here](javascript:alert(1)) https://example.org/?a=1&b=2#c",
    "a backslash and quotes": 'a\\b\\"c\\u0041 \\n',
    "JSON": '{"do":"person.forget","sure":true}',
    "separators of lines": "one\u2028two\u2029three\x85four",
    "a mark of byte order inside": "zero\ufeffwidth",
    "escapes of a terminal": "\x1b[2J\x1b[31mred\x07",
    "direction marks": "\u202eabc\u2066def",
    "a flag and a family": "🏳️‍🌈 👩‍👩‍👧‍👦 é",
    "Redis": "*1\r\n$8\r\nFLUSHALL".replace("\r\n", "\n"),
    "only one dot": ".",
}


async def both(scene: Scene, make: Make) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer over the socket, which must still carry a command after it, and the one over HTTP."""
    rows = scene.rows()
    async with undisturbed(scene.house, scene.bystander):
        async with calling(scene.ana) as caller:
            frame = await caller.asks(make(scene.circle))
            await still_open(caller)
        answer = await commands(scene.ana, make(scene.circle))
        assert scene.rows() == rows, "something was kept"
    assert 400 <= answer.status < 500, answer
    return frame, answer.json()


async def still_open(caller: Caller) -> None:
    assert await caller.asks(f'{{"ref":99,"do":"log.unwatch","on":"circle/{AGO}"}}') == {"re": 99, "ok": {}}


@pytest.mark.parametrize("case", NOT_JSON)
async def test_what_is_not_json(scene: Scene, case: str) -> None:
    frame, problem = await both(scene, NOT_JSON[case])
    assert frame == {"re": None, "refused": {"code": "request.bad_json"}}
    assert (problem["status"], problem["code"]) == (400, "request.bad_json")


@pytest.mark.parametrize("case", NO_ENVELOPE)
async def test_what_no_answer_can_be_given_to_by_its_ref(scene: Scene, case: str) -> None:
    frame, problem = await both(scene, NO_ENVELOPE[case])
    assert frame == {"re": None, "refused": {"code": "request.bad_envelope"}}
    assert (problem["status"], problem["code"]) == (400, "request.bad_envelope")


@pytest.mark.parametrize("case", UNKNOWN)
async def test_what_nobody_here_can_do(scene: Scene, case: str) -> None:
    frame, problem = await both(scene, UNKNOWN[case])
    assert frame == {"re": 7, "refused": {"code": "request.unknown_command"}}
    assert (problem["status"], problem["code"]) == (400, "request.unknown_command")


@pytest.mark.parametrize("case", BAD_FIELD)
async def test_a_field_that_is_missing_unknown_or_of_another_kind(scene: Scene, case: str) -> None:
    make, field = BAD_FIELD[case]
    frame, problem = await both(scene, make)
    wanted = {"code": "request.bad_field"} | ({"field": field} if field is not None else {})
    assert frame == {"re": 7, "refused": wanted}
    assert (problem["status"], problem["code"], problem.get("field")) == (400, "request.bad_field", field)


@pytest.mark.parametrize("case", BAD_WORDS)
async def test_words_that_cannot_be_kept(scene: Scene, case: str) -> None:
    make, code = BAD_WORDS[case]
    frame, problem = await both(scene, make)
    assert frame["re"] == 7
    assert refusal(frame)["code"] == problem["code"] == code
    assert problem["status"] == 422


@pytest.mark.parametrize("how", ["socket", "http"])
@pytest.mark.parametrize("case", TAKEN)
async def test_words_are_kept_and_shown_as_they_were_written(scene: Scene, case: str, how: str) -> None:
    body = TAKEN[case]
    async with undisturbed(scene.house, scene.bystander):
        if how == "socket":
            seq = await scene.ana.says(body)
        else:
            seq = (await commands(scene.ana, post(scene.circle, body=body))).json()["seq"]
        heard = await scene.bo.sees(f"circle/{scene.circle}", lambda event: event.get("body") == body, case)
        assert heard["seq"] == seq or case == "only one dot" or how == "http"
        page = await scene.bo.gets(f"/api/circles/{scene.circle}/events?after={seq - 1}&limit=1")
        assert page.json()["events"][0]["event"]["body"] == body
        paged = await scene.bo.asks("history.page", circle=scene.circle, before=seq + 1, limit=1)
        assert paged["events"][0]["event"]["body"] == body


async def test_newlines_are_one_kind(scene: Scene) -> None:
    await scene.ana.says("one\r\ntwo\rthree\nfour")
    await scene.bo.hears("one\ntwo\nthree\nfour")


async def test_of_a_field_given_twice_one_counts_and_the_same_one_everywhere(scene: Scene) -> None:
    key = new_key()
    twice = post(scene.circle, key=key, body="the second").replace('"body":', '"body":"the first","body":')
    async with undisturbed(scene.house, scene.bystander), calling(scene.ana) as caller:
        over_socket = (await caller.asks(twice))["ok"]
        over_http = (await commands(scene.ana, twice)).json()
        assert over_http == over_socket | {"dup": True}
        assert (await scene.bo.hears("the second"))["seq"] == over_socket["seq"]
        told = await caller.asks(post(scene.circle, do="circle.leave").replace('"do"', '"do":"message.post","do"'))
        assert told["refused"]["code"] in ("request.unknown_command", "request.bad_field")
        await still_open(caller)


async def test_over_plain_asgi_the_answers_are_the_same(tmp_path: Path) -> None:
    async with setting(tmp_path / "data", plain_asgi=True) as plain:
        for cases, code in (
            (NOT_JSON, "request.bad_json"),
            (NO_ENVELOPE, "request.bad_envelope"),
            (UNKNOWN, "request.unknown_command"),
        ):
            for make in list(cases.values())[::4]:
                assert refusal((await both(plain, make))[0])["code"] == code
        for made, _ in list(BAD_FIELD.values())[::8]:
            assert refusal((await both(plain, made))[0])["code"] == "request.bad_field"
        for made, code in BAD_WORDS.values():
            assert refusal((await both(plain, made))[0])["code"] == code


async def test_on_postgresql_what_it_cannot_store_is_refused_before_it_gets_there(
    tmp_path: Path, database_url: str
) -> None:
    async with setting(tmp_path / "data", database_url=database_url) as place:
        for make, code in BAD_WORDS.values():
            assert refusal((await both(place, make))[0])["code"] == code
        for case in ("a key and a newline", "a circle and a newline", "a target of 2^53", "a target of 2^64"):
            assert refusal((await both(place, BAD_FIELD[case][0]))[0])["code"] == "request.bad_field"
        for name, code in NAMES.values():
            assert (await place.ana.posts("/api/come-in", {"name": name})).json()["code"] in ("session.present", code)
            answer = await Guest(place.house.url, name).posts("/api/come-in", {"name": name})
            assert answer.json()["code"] == code
        for name in ("a\0b", "\ufffe", "x" * 200, "\u202e"):
            secret = {"sign_in_name": name, "passphrase": "a passphrase of many words"}
            answer = await Guest(place.house.url, "Fern").posts("/api/sign-in", secret)
            assert (answer.status, answer.json()["code"]) == (403, "sign_in.wrong")
            recovering = {
                "sign_in_name": name,
                "recovery_words": "a b c",
                "new_passphrase": "a passphrase of many words",
            }
            answer = await Guest(place.house.url, "Fern").posts("/api/recover", recovering)
            assert (answer.status, answer.json()["code"]) == (403, "recovery.wrong")
        for body in TAKEN.values():
            seq = await place.ana.says(body)
            assert (await place.bo.asks("history.page", circle=place.circle, before=seq + 1, limit=1))["events"][0][
                "event"
            ]["body"] == body
        await place.bystander.is_fine()


async def test_three_messages_that_are_no_json_close_the_socket_for_good(scene: Scene) -> None:
    async with undisturbed(scene.house, scene.bystander), calling(scene.ana) as caller:
        for _ in range(2):
            assert refusal(await caller.asks("{"))["code"] == "request.bad_json"
        await still_open(caller)
        assert refusal(await caller.asks("[]"))["code"] == "request.bad_envelope"
        assert (await caller.next("bye"))["bye"]["code"] == 4500
        assert await caller.is_closed() == 4500


async def test_half_a_pair_may_be_sent_again_and_again_and_closes_nothing(scene: Scene) -> None:
    """A browser sends one where a text was cut in the middle of an emoji, and its outbox tries until it is answered."""
    async with calling(scene.ana) as caller:
        for _ in range(5):
            frame = await caller.asks(with_body(scene.circle, r'"\ud83d"'))
            assert frame == {"re": 7, "refused": {"code": "request.bad_unicode"}}
        await still_open(caller)


async def test_no_answer_repeats_what_was_sent(scene: Scene) -> None:
    marker = f"marker{secrets.token_hex(6)}"
    made = [
        marker,
        f'{{"{marker}":1}}',
        f'{{"ref":7,"do":"{marker}"}}',
        post(scene.circle, **{marker: 1}),
        post(scene.circle, key=marker),
        post(scene.circle, circle=marker),
        post(scene.circle, body=marker * 900),
        f'{{"ref":7,"do":"gesture.make","circle":"{scene.circle}","target":1,"gesture":"{marker}"}}',
        f'{{"ref":7,"do":"log.watch","on":"{marker}"}}',
        f'{{"ref":7,"do":"preferences.set","preferences":{{"{marker}":1}}}}',
        f'{{"ref":7,"do":"preferences.set","preferences":{{"theme":"{marker}"}}}}',
    ]
    for message in made:
        async with calling(scene.ana) as caller:
            frame = await caller.asks(message)
            assert refusal(frame)
            assert marker not in str(frame)
        answer = await commands(scene.ana, message)
        assert 400 <= answer.status < 500
        assert marker.encode() not in answer.body
        assert answer.headers["content-type"] == "application/problem+json"


# --- keys


@pytest.mark.parametrize("how", ["socket", "http", "both"])
async def test_the_same_post_fifty_times_at_once_is_one_row_with_one_seq(scene: Scene, how: str) -> None:
    message = post(scene.circle, body=f"fifty by {how}")
    rows = scene.rows()

    async def once(number: int) -> int:
        if how == "http" or (how == "both" and number % 2):
            return int((await commands(scene.ana, message)).json()["seq"])
        async with calling(scene.ana) as caller:
            return int((await caller.asks(message))["ok"]["seq"])

    async with undisturbed(scene.house, scene.bystander):
        seqs = set(await asyncio.gather(*(once(number) for number in range(50))))
        assert len(seqs) == 1
        assert scene.rows() == rows + 1
        await scene.bo.hears(f"fifty by {how}")
    assert scene.bo.bodies(scene.circle).count(f"fifty by {how}") == 1


async def test_a_key_is_good_for_one_message(scene: Scene) -> None:
    key = new_key()
    first = await scene.ana.says("first", key=key)
    rows = scene.rows()
    for other in ({"body": "other"}, {"body": "first", "reply_to": first}):
        with pytest.raises(Refused, match=r"key\.reused"):
            await scene.ana.asks("message.post", circle=scene.circle, key=key, **other)
        answer = await commands(scene.ana, post(scene.circle, key=key, **other))
        assert (answer.status, answer.json()["code"]) == (409, "key.reused")
    assert scene.rows() == rows
    again = await scene.ana.asks("message.post", circle=scene.circle, key=key, body="first")
    assert (again["seq"], again["dup"]) == (first, True)


async def test_anothers_key_is_nothing_to_me(scene: Scene) -> None:
    key = new_key()
    mine = await scene.ana.says("by Ana", key=key)
    theirs = await scene.bo.says("by Bo", key=key)
    assert theirs > mine
    await scene.ana.hears("by Bo")


async def test_a_room_is_opened_once_by_a_key_and_not_differently(scene: Scene) -> None:
    key = new_key()
    made = {"topic": "A room", "agreement": "I listen.", "key": key}
    opened = await asyncio.gather(*(scene.bo.asks("circle.open", **made) for _ in range(20)))
    assert len({each["circle"] for each in opened}) == 1
    assert sum(not each.get("dup") for each in opened) == 1
    for other in ({"topic": "Another room"}, {"capacity": 3}, {"entry": "invited"}, {"about": "More."}):
        with pytest.raises(Refused, match=r"key\.reused"):
            await scene.bo.asks("circle.open", **{**made, **other})


# --- what belongs to others


async def test_words_of_another_are_neither_edited_nor_taken_back(scene: Scene) -> None:
    seq = await scene.ana.says("These are mine.")
    await scene.bo.hears("These are mine.")
    rows = scene.rows()
    for do, more in (
        ("message.edit", {"body": "Not any more."}),
        ("message.take_back", {}),
        ("message.rephrase", {"body": "No."}),
    ):
        with pytest.raises(Refused, match=r"message\.not_yours"):
            await scene.bo.asks(do, circle=scene.circle, target=seq, **more)
        # Retracting twice is harmless, but only for who wrote it.
        answer = await commands(
            scene.bo, msgspec.json.encode({"do": do, "circle": scene.circle, "target": seq, **more})
        )
        assert answer.json()["code"] == "message.not_yours"
    assert scene.rows() == rows
    for _ in range(3):
        await scene.ana.asks("message.take_back", circle=scene.circle, target=seq)
    assert scene.rows() == rows + 1


@pytest.mark.parametrize("target", [0, 1, 2**53 - 1])
async def test_what_is_no_message_cannot_be_changed_answered_or_flagged(scene: Scene, target: int) -> None:
    rows = scene.rows()
    for do, more in {
        "message.edit": {"body": "x"},
        "message.take_back": {},
        "message.rephrase": {"body": "x"},
        "message.flag": {"category": "spam"},
        "gesture.make": {"gesture": "hear_you"},
        "gesture.undo": {"gesture": "hear_you"},
    }.items():
        with pytest.raises(Refused, match=r"message\.not_found"):
            await scene.ana.asks(do, circle=scene.circle, target=target, **more)
    with pytest.raises(Refused, match=r"message\.not_found"):
        await scene.ana.says("a reply to nothing", reply_to=target)
    assert scene.rows() == rows


async def test_a_thousand_gestures_are_five_at_most_and_tell_the_circle_once(scene: Scene) -> None:
    seq = await scene.ana.says("Something to answer.")
    rows = scene.rows()
    kinds = ("hear_you", "same_here", "holding_you", "thank_you", "celebrating")
    async with undisturbed(scene.house, scene.bystander):
        async with calling(scene.bo) as caller:
            made = {"do": "gesture.make", "circle": scene.circle, "target": seq}
            for number in range(1_000):
                gesture = {**made, "ref": number, "gesture": kinds[number % 5]}
                await caller.socket.send(msgspec.json.encode(gesture), text=True)
            for number in range(1_000):
                assert (await caller.next("re"))["re"] == number
        # Each kind is told to its giver and to the writer; the circle learns once that there was any.
        assert scene.rows() == rows + 2 * 5 + 1


# --- cursors


@pytest.mark.parametrize(
    "after",
    ["-1", str(2**63), str(2**53), "1e9", "NaN", "0x10", "", " 1", "1.0", "+1", "1_000", "٣", "%00", "1&after=2"],
)
async def test_a_cursor_that_is_none_is_refused(scene: Scene, after: str) -> None:
    async with undisturbed(scene.house, scene.bystander):
        answer = await scene.ana.gets(
            f"/api/circles/{scene.circle}/events?after={after}".replace("٣", "%D9%A3").replace(" ", "%20")
        )
        assert (answer.status, answer.json()["code"]) == (422, "request.bad_value")


@pytest.mark.parametrize("query", ["after=999999999", "limit=0", "limit=201", "limit=-1", "limit=1&limit=1"])
async def test_a_cursor_beyond_what_there_is_is_refused(scene: Scene, query: str) -> None:
    answer = await scene.ana.gets(f"/api/circles/{scene.circle}/events?{query}")
    assert (answer.status, answer.json()["code"]) == (422, "request.bad_value")


async def test_a_cursor_from_another_life_begins_anew(scene: Scene) -> None:
    async with calling(scene.ana) as caller:
        for cursor in (
            {"epoch": "AAAAAAAA", "after": 1},
            {"epoch": scene.ana.logs[f"circle/{scene.circle}"].epoch, "after": 2**40},
        ):
            asked = {"ref": 7, "do": "log.watch", "on": f"circle/{scene.circle}", **cursor}
            answer = (await caller.asks(msgspec.json.encode(asked)))["ok"]
            assert answer["reason"] == "history"
            assert answer["start"] <= answer["head"] + 1


# --- names


NAMES: Final[dict[str, tuple[str, str]]] = {
    "U1 direction": ("Fern\u202e", "name.not_allowed"),
    "U4 nothing to see": ("\u200d\u3164\u2800", "name.not_allowed"),
    "U6 reserved": ("Mod", "name.reserved"),
    "U6 reserved, wide": ("ＡＤＭＩＮ", "name.reserved"),
    "U6 reserved, help": ("support", "name.reserved"),
    "U10 a line separator": ("Fern\u2028Lark", "name.not_allowed"),
    "U10 a mark of byte order": ("Fern\ufeff", "name.not_allowed"),
    "U11 private use": ("Fern\ue000", "name.not_allowed"),
    "U11 a noncharacter": ("Fern\ufffe", "name.not_allowed"),
    "J17 NUL": ("Fe\0rn", "name.not_allowed"),
    "a newline": ("Fern\nLark", "name.not_allowed"),
    "an escape": ("\x1b[31mFern", "name.not_allowed"),
    "nothing": ("", "name.empty"),
    "blanks": (" \u00a0\u3000", "name.empty"),
    "41 letters": ("a" * 41, "name.too_long"),
    "marks upon marks": ("F" + "\u0301\u0302\u0303\u0304\u0305\u0306", "name.not_allowed"),
}


@pytest.mark.parametrize("case", NAMES)
async def test_a_name_that_will_not_do_is_refused_at_every_door(scene: Scene, case: str) -> None:
    name, code = NAMES[case]
    async with undisturbed(scene.house, scene.bystander):
        nobody = Guest(scene.house.url, name)
        answer = await nobody.posts("/api/come-in", {"name": name})
        assert (answer.json()["code"], nobody.cookie) == (code, "")
        with pytest.raises(Refused) as refused:
            await scene.bo.asks("circle.open", topic="T", agreement="A", key=new_key(), name=name)
        assert refused.value.code == code
        lark = Guest(scene.house.url, "Finch")
        await lark.gets_a_place()
        entering = {"do": "circle.enter", "circle": scene.circle, "agreement": 1, "name": name}
        answer = await commands(lark, msgspec.json.encode(entering))
        assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("  Lark \u00a0 two ", "Lark two"),
        ("Zoe\u0301", "Zo\u00e9"),
        ("'; DROP TABLE person; --", "'; DROP TABLE person; --"),
        ("{{7*7}} ${x} %n", "{{7*7}} ${x} %n"),
        ("<b>Lark</b>", "<b>Lark</b>"),
    ],
)
async def test_a_name_is_shown_as_it_was_given_but_for_blanks(scene: Scene, given: str, shown: str) -> None:
    guest = Guest(scene.house.url, given)
    answer = await guest.gets_a_place()
    assert answer.json()["name"] == shown
    entering = {"do": "circle.enter", "circle": scene.circle, "agreement": 1}
    assert (await commands(guest, msgspec.json.encode(entering))).status == 200
    await scene.ana.sees(f"circle/{scene.circle}", lambda event: event.get("name") == shown, shown)
    leaving = {"do": "circle.leave", "circle": scene.circle}
    assert (await commands(guest, msgspec.json.encode(leaving))).status == 200


@pytest.mark.parametrize(
    "pair",
    [("Alice", "\u0410lice"), ("Zo\u00e9", "Zoe\u0301"), ("Ilia", "llia"), ("Fern", " fern "), ("Wren", "ＷＲＥＮ")],
    ids=["U5 Cyrillic", "U7 composed", "l and I", "U14 blanks", "wide"],
)
async def test_of_two_names_that_look_the_same_only_one_is_in_a_circle(scene: Scene, pair: tuple[str, str]) -> None:
    one, two = [Guest(scene.house.url, name) for name in pair]
    for each in (one, two):
        await each.gets_a_place()
    entering = msgspec.json.encode({"do": "circle.enter", "circle": scene.circle, "agreement": 1})
    leaving = msgspec.json.encode({"do": "circle.leave", "circle": scene.circle})
    assert (await commands(one, entering)).status == 200
    assert (await commands(two, entering)).json()["code"] == "name.taken"
    await commands(one, leaving)
    assert (await commands(two, entering)).status == 200
    await commands(two, leaving)
