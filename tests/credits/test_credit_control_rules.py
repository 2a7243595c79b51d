"""Budgets of apps, tariffs, adjustments by hand and the months of summaries: the rules by themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.actors import SYSTEM
from domain.app_credit_budgets import AppCreditBudget, BudgetTerms, new_budget, next_month
from domain.credit_adjustments import CreditAdjustmentStatus, ask_for, needs_second_person
from domain.credit_lots import LotSource
from domain.credit_summaries import Movement, due_at, latest_due, publish
from domain.credit_tariffs import set_tariff
from domain.credit_transactions import CreditTransactionType as Type
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused

NOW = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)


def budget(**terms: int | None) -> AppCreditBudget:
    made = new_budget(new_id(), new_id())
    empty = {"monthly_limit": None, "per_call_limit": None, "alert_percent": None}
    made.write(BudgetTerms(**empty | terms), by=SYSTEM, at=NOW)
    made.take_events()
    return made


def refused(call: Any) -> Refused:
    with pytest.raises(Refused) as raised:
        call()
    return raised.value


def test_an_app_without_limits_uses_up_what_there_is() -> None:
    budget().admit(10**9, used=10**12, by=SYSTEM, at=NOW)


def test_the_limit_of_a_call_is_reached_whatever_the_month_has_seen() -> None:
    budget(per_call_limit=5).admit(5, used=1_000, by=SYSTEM, at=NOW)
    refusal = refused(lambda: budget(per_call_limit=5).admit(6, used=0, by=SYSTEM, at=NOW)).refusal
    assert (refusal.code, refusal.used, refusal.limit, refusal.reset_at) == (RefusalCode.LIMIT_REACHED, 6, 5, None)


def test_the_limit_of_a_month_is_reached_until_the_next_month_in_utc() -> None:
    budget(monthly_limit=100).admit(10, used=90, by=SYSTEM, at=NOW)
    refusal = refused(lambda: budget(monthly_limit=100).admit(11, used=90, by=SYSTEM, at=NOW)).refusal
    assert (refusal.code, refusal.used, refusal.limit) == (RefusalCode.LIMIT_REACHED, 90, 100)
    assert refusal.reset_at == datetime(2026, 7, 1, tzinfo=UTC) == next_month(NOW)
    assert next_month(datetime(2026, 12, 31, 23, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_an_organization_is_told_once_a_month_that_an_app_nears_its_limit() -> None:
    of_app = budget(monthly_limit=100, alert_percent=80)
    of_app.admit(10, used=69, by=SYSTEM, at=NOW)
    assert of_app.take_events() == []
    of_app.admit(1, used=79, by=SYSTEM, at=NOW)
    of_app.admit(1, used=80, by=SYSTEM, at=NOW)
    assert [one.type for one in of_app.take_events()] == ["app_credit_budget.alert_reached"]
    of_app.admit(80, used=0, by=SYSTEM, at=NOW + timedelta(seconds=1))
    assert [dict(one.data) for one in of_app.take_events()] == [{"used": 80, "limit": 100}]


@pytest.mark.parametrize("terms", [{"monthly_limit": -1}, {"per_call_limit": -1}, {"alert_percent": 80}])
def test_a_budget_is_sound(terms: dict[str, int]) -> None:
    assert refused(lambda: budget(**terms)).code is RefusalCode.INVALID


@pytest.mark.parametrize(
    ("delta", "before", "waits"),
    [(900, 0, False), (200, 900, True), (100, 900, False), (-101, 900, True), (1_000, 0, False), (-1_001, 0, True)],
)
def test_credits_example_9_four_eyes(delta: int, before: int, waits: bool) -> None:
    assert needs_second_person(delta, before) is waits


def test_an_adjustment_says_why_and_changes_something() -> None:
    def asked(delta: int, reason: str) -> Any:
        return ask_for(new_id(), new_id(), delta, reason, waits=False, by=SYSTEM, at=NOW)

    assert asked(5, "Booked twice by us.").status is CreditAdjustmentStatus.POSTED
    wrong = refused(lambda: asked(0, "Too short"))
    assert {one.path for one in wrong.problems} == {("delta",), ("reason",)}


def test_a_tariff_begins_now_or_later() -> None:
    assert set_tariff("gigs.boost", 5, None, by=SYSTEM, at=NOW).starts_at == NOW
    wrong = refused(lambda: set_tariff("Boost!", 0, NOW - timedelta(seconds=1), by=SYSTEM, at=NOW))
    assert {one.path for one in wrong.problems} == {("actionCode",), ("credits",), ("startsAt",)}


def test_the_summary_of_a_month_is_published_on_the_first_at_three() -> None:
    assert due_at(date(2026, 12, 1)) == datetime(2027, 1, 1, 3, tzinfo=UTC)
    assert latest_due(datetime(2027, 1, 1, 2, 59, tzinfo=UTC)) == date(2026, 11, 1)
    assert latest_due(datetime(2027, 1, 1, 3, tzinfo=UTC)) == date(2026, 12, 1)


def test_credits_invariant_9_opening_and_movements_make_the_closing() -> None:
    app = new_id()
    movements = [
        Movement(type=Type.PURCHASE, quantity=200, source=LotSource.PURCHASE),
        Movement(type=Type.GRANT, quantity=50, source=LotSource.GRANT),
        Movement(type=Type.SPEND, quantity=-30, source=LotSource.GRANT),
        Movement(type=Type.HOLD, quantity=-12, source=LotSource.PURCHASE, app_id=app),
        Movement(type=Type.REFUND, quantity=5, source=LotSource.PURCHASE),
        Movement(type=Type.EXPIRE, quantity=-20, source=LotSource.GRANT),
        Movement(type=Type.ROLLOVER, quantity=-70, source=LotSource.SUBSCRIPTION),
        Movement(type=Type.ROLLOVER, quantity=70, source=LotSource.ROLLOVER),
        Movement(type=Type.ADJUST, quantity=-4, source=LotSource.PURCHASE),
        Movement(type=Type.REVERSAL, quantity=1, source=LotSource.PURCHASE),
        Movement(type=Type.TRANSFER_IN, quantity=8, source=LotSource.TRANSFER),
        Movement(type=Type.TRANSFER_OUT, quantity=-9, source=LotSource.PURCHASE),
        Movement(type=Type.CLAWBACK, quantity=-40, source=LotSource.PURCHASE),
    ]
    summary = publish(new_id(), new_id(), date(2026, 6, 1), 100, movements, at=NOW)
    assert (summary.spent, summary.refunded, summary.expired, summary.adjusted) == (42, 5, 20, -3)
    assert (summary.transferred_in, summary.transferred_out, summary.clawed_back) == (8, 9, 40)
    assert (summary.by_source, summary.by_app) == ({"GRANT": 50, "PURCHASE": 200}, {f"app_{app.hex}": 12})
    given = sum(summary.by_source.values())
    came = given + summary.refunded + summary.transferred_in + summary.adjusted
    left = summary.spent + summary.expired + summary.transferred_out + summary.clawed_back
    assert summary.opening + came - left == summary.closing == 249
