"""Every wait and bound of panels is a setting with the documented default; none lets anybody do more to somebody."""

import pytest
from pydantic import ValidationError

from rooms.limits import AT_HAND, WAITS, Limits
from rooms.units import DAY
from server.panel_settings import PanelSettings
from server.settings import Settings

BOUNDED = {
    "HOLD_ALONE_MINUTES": "11",
    "HOLD_COSIGNED_MINUTES": "61",
    "HOLD_PANEL_HOURS": "25",
    "HOLDS_A_DAY": "3",
    "SUBJECT_HOLD_HOURS": "73",
    "SUBJECT_HOLD_UNSEATED_DAYS": "31",
    "SUBJECT_HOLDS_OPEN": "3",
    "LEGAL_HOLD_DAYS": "8",
    "SEATS_A_DAY": "6",
    "HARD_A_DAY": "3",
    "HEAR_FIRST_MINUTES": "4",
    "FIRST_INSTANCE_HOURS": "97",
    "UNHEARD_FOLD_DAYS": "8",
    "APPEAL_DAYS": "184",
    "APPEAL_WAIT_HOURS": "73",
    "STAY_AFTER_MINUTES": "61",
    "PAUSE_SHORT_MINUTES": "16",
    "PAUSE_AGAIN_MINUTES": "61",
    "PAUSE_LONG_HOURS": "5",
    "PAUSE_LONGER_HOURS": "25",
    "STEP_AWAY_DAYS": "8",
    "QUIET_SHORT_DAYS": "8",
    "QUIET_LONG_DAYS": "31",
}


def test_without_settings_the_limits_are_the_documented_ones() -> None:
    limits, documented = Settings().limits, Limits()
    found = {name: getattr(limits, name) for name in PanelSettings().panel_limits()}
    assert found == {name: getattr(documented, name) for name in found}
    assert len(found) == len(PanelSettings.model_fields)


def test_every_wait_among_them_shrinks_with_the_others() -> None:
    scaled, plain = Settings(time_scale=10).limits, Settings().limits
    for limit, field in zip(PanelSettings().panel_limits(), PanelSettings.model_fields.values(), strict=True):
        factor = 10 if field.annotation is float else 1
        assert getattr(scaled, limit) == max(AT_HAND.get(limit, 0), getattr(plain, limit) // factor), limit
        assert (limit in WAITS) == (factor == 10), limit


def test_a_setting_reaches_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPEAL_DAYS", "183")
    monkeypatch.setenv("HOLDS_A_DAY", "1")
    limits = Settings().limits
    assert (limits.appeal_window, limits.holds_a_day) == (183 * DAY, 1)


@pytest.mark.parametrize("name", BOUNDED)
def test_no_setting_lets_anybody_do_more_to_somebody(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, BOUNDED[name])
    with pytest.raises(ValidationError):
        Settings()
