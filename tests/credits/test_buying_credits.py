"""Buying credits through the API: quotes, purchases, and what a verified payment brings."""

import asyncio
from uuid import UUID

from domain.credit_lots import LotSource
from domain.money import Money
from integrations.payments import Charged
from jobs.payment_outcomes import record_outcome
from jobs.payments import send_created
from schema.ids import global_id
from tests.makers.apps import PERMISSIONS, install, make_partner
from tests.makers.credit_buyers import STARTER, Buyer, make_buyer
from tests.makers.handling import exceptions
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, postings
from tests.world import World

QUOTE = """query($packageId: ID, $quantity: Int64, $currency: Currency!, $code: String) {
  creditQuote(packageId: $packageId, quantity: $quantity, currency: $currency, code: $code) {
    ... on CreditQuote { quantity freeCredits displayRate price { amountMinor } discount { amountMinor }
      total { amountMinor } package { code } }
    ... on Refusal { code path retryAfter } } }"""


async def test_a_quote_says_what_a_package_and_a_free_quantity_cost(world: World) -> None:
    buyer = await make_buyer(world)
    package = (await buyer.person.ask(QUOTE, packageId=STARTER, currency="USD"))["creditQuote"]
    assert package == {
        "quantity": "200",
        "freeCredits": "0",
        "displayRate": "0.1000",
        "price": {"amountMinor": "1999"},
        "discount": {"amountMinor": "0"},
        "total": {"amountMinor": "1999"},
        "package": {"code": "starter"},
    }
    free = (await buyer.person.ask(QUOTE, quantity=137, currency="USD"))["creditQuote"]
    assert (free["price"]["amountMinor"], free["package"]) == ("1370", None)


async def test_credits_rule_10_a_currency_without_a_price_and_a_quantity_out_of_bounds_are_invalid(
    world: World,
) -> None:
    buyer = await make_buyer(world)
    for wanted, path in (
        ({"quantity": 100, "currency": "EUR"}, ["currency"]),
        ({"packageId": STARTER, "currency": "EUR"}, ["currency"]),
        ({"quantity": 9, "currency": "USD"}, ["quantity"]),
        ({"quantity": 10, "packageId": STARTER, "currency": "USD"}, ["quantity"]),
    ):
        refused = (await buyer.person.ask(QUOTE, **wanted))["creditQuote"]
        assert (refused["code"], refused["path"]) == ("INVALID", path)


async def test_credits_rule_8_nothing_is_there_before_the_payment_is_verified(world: World) -> None:
    buyer = await make_buyer(world)
    method = await make_method(buyer.person, "sim_ok", "USD")
    begun = await buyer.begin(methodId=method)
    assert (begun["purchase"]["status"], await buyer.lots()) == ("PENDING", [])

    await world.settle()

    assert await buyer.purchases() == ["PAID"]
    [lot] = await buyer.lots()
    assert (lot.source, lot.quantity, lot.cost_minor, lot.currency) == (LotSource.PURCHASE, 200, 1999, "USD")
    assert (await buyer.account()).available == 200
    assert await postings(world) == ["P1", "P20", "CREDIT_ISSUE"]
    assert (await balances(world))["deferred_revenue"] == -1999
    assert await broken(world) == []


async def test_credits_invariant_13_a_repeat_returns_the_first_purchase_and_begins_no_other(world: World) -> None:
    buyer = await make_buyer(world)
    key, method = world.key(), await make_method(buyer.person, "sim_ok", "USD")
    first = await buyer.begin(methodId=method, idempotencyKey=key)
    again = await buyer.begin(methodId=method, idempotencyKey=key)
    assert again == first | {"replayed": True}
    await world.settle()
    assert len(await buyer.lots()) == 1


async def test_credits_invariant_4_one_lot_per_paid_purchase_and_none_for_any_other(world: World) -> None:
    buyer = await make_buyer(world)
    await buyer.buy(token="sim_decline")
    await buyer.begin(provider="SIMULATOR")
    canceled = await buyer.begin(provider="SIMULATOR")
    await buyer.person.do(
        "cancelCreditPurchase",
        "purchase { status }",
        purchaseId=canceled["purchase"]["id"],
        idempotencyKey=world.key(),
    )
    await buyer.buy()
    await buyer.after(hours=1)
    await buyer.after(hours=24)
    assert sorted(await buyer.purchases()) == ["CANCELED", "EXPIRED", "FAILED", "PAID"]
    assert [lot.quantity for lot in await buyer.lots()] == [200]
    assert await broken(world) == []


async def _unknown(buyer: Buyer) -> UUID:
    """A payment whose answer was lost: only its provider knows that the money was taken."""
    method = await make_method(buyer.person, "sim_timeout_charged", "USD")
    begun = await buyer.begin(methodId=method)
    await send_created(buyer.world.database, buyer.world.clock.now())
    return UUID(hex=begun["payment"]["id"].removeprefix("pay_"))


async def test_credits_invariant_5_the_same_paid_event_a_hundred_times_at_once_opens_one_lot(world: World) -> None:
    buyer = await make_buyer(world)
    payment, now = await _unknown(buyer), world.clock.now()
    paid = Charged(provider_id="sim_charge_1", amount=Money(1999, "USD"))

    await asyncio.gather(*(record_outcome(world.database, payment, paid, now) for _ in range(100)))

    assert await buyer.purchases() == ["PAID"]
    assert [lot.quantity for lot in await buyer.lots()] == [200]
    assert await postings(world) == ["P1", "P20", "CREDIT_ISSUE"]


async def test_credits_rule_9_another_amount_than_the_purchase_opens_no_lot(world: World) -> None:
    buyer = await make_buyer(world)
    payment, now = await _unknown(buyer), world.clock.now()

    await record_outcome(world.database, payment, Charged(provider_id="sim_charge_1", amount=Money(1998, "USD")), now)

    assert (await buyer.purchases(), await buyer.lots()) == (["PENDING"], [])
    assert [(one.kind.name, one.status.name) for one in await exceptions(world)] == [("AMOUNT_MISMATCH", "OPEN")]


async def test_an_app_buys_for_the_organizations_that_let_it_and_for_nobody_else(world: World) -> None:
    wanted = [*PERMISSIONS, "CREDITS_PURCHASE"]
    partner = await make_partner(world, permissions=wanted)
    await install(partner.user, partner.id, wanted)
    buying = {"packageId": STARTER, "currency": "USD", "provider": "SIMULATOR", "idempotencyKey": world.key()}
    there = global_id("Organization", partner.user.organization_id)
    begun = await partner.backend.do("purchaseCredits", "purchase { origin status }", organizationId=there, **buying)
    assert begun["purchase"] == {"origin": "APP", "status": "PENDING"}
    listed = await partner.backend.ask("{ creditPurchases { nodes { origin organization { id } } } }")
    assert listed["creditPurchases"]["nodes"] == [{"origin": "APP", "organization": {"id": there}}]

    elsewhere = global_id("Organization", (await world.client_side()).organization_id)
    another = buying | {"organizationId": elsewhere, "idempotencyKey": world.key()}
    refused = await partner.backend.refused("purchaseCredits", **another)
    assert (refused["code"], refused["path"]) == ("FORBIDDEN", ["organizationId"])
