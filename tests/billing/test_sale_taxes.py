"""Taxes of what Milepost sells: asked when it is sold, and what happens while nobody can tell."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.ids import new_id
from domain.prices import TaxBehavior
from domain.sale_taxes import NoService, TaxQuote, TaxTreatment
from domain.sales import Sale
from domain.subscription_changes import ProrationMode
from domain.subscription_periods import PeriodStatus
from domain.taxes import TaxCategory
from persistence.sale_taxes import use_taxes
from tests.billing.test_sales import Nineteen, Silent
from tests.billing.test_usage import event, record
from tests.billing.test_usage_closing import DAY, subscribed_with_usage, upcoming
from tests.makers.invariants import broken
from tests.makers.subscription_changes import change
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


@pytest.mark.parametrize(
    ("before", "after", "net", "tax"),
    [
        (TaxBehavior.EXCLUSIVE, TaxBehavior.INCLUSIVE, 1_681 + 4_969, 319 + 944),
        (TaxBehavior.INCLUSIVE, TaxBehavior.EXCLUSIVE, 2_000 + 4_176, 380 + 793),
    ],
)
async def test_what_was_used_is_taxed_as_its_price_says_whatever_it_is_charged_with(
    world: World, before: TaxBehavior, after: TaxBehavior, net: int, tax: int
) -> None:
    use_taxes(Nineteen())
    subscribed, _ = await subscribed_with_usage(world, behavior=before)
    await record(subscribed.buyer, event(world, "a", value="12345"))
    [first] = await subscribed.periods()
    await subscribed.live_until(first.period_end + DAY)
    await change(subscribed, await make_plan(world, behavior=after), mode=ProrationMode.NONE)
    total, *_ = await upcoming(subscribed)

    await subscribed.live_until((await subscribed.periods())[1].period_end)

    third = (await subscribed.periods())[2]
    async with world.database.reader() as session:
        sale = await session.get_one(Sale, third.sale_id)
    assert (sale.tax_mode, sale.net_minor, sale.tax_minor) == (after.tax_mode, net, tax)
    assert int(total) == third.amount_minor == net + (tax if after is TaxBehavior.INCLUSIVE else 0)
    assert await broken(world) == []
