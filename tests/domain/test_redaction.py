"""What of an input is kept: everything but the text that somebody wrote."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from domain.money import Money
from domain.permissions import Role
from domain.redaction import WITHHELD, redacted


def test_ids_numbers_instants_and_choices_are_kept() -> None:
    kept = {
        "gig_id": UUID(int=1),
        "seats": 3,
        "is_public": True,
        "note": None,
        "starts_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        "due_on": date(2026, 3, 1),
        "rate": Decimal("1.10"),
        "role": Role.VIEWER,
        "amount": Money(115_000, "EUR"),
    }
    assert redacted(kept) == {
        "gigId": "00000000-0000-0000-0000-000000000001",
        "seats": 3,
        "isPublic": True,
        "note": None,
        "startsAt": "2026-03-01T09:30:00Z",
        "dueOn": "2026-03-01",
        "rate": "1.10",
        "role": "VIEWER",
        "amount": {"amountMinor": 115_000, "currency": "EUR"},
    }


def test_text_is_withheld_however_deep_it_lies() -> None:
    found = redacted({"password": "secret", "lines": [{"note": "secret", "parts": ("secret",)}], "other": object()})
    assert found == {"password": WITHHELD, "lines": [{"note": WITHHELD, "parts": [WITHHELD]}], "other": WITHHELD}


def test_a_currency_is_no_text_but_what_only_calls_itself_one_is() -> None:
    assert redacted({"currency": "EUR"}) == {"currency": "EUR"}
    assert redacted({"currency": "a secret"}) == {"currency": WITHHELD}
