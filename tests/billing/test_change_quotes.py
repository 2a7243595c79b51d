"""Quotes of changes and the next charge: what they say before anything is written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.billing_calendar import Span
from domain.change_quotes import CreditMonth, quote
from domain.ids import new_id
from domain.money import Money
from domain.proration_lines import ProrationLine
from domain.prorations import ProrationKind
from domain.subscription_changes import ChangeTime, ProrationMode
from domain.subscription_plans import CreditSchedule
from domain.subscription_terms import PeriodTerms
from domain.taxes import TaxMode
from domain.upcoming_charges import UpcomingCharge
from tests.makers.subscription_terms import make_terms

JANUARY = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC))
AT = JANUARY.end - timedelta(days=21)
NOW = ChangeTime.NOW
STARTER = make_terms("Starter", 2000, rank=10, included_credits=100)
BUSINESS = make_terms("Business", 5000, rank=30, included_credits=400)


def test_billing_example_5_proration_is_quoted_line_by_line() -> None:
    made = quote(new_id(), STARTER, BUSINESS, JANUARY, is_staff=False, granted=100, at=AT)
    assert [(line.kind, line.amount, line.description) for line in made.lines] == [
        (ProrationKind.UNUSED_TIME, Money(-1355, "EUR"), "Unused time of Starter until 2027-02-01"),
        (ProrationKind.REMAINING_TIME, Money(3387, "EUR"), "Remaining time of Business until 2027-02-01"),
    ]
    assert (made.net, made.charged, made.credits) == (Money(2032, "EUR"), Money(2032, "EUR"), 203)
    assert (made.effective_at, made.period_amount) == (AT, Money(5000, "EUR"))


def test_billing_rule_14_a_downgrade_is_quoted_for_the_periods_end() -> None:
    made = quote(new_id(), BUSINESS, STARTER, JANUARY, is_staff=False, granted=400, at=AT)
    assert (made.effective, made.effective_at, made.lines, made.credits) == (ChangeTime.PERIOD_END, JANUARY.end, (), 0)


@pytest.mark.parametrize("mode", [ProrationMode.CREATE_PRORATIONS, ProrationMode.NONE])
def test_billing_rule_15_credits_come_only_with_a_proration_that_is_paid(mode: ProrationMode) -> None:
    made = quote(
        new_id(), STARTER, BUSINESS, JANUARY, mode=mode, effective=ChangeTime.NOW, is_staff=True, granted=100, at=AT
    )
    assert (made.charged, made.credits) == (Money(0, "EUR"), 0)


def test_billing_rule_15_of_credits_by_the_month_an_upgrade_adds_to_this_month() -> None:
    year = Span(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC))
    small, large = (replace(one, months=12, credit_schedule=CreditSchedule.MONTHLY) for one in (STARTER, BUSINESS))
    small, large = replace(small, included_credits=1200), replace(large, included_credits=4800)
    made = quote(new_id(), small, large, year, is_staff=False, granted=300, month=CreditMonth(2, JANUARY), at=AT)
    assert made.credits == 300 * 21 // 31


def test_billing_rule_14_a_year_is_quoted_whole_less_the_rest_of_the_month() -> None:
    year = replace(STARTER, price_id=new_id(), amount_minor=20_000, months=12)
    made = quote(new_id(), STARTER, year, JANUARY, is_staff=False, granted=100, at=AT)
    assert [(line.amount.amount_minor, line.description) for line in made.lines] == [
        (-1355, "Unused time of Starter until 2027-02-01"),
        (20_000, "Starter"),
    ]
    assert (made.starts_period, made.charged_minor, made.credits) == (True, 18_645, 0)


def waiting(amount_minor: int) -> ProrationLine:
    return ProrationLine(
        id=new_id(),
        subscription_id=new_id(),
        change_id=None,
        kind=ProrationKind.UNUSED_TIME,
        description="Unused time of Business until 2027-02-01",
        quantity=1,
        tax_code=None,
        tax_mode=TaxMode.EXCLUSIVE,
        amount_minor=amount_minor,
        currency="EUR",
        period_id=None,
        created_at=AT,
    )


@pytest.mark.parametrize(("waits", "net", "carried"), [(0, 2000, 0), (-1355, 645, 0), (-2500, 0, -500), (32, 2032, 0)])
def test_billing_rule_14_the_next_charge_takes_up_what_waits_and_is_never_below_zero(
    waits: int, net: int, carried: int
) -> None:
    charge = UpcomingCharge(subscription_id=new_id(), period=JANUARY, terms=STARTER, waiting=(waiting(waits),))
    assert (charge.net, charge.carried_over) == (Money(net, "EUR"), Money(carried, "EUR"))
    assert (charge.due_at, charge.amount, charge.quantity) == (JANUARY.start, Money(2000, "EUR"), 1)


def test_terms_survive_being_stored() -> None:
    assert PeriodTerms.of_document(BUSINESS.as_document()) == BUSINESS
