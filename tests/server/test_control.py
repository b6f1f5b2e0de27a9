"""Commands on the machine: through the running server's door, or, where none runs, by themselves."""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from moderation.operating import HoldByLaw, InviteModerator, OperatorCommand
from server import commands_operator, control
from server.__main__ import main
from server.commands_operator import submit
from server.data_folder import DataFolder, FolderUnusable
from server.settings import Settings
from tests.guests import Guest
from tests.house import House, Process, house
from tests.keeper import Keeper


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    settings = {"database_url": request.getfixturevalue("database_url")} if request.param == "postgresql" else {}
    async with house(tmp_path / "data", **settings) as opened:
        yield opened


async def asks(settings: Settings, command: OperatorCommand) -> Any:
    answered: Any = json.loads(await asyncio.to_thread(submit, settings, command))
    return answered


async def says(settings: Settings, line: bytes) -> Any:
    answered = await asyncio.to_thread(control.ask, settings.data_dir, line)
    assert answered is not None
    return json.loads(answered)


async def test_a_code_from_the_machine_makes_a_moderator_of_a_running_server(place: House) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    made = await asks(place.parts.settings, InviteModerator())
    await ana.asks("moderator.come", code=made["ok"]["code"])
    assert (await ana.watches(ana.me))["person"]["reviewing"]["role"] == "moderator"


async def test_a_legal_hold_covers_a_message_for_everybody_at_once_and_its_release_ends_that(place: House) -> None:
    ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
    circle = await ana.opens()
    await bo.enters(circle)
    seq = await ana.says("A line with somebody's address.")
    await bo.hears("A line with somebody's address.")
    hold = HoldByLaw(circle=circle, target=seq, ground="privacy")
    assert "ok" in await asks(place.parts.settings, hold)
    await bo.sees(f"circle/{circle}", lambda e: e["kind"] in ("message.held", "message.withheld"), "the hold")
    assert "ok" in await asks(place.parts.settings, HoldByLaw(circle=circle, target=seq, release=True))
    await bo.sees(f"circle/{circle}", lambda e: e["kind"] == "message.unfolded", "the release")
    nothing = await asks(place.parts.settings, HoldByLaw(circle=circle, target=999))
    assert nothing == {"refused": {"code": "message.not_found"}}


async def test_only_the_owner_of_the_folder_may_use_it(place: House) -> None:
    path = place.parts.settings.data_dir / control.FILE
    assert stat.S_ISSOCK(path.stat().st_mode)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "request.bad_json"),
        (b"moderator-invite", "request.bad_json"),
        (b"\xff", "request.bad_json"),
        (b"[]", "request.bad_field"),
        (b'{"do":"message.post"}', "request.bad_field"),
        (b'{"do":"moderator.invite","more":1}', "request.bad_field"),
        (b'{"do":"legal.hold","circle":"x","target":1}', "request.bad_field"),
    ],
)
async def test_a_line_that_is_no_command_is_refused_and_hurts_nothing(tmp_path: Path, line: bytes, code: str) -> None:
    async with house(tmp_path / "data") as place:
        assert await says(place.parts.settings, line) == {"refused": {"code": code}}
        assert "ok" in await says(place.parts.settings, b'{"do":"moderator.invite"}')


async def test_a_line_without_an_end_is_given_up(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as place:
        with pytest.raises(control.Unreachable):
            await says(place.parts.settings, b'"' + bytes(100_000))
        assert "ok" in await says(place.parts.settings, b'{"do":"moderator.invite"}')


async def test_somebody_who_says_nothing_keeps_no_server_from_ending(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as place:
        silent = socket.socket(socket.AF_UNIX)
        silent.connect(str(place.parts.control.path))
        assert "ok" in await says(place.parts.settings, b'{"do":"moderator.invite"}')
    silent.close()
    assert not (tmp_path / "data" / control.FILE).exists()


async def test_a_folder_with_a_long_name_has_it_too(tmp_path: Path) -> None:
    folder = tmp_path / ("a-long-name-" * 12) / "data"
    async with house(folder) as place:
        assert "ok" in await asks(place.parts.settings, InviteModerator())


async def test_without_a_server_a_command_opens_the_database_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert await asyncio.to_thread(main, ["moderator-invite"]) == 2
    assert "python -m server migrate" in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["migrate"]) == 0
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["moderator-invite"]) == 0
    code = capsys.readouterr().out.split("\n")[0]
    async with house(tmp_path / "data") as place:
        ana = await Guest(place.url, "Ana").comes_in()
        await ana.asks("moderator.come", code=code)


async def test_a_refusal_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    async with house(tmp_path / "data"):
        hold = ["legal-hold", "c" * 16, "7"]
        assert await asyncio.to_thread(main, hold) == 2
        assert "--ground" in capsys.readouterr().err
        assert await asyncio.to_thread(main, [*hold, "--ground", "illegal"]) == 1
        assert capsys.readouterr().err == "This is not there, or not for you.\n"


async def test_a_folder_that_somebody_else_holds_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_operator, "PATIENCE", 0.0)
    other = DataFolder(tmp_path / "data")
    other.own()
    with pytest.raises(FolderUnusable):
        await asks(Settings(data_dir=tmp_path / "data"), InviteModerator())
    other.close()


async def test_nothing_is_migrated_while_a_server_runs(
    place: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(place.parts.settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", place.parts.settings.database_url)
    assert await asyncio.to_thread(main, ["migrate"]) == 2
    assert "Stop it" in capsys.readouterr().err


async def test_what_a_killed_server_left_behind_is_in_nobodys_way(tmp_path: Path, keeper: Keeper) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    server = Process(keeper, tmp_path / "data")
    await server.start()
    await server.kill()
    assert (tmp_path / "data" / control.FILE).exists()
    assert "ok" in await asks(settings, InviteModerator())
    await server.start()
    assert "ok" in await says(settings, b'{"do":"moderator.invite"}')
    await server.stop()


async def test_of_two_servers_on_one_folder_one_answers(tmp_path: Path, database_url: str) -> None:
    async with house(tmp_path / "data", database_url=database_url) as second:
        async with house(tmp_path / "data", database_url=database_url):
            assert "ok" in await asks(second.parts.settings, InviteModerator())
        assert "ok" in await says(second.parts.settings, b'{"do":"moderator.invite"}')
