"""The words themselves: no sentence of the catalog hurries, counts, scolds or blames."""

import re
from pathlib import Path

import pytest

WORDS = Path(__file__).resolve().parents[2] / "web_client" / "src" / "words"
PAGES = Path(__file__).resolve().parents[2] / "web_client" / "pages"
BLAMING = [
    "error",
    "errors",
    "invalid",
    "failed",
    "failure",
    "denied",
    "abuse",
    "abusive",
    "illegal input",
    "oops",
    "forbidden",
]
PUSHING = [
    "streak", "leaderboard", "level", "badge", "hurry", "hurry up", "quick", "act now", "last chance", "don't miss",
    "you missed", "don't break", "asap", "immediately", "urgent", "points", "score", "rank", "reward", "ban", "kick",
    "like", "likes", "follower", "follow us", "user", "users", "admin", "channel", "member", "members",
]  # fmt: skip
KNOWN = {"quick": "Quick exit", "like": ""}
"""``Quick exit`` is the name of the safety button; "a name like that" and "a room like this" compare."""


def sentences() -> list[tuple[str, str]]:
    found = []
    for path in sorted(WORDS.glob("en/*.ts")):
        # A value after its key, or a plural form in braces; keys themselves are never shown.
        for key, text in re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', path.read_text()):
            found.append((f"{path.stem}.{key}", text.replace('\\"', '"')))
    return found


def test_the_catalog_is_read_whole() -> None:
    assert len(sentences()) > 300


@pytest.mark.parametrize("word", BLAMING + PUSHING)
def test_no_sentence_holds(word: str) -> None:
    pattern = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    holding = [
        (key, text)
        for key, text in sentences()
        if pattern.search(text.replace(KNOWN.get(word, "\0"), "")) and word not in ("like",)
    ]
    assert not holding


def test_no_sentence_shouts() -> None:
    assert not [(key, text) for key, text in sentences() if "!" in text or re.search(r"\b[A-Z]{4,}\b", text)]


def test_pages_without_scripts_keep_to_the_same_words() -> None:
    for path in PAGES.glob("*.html"):
        text = re.sub(r"<[^>]+>", " ", path.read_text())
        for word in BLAMING:
            assert not re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE), (path.name, word)
        assert "!" not in text.replace("<!doctype html>", "")
