"""Names and lines that people give, clean and otherwise."""

import secrets
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import names, offered
from rooms.limits import Limits
from rooms.work import Refusal

LIMITS = Limits()
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


def refused(text: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(Refusal) as caught:
        names.name(text, limits)
    return caught.value.code


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Heron", "Heron"),
        ("  Quiet   Heron ", "Quiet Heron"),
        ("Quiet\u00a0\u3000\tHeron", "Quiet Heron"),
        ("Zoe\u0308", "Zoë"),
        ("李小", "李小"),
        ("أنا", "أنا"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("Fern 🌿", "Fern 🌿"),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("🧑🏽\u200d🌾"[0] + "\u200d🌾", "🧑\u200d🌾"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("\U0001fabf", "\U0001fabf"),
        ("O'Brien-Smith Jr.", "O'Brien-Smith Jr."),
        ("x" * 40, "x" * 40),
        ("e\u0301" * 40, "é" * 40),
    ],
)
def test_a_name_is_kept_in_its_plainest_form(given_name: str, kept: str) -> None:
    assert names.name(given_name, LIMITS) == kept


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u00a0", "\u2003\u3000"])
def test_blanks_alone_are_no_name(text: str) -> None:
    assert refused(text) == "name.empty"


@pytest.mark.parametrize(
    "text",
    [
        "He\u202eron",
        "\u2066Heron\u2069",
        "Heron\u200f",
        "He\u200bron",
        "He\u200dron",
        "He\u200cron",
        "\u200d",
        "\u3164",
        "\u2800\u2800",
        "Fern\u3164",
        "Fern\u2800",
        "\u115f\u1160",
        "Fern\u034f",
        "\ue000",
        "Fern\U000f0000",
        "Fern\ufffe",
        "Fern\ufdd0",
        "Fern\U0001fffe",
        "Fern\u0378",
        "Fern\ud800",
        "\udc00",
        "Fe\x00rn",
        "Fe\x1brn",
        "Fe\nrn",
        "Fe\u2028rn",
        "Fe\ufeffrn",
        "Fe\u00adrn",
        "\u0301",
        "\u0301Fern",
        "Fern" + "\u0301" * 6,
        "\U000e0041\U000e0042",
    ],
)
def test_what_hides_or_breaks_is_not_allowed(text: str) -> None:
    assert refused(text) == "name.not_allowed"


@pytest.mark.parametrize("text", ["x" * 41, "é" * 41, "🦉" * 41, "\ufdfa" * 500, "x" * 1_000_000])
def test_a_long_name_is_refused_with_the_bound(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        names.name(text, LIMITS)
    assert (caught.value.code, caught.value.facts) == ("name.too_long", {"most": 40})


def test_a_field_gives_its_own_codes() -> None:
    with pytest.raises(Refusal) as caught:
        names.name(" ", LIMITS, "sign_in_name")
    assert caught.value.code == "sign_in_name.empty"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "\u0410lice"),
        ("Alice", "\u0391lice"),
        ("Heron", "\u0397eron"),
        ("Heron", "heron"),
        ("Heron", "ＨＥＲＯＮ"),
        ("Heron", "𝐇𝐞𝐫𝐨𝐧"),
        ("Heron", "H e-r.o_n"),
        ("Heron", "Herón"),
        ("Heron", "Her0n"),
        ("Iris", "lris"),
        ("Bill", "BiII"),
        ("modern", "rnodern"),
        ("vera", "\u03bdera"),
        ("ANNA", "\u0391\u039d\u039d\u0391"),
        ("Paco", "\u0420асо"),
        ("\u039dίκος", "\u03bdίκος"),
        ("Zoë", "Zoe\u0308"),
        ("straße", "STRASSE"),
    ],
)
def test_names_that_look_alike_share_a_skeleton(one: str, other: str) -> None:
    assert names.skeleton(one) == names.skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana", "Bo"),
        ("Anna", "Hanna"),
        ("Fern", "Ferm"),
        ("Νίκος", "Βίκος"),
        ("李", "王"),
        ("🦉", "🦊"),
        ("...", "!!!"),
    ],
)
def test_names_that_differ_to_the_eye_have_skeletons_that_differ(one: str, other: str) -> None:
    assert names.skeleton(one) != names.skeleton(other)


@pytest.mark.parametrize(
    "text",
    [
        "Mod",
        "M0d",
        "ＡＤＭＩＮ",
        "\u0410dm1n",
        "support",
        "S.U.P.P.O.R.T",
        "Peer  Circles",
        "H0ST",
        "hëlp",
        "staff",
    ],
)
def test_names_of_the_place_itself_are_nobodys(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        names.refuse_reserved(text, LIMITS)
    assert caught.value.code == "name.reserved"


def test_settings_reserve_further_names() -> None:
    names.refuse_reserved("Lighthouse", LIMITS)
    with pytest.raises(Refusal):
        names.refuse_reserved("L1ghthouse", Limits(reserved_names=("Lighthouse",)))


def test_everyday_names_are_not_reserved() -> None:
    for text in ("Ana", "Bo", "Modesto", "Adina", "Hostess Fern", "Helper"):
        names.refuse_reserved(text, LIMITS)


def test_sign_in_names_fold_to_one() -> None:
    assert names.folded("Ｚoë") == names.folded("ZOE\u0308") == "zoë"


@given(ANY_TEXT)
def test_a_name_once_taken_is_taken_again_unchanged(text: str) -> None:
    try:
        kept = names.name(text, LIMITS)
    except Refusal:
        return
    assert names.name(kept, LIMITS) == kept
    assert 1 <= len(kept) <= LIMITS.name_length
    assert unicodedata.is_normalized("NFC", kept)
    kept.encode()


@given(ANY_TEXT)
def test_a_skeleton_is_its_own_skeleton(text: str) -> None:
    seen = names.skeleton(text)
    assert names.skeleton(seen) == seen


@given(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20))
def test_composing_a_name_does_not_change_what_it_looks_like(text: str) -> None:
    forms = {names.skeleton(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert len(forms) == 1


def test_offered_names_can_be_taken() -> None:
    every = [f"{how} {who}" for how in offered.HOW for who in offered.WHO]
    assert len(set(every)) == len(every) >= 60 * 80
    for text in every:
        assert names.name(text, LIMITS) == text
        names.refuse_reserved(text, LIMITS)


def test_no_two_offered_names_look_alike() -> None:
    skeletons = [names.skeleton(f"{how} {who}") for how in offered.HOW for who in offered.WHO]
    assert len(set(skeletons)) == len(skeletons)


def test_an_offer_picks_from_both_lists() -> None:
    assert offered.offered(lambda n: n - 1) == f"{offered.HOW[-1]} {offered.WHO[-1]}"
    assert len({offered.offered(secrets.randbelow) for _ in range(50)}) > 25
