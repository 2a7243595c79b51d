"""Contracts: terms in whole periods, notice in time, renewal at a raised price, and what an early end costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.actors import SYSTEM, Actor, ActorKind
from domain.billing_calendar import Span, anchored_at
from domain.catalogue import CatalogueStatus
from domain.contracts import (
    Contract,
    ContractStatus,
    ContractTerms,
    draw_up,
    periods_left,
    raised,
    termination_fee,
)
from domain.ids import new_id
from domain.permissions import Permission
from domain.prices import Price, PriceInterval, PriceModel, TaxBehavior, Tier
from domain.refusals import RefusalCode, Refused

START = datetime(2027, 1, 31, 9, 0, tzinfo=UTC)
YEAR = anchored_at(START, time_zone="UTC", months=12).period(0)
CUSTOMER_ID = new_id()
CUSTOMER = Actor(
    kind=ActorKind.USER,
    user_id=new_id(),
    organization_id=CUSTOMER_ID,
    permissions=frozenset({Permission.BILLING_MANAGE}),
)
STAFF = Actor(
    kind=ActorKind.USER, user_id=new_id(), organization_id=new_id(), permissions=frozenset({Permission.STAFF_MONEY})
)
CLOSES = YEAR.end - timedelta(days=30)


def contract(*, auto_renew: bool = True) -> Contract:
    """A signed one for a year, on a subscription that is paid by the month."""
    wanted = ContractTerms(term_months=12, auto_renew=auto_renew, uplift_bps=500, termination_fee_bps=5000)
    made = draw_up(wanted, subscription_id=new_id(), organization_id=CUSTOMER_ID, period_months=1, by=STAFF, at=START)
    made.activate(YEAR, by=STAFF, at=START)
    return made


def test_billing_rule_19_the_term_is_the_anchors_own_year() -> None:
    made = contract()
    assert (made.starts_at, made.ends_at) == (START, datetime(2028, 1, 31, 9, 0, tzinfo=UTC))
    assert (made.status, made.notice_closes_at) == (ContractStatus.ACTIVE, datetime(2028, 1, 1, 9, 0, tzinfo=UTC))


def test_billing_rule_19_customers_cannot_cancel_before_the_term_ends() -> None:
    made = contract()
    refused = made.refuses_cancellation(YEAR.end - timedelta(seconds=1))
    assert refused is not None
    assert refused.code is RefusalCode.WRONG_STATE
    assert made.refuses_cancellation(YEAR.end) is None


def test_billing_rule_19_notice_closes_30_days_before_the_end() -> None:
    made = contract()
    assert made.give_notice(by=CUSTOMER, at=CLOSES - timedelta(seconds=1)) == YEAR.end
    with pytest.raises(Refused, match="Notice closed") as refused:
        contract().give_notice(by=CUSTOMER, at=CLOSES)
    assert (refused.value.code, refused.value.refusal.from_state) == (RefusalCode.WRONG_STATE, "NOTICE_CLOSED")


def test_billing_rule_19_without_notice_a_term_follows_the_term() -> None:
    made = contract()
    assert not made.is_last_term
    end = datetime(2029, 1, 31, 9, 0, tzinfo=UTC)
    following = made.renew(end, at=YEAR.end)
    assert (following.starts_at, following.ends_at, following.follows_id) == (YEAR.end, end, made.id)
    assert (made.status, following.status) == (ContractStatus.RENEWED, ContractStatus.ACTIVE)
    assert [event.type for event in made.take_events()][-1] == "contract.renewed"


@pytest.mark.parametrize("gives_notice", [True, False])
def test_billing_rule_19_with_notice_or_without_renewal_the_contract_ends(gives_notice: bool) -> None:
    made = contract(auto_renew=gives_notice)
    if gives_notice:
        made.give_notice(by=CUSTOMER, at=START)
    assert made.is_last_term
    made.end(at=YEAR.end)
    assert made.status is ContractStatus.ENDED
    assert [event.type for event in made.take_events()][-1] == "contract.ended"


def test_notice_can_be_withdrawn_while_it_is_open() -> None:
    made = contract()
    with pytest.raises(Refused, match="No notice"):
        made.withdraw_notice(by=CUSTOMER, at=START)
    made.give_notice(by=CUSTOMER, at=START)
    with pytest.raises(Refused, match="already"):
        made.give_notice(by=CUSTOMER, at=START)
    made.withdraw_notice(by=CUSTOMER, at=CLOSES - timedelta(seconds=1))
    assert made.notice_given_at is None


def test_only_the_customer_gives_notice_and_only_staff_terminate() -> None:
    made = contract()
    with pytest.raises(Refused, match="not open to your side"):
        made.give_notice(by=STAFF, at=START)
    with pytest.raises(Refused, match="not open to your side"):
        made.terminate(0, "They moved away.", by=CUSTOMER, at=START)


def test_billing_rule_19_an_early_end_costs_a_share_of_what_was_not_billed() -> None:
    assert termination_fee(1999, 7, 5000) == 6997
    assert termination_fee(1999, 0, 5000) == 0
    made = contract()
    made.terminate(6997, "They close their shop.", by=STAFF, at=START)
    assert (made.status, made.fee_minor) == (ContractStatus.TERMINATED, 6997)


def price(unit_amount_minor: int, *tiers: Tier) -> Price:
    return Price(
        id=new_id(),
        app_id=None,
        owner_organization_id=None,
        product_id=new_id(),
        currency="EUR",
        model=PriceModel.GRADUATED if tiers else PriceModel.PER_SEAT,
        unit_amount_minor=unit_amount_minor,
        tiers=tiers,
        interval=PriceInterval.MONTH,
        interval_count=1,
        meter_id=None,
        tax_behavior=TaxBehavior.EXCLUSIVE,
        access_days=None,
        provider_price_id="price_1",
        is_variant=False,
    )


@pytest.mark.parametrize(("amount", "bps", "following"), [(1999, 500, 2099), (10, 500, 11), (1999, 0, 1999)])
def test_billing_rule_19_the_next_terms_price_is_rounded_once(amount: int, bps: int, following: int) -> None:
    made = raised(price(amount), bps, at=YEAR.end)
    assert (made.unit_amount_minor, made.status) == (following, CatalogueStatus.ARCHIVED)
    assert made.provider_price_id is None


def test_billing_rule_19_every_tier_of_the_next_terms_price_is_rounded_once() -> None:
    was = price(
        0, Tier(up_to=10, unit_amount=Decimal("0.5")), Tier(up_to=None, unit_amount=Decimal("0.000005"), flat_minor=10)
    )
    first, last = raised(was, 1000, at=YEAR.end).tiers
    assert (first.unit_amount, last.unit_amount, last.flat_minor) == (Decimal("0.550000"), Decimal("0.000006"), 11)


@pytest.mark.parametrize(("number", "left"), [(0, 11), (4, 7), (11, 0), (12, 0)])
def test_billing_rule_19_unbilled_are_the_periods_that_begin_before_the_term_ends(number: int, left: int) -> None:
    anchor = anchored_at(START, time_zone="Europe/Paris", months=1)
    assert periods_left(anchor, number, anchor.start_of(12)) == left


@pytest.mark.parametrize(
    ("terms", "period_months", "path"),
    [
        (ContractTerms(term_months=18), 1, "termMonths"),
        (ContractTerms(term_months=12), 5, "termMonths"),
        (ContractTerms(term_months=12, notice_days=-1), 1, "noticeDays"),
        (ContractTerms(term_months=12, uplift_bps=10_001), 1, "upliftBps"),
        (ContractTerms(term_months=12, termination_fee_bps=-1), 1, "terminationFeeBps"),
    ],
)
def test_terms_that_no_contract_has_are_refused(terms: ContractTerms, period_months: int, path: str) -> None:
    with pytest.raises(Refused) as refused:
        terms.check(period_months)
    assert [problem.path for problem in refused.value.problems] == [(path,)]


def test_a_contract_that_waits_for_signatures_binds_nobody() -> None:
    waiting = draw_up(
        ContractTerms(term_months=24),
        subscription_id=new_id(),
        organization_id=CUSTOMER_ID,
        period_months=12,
        by=SYSTEM,
        at=START,
    )
    assert (waiting.status, waiting.refuses_cancellation(START)) == (ContractStatus.PENDING_SIGNATURE, None)
    with pytest.raises(Refused, match="needs the contract to be ACTIVE"):
        waiting.give_notice(by=CUSTOMER, at=START)


def test_a_span_of_a_term_may_be_several_periods() -> None:
    anchor = anchored_at(START, time_zone="Europe/Paris", months=1)
    term = Span(anchor.start_of(3), anchor.start_of(27))
    made = draw_up(
        ContractTerms(term_months=24),
        subscription_id=new_id(),
        organization_id=CUSTOMER_ID,
        period_months=1,
        by=STAFF,
        at=START,
    )
    made.activate(term, by=STAFF, at=START)
    assert (made.starts_at, made.ends_at) == (
        datetime(2027, 4, 30, 8, 0, tzinfo=UTC),
        datetime(2029, 4, 30, 8, 0, tzinfo=UTC),
    )
