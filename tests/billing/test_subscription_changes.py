"""Changes of a subscription: which way they go, when they take effect, and what they charge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.billing_calendar import Span, anchored_at
from domain.ids import new_id
from domain.prices import TaxBehavior
from domain.prorations import net_of
from domain.refusals import RefusalCode, Refused
from domain.subscription_changes import (
    ChangeDirection,
    ChangeTime,
    Course,
    ProrationMode,
    charged_now,
    counted_on,
    decide,
    direction,
    lines_of,
    require_seats,
)
from domain.subscription_terms import PeriodTerms
from tests.makers.subscription_terms import make_terms

CREATE, INVOICE, NONE = ProrationMode.CREATE_PRORATIONS, ProrationMode.ALWAYS_INVOICE, ProrationMode.NONE
NOW, END = ChangeTime.NOW, ChangeTime.PERIOD_END
UP, DOWN = ChangeDirection.UPGRADE, ChangeDirection.DOWNGRADE

MONTH = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC))
AT = MONTH.end - timedelta(days=21)

STARTER = make_terms("Starter", 2000, rank=10, quantity=3)
BUSINESS = replace(STARTER, price_id=new_id(), name="Business", amount_minor=5000, rank=30)
STARTER_BY_THE_YEAR = replace(STARTER, price_id=new_id(), amount_minor=20_000, months=12)
MORE_SEATS, FEWER_SEATS = replace(STARTER, quantity=4), replace(STARTER, quantity=2)
DEARER_STARTER = replace(STARTER, price_id=new_id(), amount_minor=2500)


def with_credits(terms: PeriodTerms, credits: int = 100) -> PeriodTerms:
    return replace(terms, included_credits=credits)


def test_billing_terms_an_upgrade_is_a_higher_rank_or_more_seats_or_month_to_year() -> None:
    assert direction(STARTER, BUSINESS) is UP
    assert direction(STARTER, MORE_SEATS) is UP
    assert direction(STARTER, STARTER_BY_THE_YEAR) is UP
    assert direction(BUSINESS, STARTER) is DOWN
    assert direction(STARTER, FEWER_SEATS) is DOWN
    assert direction(STARTER_BY_THE_YEAR, STARTER) is DOWN
    assert direction(STARTER, DEARER_STARTER) is DOWN


def test_a_lower_rank_is_a_downgrade_whatever_else_grows() -> None:
    assert direction(BUSINESS, replace(STARTER, quantity=99)) is DOWN
    assert direction(BUSINESS, STARTER_BY_THE_YEAR) is DOWN
    assert direction(STARTER, replace(BUSINESS, quantity=1)) is UP


def test_billing_rule_14_an_upgrade_is_charged_now_and_a_downgrade_waits_without_lines() -> None:
    up = decide(STARTER, BUSINESS, None, None, is_staff=False)
    assert up == Course(direction=UP, mode=INVOICE, effective=NOW, starts_period=False)
    down = decide(BUSINESS, STARTER, None, None, is_staff=False)
    assert down == Course(direction=DOWN, mode=NONE, effective=END, starts_period=False)
    assert lines_of(down, BUSINESS, STARTER, MONTH, AT) == ()


def test_billing_example_5_the_net_is_charged_before_the_change_applies() -> None:
    course = decide(STARTER, BUSINESS, None, None, is_staff=False)
    lines = lines_of(course, STARTER, BUSINESS, MONTH, AT)
    assert [line.amount_minor for line in lines] == [-1355, 3387]
    assert charged_now(course, lines) == 2032


def test_billing_rule_14_created_prorations_wait_for_the_next_charge() -> None:
    course = decide(STARTER, BUSINESS, CREATE, None, is_staff=False)
    lines = lines_of(course, STARTER, BUSINESS, MONTH, AT)
    assert (course.effective, net_of(lines), charged_now(course, lines)) == (NOW, 2032, 0)


@pytest.mark.parametrize("mode", [CREATE, INVOICE])
def test_billing_rule_14_a_downgrade_at_once_is_never_paid_out(mode: ProrationMode) -> None:
    course = decide(BUSINESS, STARTER, mode, NOW, is_staff=False)
    lines = lines_of(course, BUSINESS, STARTER, MONTH, AT)
    assert (net_of(lines), charged_now(course, lines)) == (-2032, 0)


@pytest.mark.parametrize("mode", [None, CREATE, INVOICE, NONE])
def test_billing_rule_14_at_the_periods_end_nothing_is_prorated(mode: ProrationMode | None) -> None:
    course = decide(STARTER, BUSINESS, mode, END, is_staff=False)
    assert (course.effective, course.mode) == (END, NONE)


def test_billing_rule_14_without_lines_customers_wait_and_staff_need_not() -> None:
    assert decide(STARTER, BUSINESS, NONE, None, is_staff=False).effective is END
    assert decide(STARTER, BUSINESS, NONE, None, is_staff=True).effective is NOW
    assert decide(BUSINESS, STARTER, NONE, NOW, is_staff=True).effective is NOW
    assert decide(BUSINESS, STARTER, NONE, None, is_staff=True).effective is END
    with pytest.raises(Refused, match="Only staff") as refused:
        decide(STARTER, BUSINESS, NONE, NOW, is_staff=False)
    assert (refused.value.code, refused.value.refusal.path) == (RefusalCode.FORBIDDEN, ("effective",))


@pytest.mark.parametrize("is_staff", [False, True])
def test_billing_rule_14_a_year_becomes_a_month_only_at_its_end(is_staff: bool) -> None:
    assert decide(STARTER_BY_THE_YEAR, BUSINESS, None, None, is_staff=is_staff).effective is END
    with pytest.raises(Refused, match="shorter period") as refused:
        decide(STARTER_BY_THE_YEAR, STARTER, None, NOW, is_staff=is_staff)
    assert (refused.value.code, refused.value.refusal.path) == (RefusalCode.INVALID, ("effective",))


def test_prices_with_and_without_tax_are_not_offset_against_each_other() -> None:
    inclusive = replace(BUSINESS, tax_behavior=TaxBehavior.INCLUSIVE)
    assert decide(STARTER, inclusive, None, None, is_staff=False).effective is END
    with pytest.raises(Refused, match="contains the tax") as refused:
        decide(STARTER, inclusive, None, NOW, is_staff=False)
    assert refused.value.refusal.path == ("effective",)


def test_billing_rule_14_a_month_becomes_a_year_in_a_new_period_at_once() -> None:
    course = decide(STARTER, STARTER_BY_THE_YEAR, None, None, is_staff=False)
    assert course == Course(direction=UP, mode=INVOICE, effective=NOW, starts_period=True)
    lines = lines_of(course, STARTER, STARTER_BY_THE_YEAR, MONTH, AT)
    assert [line.amount_minor for line in lines] == [-1355, 20_000]


@pytest.mark.parametrize("mode", [CREATE, NONE])
def test_a_new_period_at_once_is_charged_at_once(mode: ProrationMode) -> None:
    with pytest.raises(Refused, match="choose ALWAYS_INVOICE") as refused:
        decide(STARTER, STARTER_BY_THE_YEAR, mode, NOW, is_staff=True)
    assert refused.value.refusal.path == ("prorationMode",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (with_credits(BUSINESS), STARTER),
        (BUSINESS, with_credits(STARTER)),
        (with_credits(STARTER), with_credits(FEWER_SEATS)),
        (with_credits(STARTER), with_credits(replace(BUSINESS, quantity=2), 400)),
    ],
)
def test_billing_rule_15_with_credits_less_plan_or_seats_wait_for_the_periods_end(
    old: PeriodTerms, new: PeriodTerms
) -> None:
    assert decide(old, new, CREATE, None, is_staff=True).effective is END
    with pytest.raises(Refused, match="includes credits") as refused:
        decide(old, new, CREATE, NOW, is_staff=True)
    assert refused.value.refusal.path == ("effective",)


def test_billing_rule_15_an_upgrade_with_credits_need_not_wait() -> None:
    assert decide(with_credits(STARTER), with_credits(BUSINESS, 400), None, None, is_staff=False).effective is NOW


def test_a_change_must_change_something_and_keeps_the_currency() -> None:
    with pytest.raises(Refused, match="already"):
        decide(STARTER, replace(STARTER), None, None, is_staff=False)
    with pytest.raises(Refused, match="paid in EUR"):
        decide(STARTER, replace(BUSINESS, currency="USD"), None, None, is_staff=False)


def test_billing_rule_18_no_fewer_seats_than_are_assigned() -> None:
    require_seats(2, assigned=2)
    with pytest.raises(Refused, match="release some") as refused:
        require_seats(2, assigned=3)
    said = refused.value.refusal
    assert (said.code, said.used, said.limit, said.path) == (RefusalCode.LIMIT_REACHED, 3, 2, ("quantity",))


@pytest.mark.parametrize(
    ("months", "number", "becomes", "counted"),
    [(12, 1, 1, 12), (12, 2, 1, 24), (6, 3, 12, 0), (1, 12, 12, 1), (1, 5, 3, 0)],
)
def test_periods_of_another_length_go_on_where_the_last_one_ended(
    months: int, number: int, becomes: int, counted: int
) -> None:
    anchor = anchored_at(datetime(2027, 1, 31, 9, 0, tzinfo=UTC), time_zone="Europe/Paris", months=months)
    following, first = counted_on(anchor, number, becomes)
    assert (following.months, first) == (becomes, counted)
    assert following.start_of(first) == anchor.start_of(number)
    assert following.day == 31


def test_after_a_short_month_a_new_length_still_means_the_anchors_day() -> None:
    anchor = anchored_at(datetime(2027, 1, 31, 9, 0, tzinfo=UTC), time_zone="UTC", months=1)
    following, first = counted_on(anchor, 1, 12)
    assert (following.start_of(first), first) == (datetime(2027, 2, 28, 9, 0, tzinfo=UTC), 0)
    assert following.start_of(1) == datetime(2028, 2, 29, 9, 0, tzinfo=UTC)
