"""Buying credits through the API: quotes, purchases, what a payment brings and what takes it away again."""

import asyncio
from uuid import UUID

from domain.credit_lots import LotSource
from domain.money import Money
from integrations.payments import Charged
from jobs.payment_outcomes import record_outcome
from jobs.payments import send_created
from tests.makers.credit_buyers import STARTER, Buyer, make_buyer, make_promotion
from tests.makers.handling import exceptions
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, postings, unsound
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


async def test_credits_example_6_refunds_take_the_credits_back_with_the_money(world: World) -> None:
    buyer = await make_buyer(world)
    purchase = await buyer.buy()
    first = (await buyer.refund(purchase, 500))["purchase"]
    assert (first["status"], first["clawedBack"]) == ("PARTIALLY_REFUNDED", "50")
    assert (await buyer.account()).available == 150

    rest = (await buyer.refund(purchase))["purchase"]
    assert (rest["status"], rest["clawedBack"]) == ("REFUNDED", "200")
    assert (await buyer.account()).available == 0
    assert "deferred_revenue" not in await balances(world)
    assert await broken(world) == []


async def test_credits_rule_13_spent_credits_keep_a_refund_back_unless_staff_book_a_debt(world: World) -> None:
    buyer = await make_buyer(world)
    purchase = await buyer.buy()
    await buyer.person.do(
        "spendCredits",
        "available",
        quantity=180,
        description="Work",
        idempotencyKey=world.key(),
    )
    refused = await buyer.refund(purchase)
    assert refused["code"] == "INSUFFICIENT_CREDITS"

    refunded = (await buyer.refund(purchase, shortfall="DEBT"))["purchase"]
    assert (refunded["status"], refunded["clawedBack"], refunded["missing"]) == ("REFUNDED", "200", "180")
    account = await buyer.account()
    assert (account.status.name, account.available, account.has_shortfall) == ("FROZEN", 0, True)
    assert (await balances(world))["org_debt"] == 1799
    assert "deferred_revenue" not in await balances(world)
    assert await unsound(world) == []


async def test_credits_rule_14_a_lost_chargeback_takes_other_paid_credits_and_then_books_a_debt(world: World) -> None:
    buyer = await make_buyer(world)
    disputed = await buyer.buy(token="sim_chargeback")
    await buyer.buy(quantity=10)
    await buyer.person.do(
        "spendCredits",
        "available",
        quantity=150,
        description="Work",
        idempotencyKey=world.key(),
    )
    await buyer.after(days=1, minutes=10)
    assert (await buyer.account()).available == 60

    await buyer.after(days=40)

    purchase = await buyer.purchase(disputed)
    assert (purchase.status.name, purchase.clawed_back, purchase.missing) == ("CHARGED_BACK", 200, 140)
    account = await buyer.account()
    assert (account.status.name, account.available) == ("FROZEN", 0)
    assert (await balances(world))["org_debt"] == 1399
    assert await unsound(world) == []


async def test_a_promotion_takes_its_part_off_and_counts_once_it_is_paid(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer)
    purchase = await buyer.purchase(await buyer.buy(promotionCode=" spring20 "))
    assert (purchase.price_minor, purchase.discount_minor, purchase.total_minor) == (1999, 400, 1599)
    seen = await buyer.staff.ask("{ promotions { nodes { code uses redemptions { nodes { status } } } } }")
    assert seen["promotions"]["nodes"] == [
        {"code": "SPRING20", "uses": "1", "redemptions": {"nodes": [{"status": "APPLIED"}]}}
    ]
    assert [lot.cost_minor for lot in await buyer.lots()] == [1599]
    assert await broken(world) == []


async def test_credits_rule_17_the_use_of_a_code_comes_back_when_the_purchase_comes_to_nothing(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer, maxUses=1)
    begun = await buyer.begin(promotionCode="SPRING20", provider="SIMULATOR")
    refused = await buyer.person.refused(
        "purchaseCredits", packageId=STARTER, currency="USD", promotionCode="SPRING20", idempotencyKey=world.key()
    )
    assert (refused["code"], refused["path"]) == ("LIMIT_REACHED", ["code"])
    await buyer.person.do(
        "cancelCreditPurchase",
        "purchase { status }",
        purchaseId=begun["purchase"]["id"],
        idempotencyKey=world.key(),
    )
    assert (await buyer.purchase(await buyer.buy(promotionCode="SPRING20"))).discount_minor == 400


async def test_a_code_that_makes_credits_free_brings_them_at_once(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer, "GIFT", bps=10_000)
    begun = await buyer.begin(promotionCode="GIFT")
    assert (begun["purchase"]["status"], begun["checkoutUrl"], begun["payment"]) == ("PAID", None, None)
    [lot] = await buyer.lots()
    assert (lot.source, lot.quantity, lot.cost_minor) == (LotSource.PURCHASE, 200, 0)
    assert await postings(world) == ["CREDIT_ISSUE"]
    assert await broken(world) == []


async def test_credits_rule_16_free_credits_come_with_a_package_or_by_themselves(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer, "PLUS25", kind="FREE_CREDITS", credits=25, packageIds=[STARTER])
    await make_promotion(buyer, "HELLO", kind="FREE_CREDITS", credits=40)
    await buyer.buy(promotionCode="PLUS25")
    redeemed = await buyer.person.do(
        "redeemPromotion",
        "redemption { status credits } lot { quantity expiresAt }",
        code="hello",
        idempotencyKey=world.key(),
    )
    assert redeemed["redemption"] == {"status": "APPLIED", "credits": "40"}
    found = [(lot.source.name, lot.quantity, lot.cost_minor) for lot in await buyer.lots()]
    assert found == [("PURCHASE", 200, 1999), ("PROMOTION", 25, 0), ("PROMOTION", 40, 0)]
    refused = await buyer.person.refused("redeemPromotion", code="HELLO", idempotencyKey=world.key())
    assert refused["code"] == "LIMIT_REACHED"


async def test_credits_invariant_8_no_code_is_used_more_often_than_it_may_be_at_once(world: World) -> None:
    first = await make_buyer(world)
    buyers = [first, *[await make_buyer(world, beside=first) for _ in range(5)]]
    await make_promotion(buyers[0], "HELLO", kind="FREE_CREDITS", credits=40, maxUses=3)

    async def redeem(buyer_number: int) -> str:
        result = await buyers[buyer_number].person.attempt(
            "redeemPromotion", "redemption { status }", code="HELLO", idempotencyKey=world.key()
        )
        return str(result.get("code", "APPLIED"))

    answers = await asyncio.gather(*(redeem(number) for number in range(6)))
    assert sorted(answers) == ["APPLIED"] * 3 + ["LIMIT_REACHED"] * 3
    seen = await buyers[0].staff.ask("{ promotions { nodes { uses redemptions { totalCount } } } }")
    assert seen["promotions"]["nodes"] == [{"uses": "3", "redemptions": {"totalCount": 3}}]


async def test_credits_rule_18_after_ten_codes_that_came_to_nothing_an_organization_waits(world: World) -> None:
    buyer = await make_buyer(world)
    for number in range(10):
        refused = (await buyer.person.ask(QUOTE, quantity=10, currency="USD", code=f"GUESS{number}"))["creditQuote"]
        assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["code"])
    refused = await buyer.person.refused("redeemPromotion", code="GUESS10", idempotencyKey=world.key())
    assert (refused["code"], refused["retryAfter"]) == ("RATE_LIMITED", 3600)
    await buyer.after(hours=1)
    refused = await buyer.person.refused("redeemPromotion", code="GUESS10", idempotencyKey=world.key())
    assert refused["code"] == "NOT_FOUND"


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
