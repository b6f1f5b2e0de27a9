"""Every refusal has a status and a sentence of its own, and says nothing of what was sent."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from rooms.work import Refusal
from server.http_wire import Problem
from server.problems import on_bug, on_http_error, on_refusal, problem
from server.sentences import SENTENCES, sentence_for

ROOT = Path(__file__).parents[2]
GENERAL = sentence_for("something.unheard_of")[1]


def refusals() -> Iterator[str]:
    """Every code that is written out where a `Refusal` is made."""
    for folder in ("rooms", "moderation", "server"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Refusal") and node.args:
                    code = node.args[0]
                    if isinstance(code, ast.Constant):
                        yield str(code.value)


def request() -> Request:
    return Request({"type": "http", "method": "GET", "path": "/x", "headers": [], "server": ("localhost", 80)})


def test_every_refusal_in_the_program_has_words_of_its_own() -> None:
    codes = set(refusals())
    assert len(codes) > 30
    assert sorted(code for code in codes if sentence_for(code)[1] == GENERAL) == []


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_problem_is_one_plain_sentence_or_two(code: str) -> None:
    answer = problem(code)
    said = msgspec.json.decode(bytes(answer.body), type=Problem)
    assert said.status == answer.status_code == SENTENCES[code][0]
    assert said.code == code
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert said.detail.endswith(".")
    assert 1 <= said.detail.count(".") <= 3
    assert not re.search(r"\b(error|invalid|failed|denied|abuse|user|oops)\b|!", said.detail, re.IGNORECASE)


async def test_facts_are_told_and_a_wait_is_a_header_too() -> None:
    answer = await on_refusal(request(), Refusal("rate.limited", retry_after=2_500))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3"
    assert msgspec.json.decode(bytes(answer.body))["retry_after"] == 2_500
    answer = await on_refusal(request(), Refusal("topic.too_long", most=60))
    assert answer.status_code == 422
    assert msgspec.json.decode(bytes(answer.body))["most"] == 60


@pytest.mark.parametrize(
    ("status", "code"), [(404, "page.not_found"), (405, "request.bad_method"), (418, "request.bad_request")]
)
async def test_http_errors_are_problems_too(status: int, code: str) -> None:
    answer = await on_http_error(request(), HTTPException(status, "what was sent", {"Allow": "GET"}))
    assert msgspec.json.decode(bytes(answer.body))["code"] == code
    assert b"what was sent" not in bytes(answer.body)
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize("status", [408, 413])
async def test_after_a_body_that_was_not_read_the_connection_ends(status: int) -> None:
    answer = await on_http_error(request(), HTTPException(status))
    assert (answer.status_code, answer.headers["Connection"]) == (status, "close")


async def test_a_bug_is_told_by_its_number_only() -> None:
    answer = await on_bug(request(), RuntimeError("somebody's words"))
    said = msgspec.json.decode(bytes(answer.body))
    assert (answer.status_code, said["code"]) == (500, "internal")
    assert len(said["bug"]) == 8
    assert b"words" not in bytes(answer.body).replace(b"without what you wrote", b"")
