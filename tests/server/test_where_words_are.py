"""No column is added without saying whether words are in it and how they end."""

from moderation import models as moderation_models
from moderation import models_panels
from rooms import models, models_plans
from server import models as server_models
from tests.where_words_are import WORDLESS, WORDS, unbounded


def test_every_column_without_a_length_is_known_to_hold_words_or_none() -> None:
    known = WORDS.keys() | WORDLESS.keys()
    assert unbounded() == known, f"say in tests/where_words_are.py what these hold: {unbounded() ^ known}"
    assert not WORDS.keys() & WORDLESS.keys()


def test_what_tests_of_erasure_walk_is_the_same_list() -> None:
    walked = {
        f"{table.__table__.name}.{column}"
        for module in (models, models_plans, moderation_models, models_panels, server_models)
        for table, column in module.WORDS
    }
    assert walked <= WORDS.keys()
