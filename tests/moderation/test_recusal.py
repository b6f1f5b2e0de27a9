"""Whose name stands in words: they do not judge them."""

import pytest

from moderation.recusal import is_named


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Al", "You, Al, again?"),
        ("Al", "AL!"),
        ("Al", "al’s fault"),
        ("Anna", "This is Annas dog"),
        ("Anna", "Annalle"),
        ("Fern", "fern"),
        ("Ana Maria", "dear ana maria,"),
        ("Zoë", "zoe\u0308 again"),
        ("Straße", "STRASSE"),
        ("İpek", "ipek"),
        ("IRMAK", "ırmak"),
        ("小明", "小明你好"),
        ("지민", "지민이가 또"),
        ("สม", "สวัสดีสมครับ"),
        ("🌲Fern", "hi 🌲fern!"),
        ("Al", "also Al"),
    ],
)
def test_a_name_is_found_as_a_word_in_any_script(name: str, said: str) -> None:
    assert is_named(name, said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Al", "also, hello, final"),
        ("Al", "al\u0308"),
        ("Jo", "major joke"),
        ("Anna", "Annabelle"),
        ("Anna", "Johanna"),
        ("Бо", "борода"),
        ("1", "11"),
        ("", "anything"),
        ("Anna", ""),
    ],
)
def test_a_part_of_another_word_is_nobodys_name(name: str, said: str) -> None:
    assert not is_named(name, said)


@pytest.mark.parametrize("name", ["a", "aaaa", "a" * 40])
@pytest.mark.parametrize("said", ["a" * 100_000, "b" + "a" * 100_000, "a" * 100_000 + "b"])
def test_one_letter_said_for_ever_is_read_once(name: str, said: str) -> None:
    # Looking to the end of the word from each of its letters would take longer than a test may, and hold up every post.
    assert not is_named(name, said)
