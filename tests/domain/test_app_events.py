"""What apps are told: types that there are, with as much of their data as apps may read."""

from domain.app_events import APP_EVENTS, shown_to_app
from domain.event_types import EVENT_TYPES


def test_apps_are_told_types_that_there_are() -> None:
    assert set(APP_EVENTS) <= set(EVENT_TYPES)


def test_of_the_data_an_app_is_told_what_it_could_read() -> None:
    spent = {"quantity": "3", "available": "7", "type": "SPEND", "cost": "12"}
    assert shown_to_app("credits.spent", spent) == {"quantity": "3", "available": "7", "type": "SPEND"}
    assert shown_to_app("credit_account.unfrozen", {"reason": "Looked into"}) == {}
