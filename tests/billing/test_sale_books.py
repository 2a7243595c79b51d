"""The books of what Milepost sells: a whole story is sound, and every corruption of it is found and named."""

import pytest

from tests.billing.test_invoiced_subscriptions import JUNE, MOMENT, invoiced
from tests.billing.test_waived_periods import waive
from tests.makers.books import broken_by
from tests.makers.payouts import wrong_books
from tests.makers.sales import buy, make_product
from tests.world import World


async def make_story(world: World) -> None:
    """A product for some days that was paid, and refunded in part."""
    bought = await buy(world, await make_product(world, access_days=30))
    await world.settle()
    await bought.refund(1_000)
    await world.settle()


async def test_a_story_of_sales_leaves_sound_books(world: World) -> None:
    await make_story(world)
    assert await wrong_books(world) == []


async def test_an_invoice_that_asks_for_a_period_is_open_and_unpaid_and_void_when_nobody_is_asked(world: World) -> None:
    subscribed, staff = await invoiced(world)
    await subscribed.live_until(JUNE + MOMENT)
    assert await wrong_books(world) == []
    await waive(subscribed, staff)
    assert await wrong_books(world) == []
    assert await broken_by(world, "UPDATE sales SET status = 'PENDING' WHERE status = 'CANCELED'") == {"SALE"}


CORRUPTIONS = {
    "a sale has another price": (
        "UPDATE sales SET net_minor = net_minor + 1, total_minor = total_minor + 1",
        {"SALE", "SALE_BOOKED", "SALE_EARNED"},
    ),
    "more is earned than is posted": ("UPDATE sales SET delivered_minor = delivered_minor + 1", {"SALE_EARNED"}),
    "more was given back than is posted": ("UPDATE sales SET refunded_minor = refunded_minor + 1", {"SALE_TAKEN_BACK"}),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
async def test_every_corruption_is_found(world: World, corruption: str) -> None:
    statement, expected = CORRUPTIONS[corruption]
    await make_story(world)
    assert await broken_by(world, statement) == expected
