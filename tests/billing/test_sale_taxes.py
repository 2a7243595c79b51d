"""Taxes of what Milepost sells: asked when it is sold, and what happens while nobody can tell."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.ids import new_id
from domain.sale_taxes import NoService, TaxQuote, TaxTreatment
from domain.subscription_periods import PeriodStatus
from domain.taxes import TaxCategory
from persistence.sale_taxes import use_taxes
from tests.billing.test_sales import Nineteen, Silent
from tests.makers.invariants import broken
from tests.makers.subscriptions import make_plan, move_to, subscribe
from tests.world import World


@pytest.fixture(autouse=True)
def _no_taxes_afterwards() -> Iterator[None]:
    yield
    use_taxes(NoService())


def test_a_tax_has_one_id_wherever_it_is_named() -> None:
    seller = new_id()
    reverse = TaxQuote(0, "DE", TaxTreatment.REVERSE_CHARGE).tax_type(seller)
    assert reverse.id == TaxQuote(0, "DE", TaxTreatment.REVERSE_CHARGE).tax_type(seller).id
    assert reverse.id != TaxQuote(0, "FR", TaxTreatment.REVERSE_CHARGE).tax_type(seller).id
    assert (reverse.name, reverse.category, reverse.rate_bps) == ("Reverse charge DE", TaxCategory.AE, 0)


def test_only_what_is_standard_has_a_rate() -> None:
    with pytest.raises(ValueError, match="EXEMPT at 1900 basis points is no tax"):
        TaxQuote(1_900, "DE", TaxTreatment.EXEMPT)


async def test_a_renewal_waits_a_day_for_its_taxes_and_then_takes_those_of_before(world: World) -> None:
    use_taxes(Nineteen())
    subscribed = await subscribe(world, await make_plan(world))
    ends_at = (await subscribed.now()).current_period_end
    assert ends_at is not None
    use_taxes(Silent())

    await move_to(world, ends_at + timedelta(hours=23))
    assert len(await subscribed.periods()) == 1

    await move_to(world, ends_at + timedelta(hours=24))
    first, second = await subscribed.periods()
    assert (first.needs_tax_review, second.needs_tax_review) == (False, True)
    assert (second.status, second.period_start) == (PeriodStatus.PAID, ends_at)
    assert await broken(world) == []
