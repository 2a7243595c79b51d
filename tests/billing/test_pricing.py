"""What quantities come to: tiers, seats, and rounding once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import CatalogueStatus
from domain.ids import new_id
from domain.prices import Price, PriceInterval, PriceModel, TaxBehavior, Tier
from domain.pricing import amount_of, require_quantity, tiered_amount
from domain.refusals import Refused

SIX_TIERS = (
    Tier(up_to=1_000, unit_amount=Decimal(0)),
    Tier(up_to=10_000, unit_amount=Decimal("0.5")),
    Tier(up_to=None, unit_amount=Decimal("0.2")),
)


def a_price(model: PriceModel, unit_minor: int = 0, tiers: tuple[Tier, ...] = ()) -> Price:
    price = Price(
        id=new_id(),
        product_id=new_id(),
        app_id=None,
        owner_organization_id=None,
        currency="EUR",
        model=model,
        unit_amount_minor=unit_minor,
        tiers=tiers,
        interval=PriceInterval.MONTH,
        interval_count=1,
        meter_id=None,
        tax_behavior=TaxBehavior.EXCLUSIVE,
        access_days=None,
        provider_price_id=None,
        is_variant=False,
    )
    price.status = CatalogueStatus.ACTIVE
    return price


def test_billing_example_6_tiers() -> None:
    assert amount_of(a_price(PriceModel.GRADUATED, tiers=SIX_TIERS), 12_345) == 4_969
    assert amount_of(a_price(PriceModel.VOLUME, tiers=SIX_TIERS), 12_345) == 2_469


def test_the_end_of_a_tier_belongs_to_it() -> None:
    assert tiered_amount(PriceModel.VOLUME, SIX_TIERS, 1_000) == 0
    assert tiered_amount(PriceModel.VOLUME, SIX_TIERS, 1_001) == 501
    assert tiered_amount(PriceModel.VOLUME, SIX_TIERS, 10_000) == 5_000
    assert tiered_amount(PriceModel.VOLUME, SIX_TIERS, 10_001) == 2_000
    assert tiered_amount(PriceModel.GRADUATED, SIX_TIERS, 10_000) == 4_500


def test_flat_parts_come_with_the_first_unit_of_a_tier() -> None:
    tiers = (Tier(up_to=10, unit_amount=Decimal(1), flat_minor=100), Tier(up_to=None, unit_amount=Decimal(2)))
    with_flat = (*tiers[:1], Tier(up_to=None, unit_amount=Decimal(2), flat_minor=7))
    assert [tiered_amount(PriceModel.GRADUATED, with_flat, used) for used in (0, 1, 10, 11)] == [0, 101, 110, 119]
    assert [tiered_amount(PriceModel.VOLUME, with_flat, used) for used in (0, 1, 10, 11)] == [0, 101, 110, 29]


def test_a_flat_price_is_the_same_for_any_quantity_and_seats_multiply() -> None:
    assert amount_of(a_price(PriceModel.FLAT, 1_500), 7) == 1_500
    assert amount_of(a_price(PriceModel.PER_SEAT, 1_500), 7) == 10_500


def test_sums_that_no_decimal_context_holds_stay_exact() -> None:
    tier = Tier(up_to=None, unit_amount=Decimal("99999999999.999999"))
    assert tiered_amount(PriceModel.VOLUME, (tier,), Decimal("99999999999.999999")) == 9_999_999_999_999_999_800_000


@given(
    used=st.decimals(0, 10**9, places=6),
    ends=st.lists(st.integers(1, 10**9), unique=True, max_size=5),
    data=st.data(),
)
def test_billing_rule_22_each_line_is_the_exact_sum_rounded_once(
    used: Decimal, ends: list[int], data: st.DataObject
) -> None:
    cents = st.decimals(0, 1_000, places=6)
    tiers = tuple(
        Tier(up_to=end, unit_amount=data.draw(cents), flat_minor=data.draw(st.integers(0, 500)))
        for end in [*sorted(ends), None]
    )
    exact, before = Fraction(0), Fraction(0)
    for tier in tiers:
        end = Fraction(used) if tier.up_to is None else min(Fraction(used), Fraction(tier.up_to))
        if end > before:
            exact += (end - before) * Fraction(tier.unit_amount) + tier.flat_minor
            before = end
    assert tiered_amount(PriceModel.GRADUATED, tiers, used) == int(exact + Fraction(1, 2))


@pytest.mark.parametrize(("model", "quantity"), [(PriceModel.FLAT, 2), (PriceModel.PER_SEAT, 0)])
def test_a_quantity_that_cannot_be_bought_is_refused(model: PriceModel, quantity: int) -> None:
    with pytest.raises(Refused) as refused:
        require_quantity(a_price(model, 100), None, quantity)
    assert refused.value.refusal.path == ("quantity",)
