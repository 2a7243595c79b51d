"""Codes: what they take off, when and for whom they count, and what staff may write."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import SYSTEM
from domain.credit_promotions import Audience, CreditPromotion, PromotionKind
from domain.ids import new_id
from domain.money import Money
from domain.organizations import OrganizationKind
from domain.promotion_drafts import PromotionTerms, create, update
from domain.promotion_redemptions import Buyer, discount_of, require_fit, require_redeemable
from domain.refusals import RefusalCode, Refused

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PRICE = Money(9999, "USD")
TERMS = PromotionTerms(
    code=" spring-20 ",
    kind=PromotionKind.PERCENTAGE,
    bps=2000,
    amount=None,
    credits=None,
    max_discount=Money(1500, "USD"),
    min_purchase=None,
    package_ids=[],
    audience=Audience(),
    starts_at=NOW,
    ends_at=NOW + timedelta(days=30),
    max_uses=None,
    uses_per_organization=1,
    credit_validity_days=90,
)
BUYER = Buyer(organization_id=new_id(), kind=OrganizationKind.CLIENT, has_bought=False)


def promotion(**other: Any) -> CreditPromotion:
    """Twenty percent off, at most 15.00, for a month; unless said."""
    written = create(replace(TERMS, **other), by=SYSTEM, at=NOW)
    written.activate(by=SYSTEM, at=NOW)
    return written


def fixed(**other: Any) -> CreditPromotion:
    kind = {"kind": PromotionKind.FIXED_AMOUNT, "bps": None, "amount": Money(500, "USD"), "max_discount": None}
    return promotion(**(kind | other))


def free(**other: Any) -> CreditPromotion:
    kind = {"kind": PromotionKind.FREE_CREDITS, "bps": None, "credits": 25, "max_discount": None}
    return promotion(**(kind | other))


def refusal_of(one: CreditPromotion, buyer: Buyer = BUYER, price: Money = PRICE, at: datetime = NOW) -> Any:
    with pytest.raises(Refused) as refused:
        require_fit(one, buyer, package_id=None, price=price, at=at)
    return refused.value.refusal


def test_credits_example_8_twenty_percent_of_99_99_are_limited_to_15() -> None:
    assert discount_of(promotion(max_discount=None), 9999) == 2000
    assert discount_of(promotion(), 9999) == 1500


def test_credits_rule_16_an_amount_takes_off_no_more_than_the_price() -> None:
    assert [discount_of(fixed(), price) for price in (9999, 500, 499, 0)] == [500, 500, 499, 0]


def test_credits_rule_16_free_credits_take_nothing_off() -> None:
    assert discount_of(free(package_ids=[new_id()]), 9999) == 0


@given(st.integers(0, 10**9), st.integers(1, 10_000), st.none() | st.integers(1, 10**9))
def test_credits_rule_16_a_discount_is_capped_by_its_limit_and_by_the_price(
    price: int, bps: int, most: int | None
) -> None:
    limit = None if most is None else Money(most, "USD")
    discount = discount_of(promotion(bps=bps, max_discount=limit), price)
    assert 0 <= discount <= price
    assert most is None or discount <= most


def test_a_code_is_stored_in_capitals_without_blanks() -> None:
    assert promotion().code == "SPRING-20"


@pytest.mark.parametrize(
    ("at", "state"), [(NOW - timedelta(seconds=1), "NOT_STARTED"), (NOW + timedelta(days=30), "ENDED")]
)
def test_credits_rule_18_outside_of_its_window_a_code_is_in_the_wrong_state(at: datetime, state: str) -> None:
    refusal = refusal_of(promotion(), at=at)
    assert (refusal.code, refusal.from_state) == (RefusalCode.WRONG_STATE, state)


def test_credits_rule_18_a_code_counts_from_its_first_instant_to_the_one_before_its_end() -> None:
    for at in (NOW, NOW + timedelta(days=30) - timedelta(microseconds=1)):
        require_fit(promotion(), BUYER, package_id=None, price=PRICE, at=at)


def test_credits_rule_18_a_draft_a_paused_and_an_ended_code_are_in_the_wrong_state() -> None:
    paused, ended = promotion(), promotion()
    paused.pause(by=SYSTEM, at=NOW)
    ended.end(by=SYSTEM, at=NOW)
    states = [refusal_of(one).from_state for one in (create(TERMS, by=SYSTEM, at=NOW), paused, ended)]
    assert states == ["DRAFT", "PAUSED", "ENDED"]


@pytest.mark.parametrize(
    "misfit",
    [
        promotion(package_ids=[new_id()]),
        promotion(min_purchase=Money(10_000, "USD")),
        promotion(max_discount=Money(1500, "EUR")),
        promotion(audience=Audience(kinds=[OrganizationKind.AGENCY])),
        promotion(audience=Audience(organization_ids=[new_id()])),
        promotion(audience=Audience(kinds=[OrganizationKind.CLIENT], organization_ids=[new_id()])),
        free(),
    ],
)
def test_credits_rule_18_a_code_for_something_else_is_invalid_at_code(misfit: CreditPromotion) -> None:
    refusal = refusal_of(misfit)
    assert (refusal.code, refusal.path) == (RefusalCode.INVALID, ("code",))


def test_credits_rule_18_a_code_for_the_first_purchase_is_invalid_for_the_second() -> None:
    first = promotion(audience=Audience(first_purchase_only=True))
    require_fit(first, BUYER, package_id=None, price=PRICE, at=NOW)
    assert refusal_of(first, replace(BUYER, has_bought=True)).path == ("code",)


def test_credits_rule_16_free_credits_with_packages_come_with_one_of_them_only() -> None:
    package_id = new_id()
    with_package = free(package_ids=[package_id])
    require_fit(with_package, BUYER, package_id=package_id, price=PRICE, at=NOW)
    with pytest.raises(Refused) as refused:
        require_redeemable(with_package, BUYER, at=NOW)
    assert refused.value.refusal.path == ("code",)
    require_redeemable(free(), BUYER, at=NOW)


def test_a_draft_names_everything_that_does_not_fit_its_kind() -> None:
    wrong = replace(
        TERMS,
        code="é",
        kind=PromotionKind.FREE_CREDITS,
        max_discount=Money(1, "USD"),
        min_purchase=Money(1, "EUR"),
        ends_at=NOW,
        max_uses=0,
        uses_per_organization=0,
    )
    with pytest.raises(Refused) as refused:
        create(wrong, by=SYSTEM, at=NOW)
    paths = [problem.path[0] for problem in refused.value.problems]
    assert paths == [
        "code",
        "bps",
        "credits",
        "maxDiscount",
        "minPurchase",
        "minPurchase",
        "endsAt",
        "maxUses",
        "usesPerOrganization",
    ]


def test_an_update_changes_when_and_how_often_but_not_below_what_was_used() -> None:
    running = promotion(max_uses=10)
    running.uses = 7
    update(running, {"max_uses": 7, "ends_at": NOW + timedelta(days=60)}, by=SYSTEM, at=NOW)
    assert (running.max_uses, running.ends_at) == (7, NOW + timedelta(days=60))
    with pytest.raises(Refused) as refused:
        update(running, {"max_uses": 6, "ends_at": NOW}, by=SYSTEM, at=NOW)
    assert [problem.path for problem in refused.value.problems] == [("endsAt",), ("maxUses",)]


def test_an_ended_promotion_is_not_changed_any_more() -> None:
    ended = promotion()
    ended.end(by=SYSTEM, at=NOW)
    with pytest.raises(Refused) as refused:
        update(ended, {"max_uses": 1}, by=SYSTEM, at=NOW)
    assert refused.value.code is RefusalCode.WRONG_STATE
