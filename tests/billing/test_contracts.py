"""Contracts through the API and in time: they bind, renew at a raised price, end with notice, and cost an early end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.billing_subscriptions import SubscriptionStatus
from domain.prices import PriceInterval
from domain.sales import SaleKind, SaleStatus
from persistence import sales
from persistence.tables.entitlements import entitlement_versions
from persistence.unit import Unit
from schema.ids import global_id, read_id
from tests.makers.subscription_changes import finance, make_plans
from tests.makers.subscriptions import Subscribed, pay_with, subscribe
from tests.world import Person, World

CONTRACT = "contract { id status startsAt endsAt noticeClosesAt noticeGivenAt terminationFeeMinor }"
TERMS = {"termMonths": 12, "upliftBps": 500, "terminationFeeBps": 5000}


async def signed(subscribed: Subscribed, **terms: Any) -> tuple[Person, dict[str, Any]]:
    """Somebody who looks after money, and the contract that binds the subscription for a year."""
    staff, world = await finance(subscribed), subscribed.world
    subscription = global_id("BillingSubscription", subscribed.id)
    drawn = await staff.do(
        "createContract", CONTRACT, subscriptionId=subscription, terms=TERMS | terms, idempotencyKey=world.key()
    )
    assert (drawn["contract"]["status"], drawn["contract"]["endsAt"]) == ("PENDING_SIGNATURE", None)
    made = await staff.do("activateContract", CONTRACT, contractId=drawn["contract"]["id"], idempotencyKey=world.key())
    contract: dict[str, Any] = made["contract"]
    return staff, contract


async def from_january(world: World, interval: PriceInterval = PriceInterval.YEAR) -> Subscribed:
    """Starter at 20.00 a year, or a month, from 1 January 2027 on, in UTC."""
    starter, _ = await make_plans(world, interval=interval)
    world.clock.advance(datetime(2027, 1, 1, 9, tzinfo=UTC) - world.clock.now())
    return await subscribe(world, starter, time_zone="UTC")


def end_of(contract: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(contract["endsAt"])


async def cancel(subscribed: Subscribed, by: Person, when: str = "AT_PERIOD_END") -> dict[str, Any]:
    subscription = global_id("BillingSubscription", subscribed.id)
    key = subscribed.world.key()
    return await by.attempt(
        "cancelSubscription", "subscription { status }", subscriptionId=subscription, when=when, idempotencyKey=key
    )


async def terminate(staff: Person, contract: dict[str, Any]) -> dict[str, Any]:
    key, said = staff.world.key(), {"contractId": contract["id"], "reason": "They close."}
    ended: dict[str, Any] = (await staff.do("terminateContract", CONTRACT, **said, idempotencyKey=key))["contract"]
    return ended


async def version_of(subscribed: Subscribed) -> int:
    """How often the entitlements of the buyer have changed."""
    versions = entitlement_versions.c
    of_buyer = versions.organization_id == subscribed.buyer.organization_id
    async with subscribed.world.database.reader() as session:
        return int((await session.execute(select(versions.version).where(of_buyer))).scalar_one())


async def test_billing_rule_19_customers_cannot_cancel_inside_the_term_and_staff_can(world: World) -> None:
    subscribed = await from_january(world)
    staff, contract = await signed(subscribed)
    start = (await subscribed.now()).current_period_start
    assert start is not None
    assert end_of(contract) == start.replace(year=2028)
    for when in ("AT_PERIOD_END", "NOW"):
        refusal = await cancel(subscribed, subscribed.buyer, when)
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "IN_CONTRACT_TERM")
    assert await cancel(subscribed, staff, "NOW") == {"subscription": {"status": "CANCELED"}}
    asked = await staff.ask("query($id: ID!) { node(id: $id) { ... on Contract { status } } }", id=contract["id"])
    assert asked["node"]["status"] == "ENDED"


async def test_billing_rule_19_another_term_follows_at_the_raised_price(world: World) -> None:
    subscribed = await from_january(world)
    _, contract = await signed(subscribed)
    await subscribed.live_until(end_of(contract) + timedelta(hours=1))
    last, following = await subscribed.periods()
    assert (last.amount_minor, following.amount_minor) == (2_000, 2_100)
    assert following.period_start == end_of(contract)
    found = await subscribed.buyer.ask("{ contracts { nodes { status endsAt subscription { id } } } }")
    assert [one["status"] for one in found["contracts"]["nodes"]] == ["ACTIVE", "RENEWED"]
    assert found["contracts"]["nodes"][0]["endsAt"][:10] == "2029-01-01"
    paid = "{ subscriptions { nodes { items { price { status unitAmount { amountMinor } } } } } }"
    [item] = (await subscribed.buyer.ask(paid))["subscriptions"]["nodes"][0]["items"]
    assert item["price"] == {"status": "ARCHIVED", "unitAmount": {"amountMinor": "2100"}}


async def test_billing_rule_19_notice_in_time_ends_the_subscription_with_the_term(world: World) -> None:
    subscribed = await from_january(world)
    _, contract = await signed(subscribed)
    given = await subscribed.buyer.do("giveContractNotice", CONTRACT, contractId=contract["id"])
    assert given["contract"]["noticeGivenAt"] is not None
    await subscribed.buyer.do("withdrawContractNotice", CONTRACT, contractId=contract["id"])
    await subscribed.buyer.do("giveContractNotice", CONTRACT, contractId=contract["id"])
    await subscribed.live_until(end_of(contract) + timedelta(hours=1))
    assert (await subscribed.now()).status is SubscriptionStatus.CANCELED
    assert len(await subscribed.periods()) == 1


async def test_billing_rule_19_notice_closes_30_days_before_the_end(world: World) -> None:
    subscribed = await from_january(world)
    _, contract = await signed(subscribed)
    await subscribed.live_until(end_of(contract) - timedelta(days=30))
    refusal = await subscribed.buyer.refused("giveContractNotice", contractId=contract["id"])
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "NOTICE_CLOSED")


async def test_billing_rule_19_an_early_end_is_charged_and_ends_the_subscription_with_its_period(world: World) -> None:
    subscribed = await from_january(world, PriceInterval.MONTH)
    staff, contract = await signed(subscribed)
    ended = await terminate(staff, contract)
    assert (ended["status"], ended["terminationFeeMinor"]) == ("TERMINATED", "11000")
    await world.settle()
    async with world.database.reader() as session:
        db = Unit(session, world.clock.now(), SYSTEM)
        sale = await sales.of_subject(db, SaleKind.CHANGE, read_id(contract["id"], "Contract", "id"))
    assert sale is not None
    assert (sale.status, sale.net_minor, sale.delivered_minor) == (SaleStatus.PAID, 11_000, 11_000)
    now = await subscribed.now()
    assert now.cancel_at_period_end
    assert now.current_period_end is not None
    await subscribed.live_until(now.current_period_end + timedelta(hours=1))
    assert (await subscribed.now()).status is SubscriptionStatus.CANCELED


async def test_terminating_a_contract_changes_what_is_known_of_entitlements(world: World) -> None:
    subscribed = await from_january(world, PriceInterval.MONTH)
    staff, contract = await signed(subscribed)
    version = await version_of(subscribed)
    await terminate(staff, contract)
    assert await version_of(subscribed) > version


async def test_billing_rule_19_a_period_that_is_being_charged_counts_in_no_fee(world: World) -> None:
    subscribed = await from_january(world, PriceInterval.MONTH)
    staff, contract = await signed(subscribed)
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(datetime(2027, 2, 2, tzinfo=UTC))
    assert (await subscribed.now()).status is SubscriptionStatus.PAST_DUE
    assert (await terminate(staff, contract))["terminationFeeMinor"] == "10000"


async def test_billing_rule_19_a_contract_with_somebody_who_has_not_paid_ends_at_once(world: World) -> None:
    subscribed = await from_january(world, PriceInterval.MONTH)
    staff, contract = await signed(subscribed)
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(datetime(2027, 2, 25, tzinfo=UTC))
    assert (await subscribed.now()).status is SubscriptionStatus.UNPAID
    assert (await terminate(staff, contract))["terminationFeeMinor"] == "11000"
    assert (await subscribed.now()).status is SubscriptionStatus.CANCELED


async def test_one_contract_binds_a_subscription_and_only_staff_draw_it_up(world: World) -> None:
    subscribed = await from_january(world)
    staff, contract = await signed(subscribed)
    input = {"subscriptionId": global_id("BillingSubscription", subscribed.id), "terms": TERMS}
    denied = await subscribed.buyer.refused("createContract", **input, idempotencyKey=world.key())
    assert denied["code"] == "FORBIDDEN"
    second = await staff.do("createContract", CONTRACT, **input, idempotencyKey=world.key())
    refusal = await staff.refused("activateContract", contractId=second["contract"]["id"], idempotencyKey=world.key())
    assert refusal["code"] == "CONFLICT"
    binding = "query($id: ID!) { subscription(id: $id) { contract { id } } }"
    shown = await subscribed.buyer.ask(binding, id=input["subscriptionId"])
    assert shown["subscription"]["contract"]["id"] == contract["id"]
    odd = await staff.refused("createContract", **input | {"terms": {"termMonths": 7}}, idempotencyKey=world.key())
    assert (odd["code"], odd["path"]) == ("INVALID", ["termMonths"])
