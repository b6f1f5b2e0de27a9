"""Bodies, topics and agreements as people may write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import text
from rooms.limits import Limits
from rooms.work import Refusal

LIMITS = Limits()


def refused(written: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        text.body(written, LIMITS)
    return caught.value


@pytest.mark.parametrize(
    "written",
    [
        "'; DROP TABLE event; --",
        "{{7*7}} ${x} %n %s",
        "<script>alert(1)</script>",
        "  indented\n\n\n\nand far below  ",
        "e\u0301 stays as typed",
        "sep\u2028arated \ufeff",
        "\u202eturned",
        "tab\tbell\x07",
        "🙂",
        "...",
        "x" * 4_000,
        "🙂" * 4_000,
    ],
)
def test_a_body_is_kept_as_written(written: str) -> None:
    assert text.body(written, LIMITS) == written


def test_newlines_become_one_kind() -> None:
    assert text.body("a\r\nb\rc\nd", LIMITS) == "a\nb\nc\nd"


@pytest.mark.parametrize(
    "written", ["", " ", "\n\n", "\u200b\u200d\ufeff", "\u3164", "\u2800 \u00a0", "\u0301", "\x07"]
)
def test_nothing_visible_is_no_body(written: str) -> None:
    assert refused(written).code == "body.empty"


@pytest.mark.parametrize("written", ["a\0b", "\ud800", "a\udc00", "\ufffe", "\uffff", "\ufdd0", "\U0010ffff"])
def test_broken_text_is_refused(written: str) -> None:
    assert refused(written).code == "body.bad_unicode"


def test_a_long_body_is_refused_with_the_bound() -> None:
    assert (refused("x" * 4_001).code, refused("x" * 4_001).facts) == ("body.too_long", {"most": 4_000})


def test_a_body_is_bounded_in_bytes_too() -> None:
    limits = Limits(body_length=16_000)
    assert text.body("🙂" * 4_096, limits)
    with pytest.raises(Refusal) as caught:
        text.body("🙂" * 4_096 + "x", limits)
    assert caught.value.code == "body.too_long"


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_a_body_once_taken_is_taken_again_unchanged(written: str) -> None:
    try:
        kept = text.body(written, LIMITS)
    except Refusal:
        return
    kept.encode()
    assert not {"\0", "\r"} & set(kept)
    assert text.body(kept, LIMITS) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Grief  and\nloss ", "Grief and loss"),
        ("Zoe\u0308", "Zoë"),
        ("a\u2028b", "a b"),
        ("x" * 60, "x" * 60),
    ],
)
def test_a_topic_is_one_line(written: str, kept: str) -> None:
    assert text.line(written, 60, "topic") == kept


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "topic.empty"),
        (" \n", "topic.empty"),
        ("\u200b", "topic.empty"),
        ("x" * 61, "topic.too_long"),
        ("a\0", "topic.bad_unicode"),
        ("\ud800", "topic.bad_unicode"),
        ("a\x1b[31m", "topic.bad_unicode"),
        ("a\u202eb", "topic.bad_unicode"),
    ],
)
def test_a_topic_that_will_not_do(written: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        text.line(written, 60, "topic")
    assert caught.value.code == code


def test_paragraphs_keep_their_lines() -> None:
    written = "\n I listen.\r\nI speak.\n\n\n\nI rest.\t \n"
    assert text.paragraphs(written, 100, "agreement") == "I listen.\nI speak.\n\nI rest."


def test_paragraphs_may_be_left_out_where_that_is_said() -> None:
    assert text.paragraphs(" \n\u200b", 100, "about", may_be_empty=True) == ""
    with pytest.raises(Refusal) as caught:
        text.paragraphs(" ", 100, "agreement")
    assert caught.value.code == "agreement.empty"


@pytest.mark.parametrize(
    ("written", "code"),
    [("x" * 101, "about.too_long"), ("\0", "about.bad_unicode"), ("a\u2067b", "about.bad_unicode")],
)
def test_paragraphs_that_will_not_do(written: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        text.paragraphs(written, 100, "about", may_be_empty=True)
    assert caught.value.code == code
