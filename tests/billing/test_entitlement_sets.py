"""Sets of entitlements that a process keeps: the truth of every source, never older than the last commit."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.products import ProductKind
from domain.refusals import RefusalCode, Refused
from persistence.entitlements import Entitlements, require
from persistence.own_catalogue import feature_id, product_id
from persistence.tables.catalogue import plans
from persistence.tables.checkouts import purchases
from persistence.tables.entitlements import feature_promotions
from persistence.tables.subscription_changes import seat_assignments
from persistence.tables.subscriptions import billing_subscriptions, subscription_periods
from persistence.unit import unit_of_work
from schema.ids import global_id
from tests.makers.entitlements import (
    MONTH,
    assign_seat,
    become,
    buy_for_good,
    change,
    give,
    promote,
    sell_by_the_seat,
    subscribe,
)
from tests.world import World

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
OVER: dict[str, object] = {"current_period_start": -MONTH, "current_period_end": timedelta(0)}
ENDS_LATER = OVER | {"cancel_at_period_end": True, "cancel_at": MONTH}
"""Told to end with the period after the one that is over, which is not paid yet."""
EVERYTHING = ("gigs.open", "einvoice", "webhooks")


async def states(world: World, known: Entitlements, organization_id: UUID, code: str = "einvoice") -> tuple[bool, str]:
    checked = await known.check(organization_id, None, code, world.clock.now())
    return checked.is_active, "NONE" if checked.state is None else checked.state.value


async def shown(world: World, known: Entitlements, organization_id: UUID) -> list[object]:
    """Everything that is told of every feature."""
    found = await known.all(organization_id, None, world.clock.now())
    return [
        (one.feature_code, one.is_active, one.state, one.ends_at, one.limit, one.used, one.resets_at, one.sources)
        for one in found
    ]


async def test_a_plan_gives_its_features_and_limits_until_grace_ends(world: World) -> None:
    client, known = await world.client_side(), Entitlements(world.database)
    assert await states(world, known, client.organization_id) == (False, "NONE")
    subscription = await subscribe(world, client.organization_id)
    found = {one.feature_code: one for one in await known.all(client.organization_id, None, world.clock.now())}
    assert {code: found[code].is_active for code in EVERYTHING} == {
        "gigs.open": True,
        "einvoice": True,
        "webhooks": False,
    }
    open_gigs = found["gigs.open"]
    assert (open_gigs.limit, open_gigs.used, open_gigs.resets_at, open_gigs.ends_at) == (5, 0, None, None)
    assert [(one.kind.value, one.source_id, one.value) for one in open_gigs.sources] == [
        ("SUBSCRIPTION", subscription, 5),
        ("BASE", product_id("free"), 1),
    ]
    [source] = found["einvoice"].sources
    assert found["einvoice"].ends_at == source.ends_at == source.starts_at + MONTH + 3 * DAY


async def test_everybody_has_the_free_plan_as_it_is_now_until_it_is_archived(world: World) -> None:
    client, known, staff = await world.client_side(), Entitlements(world.database), await world.staff()

    async def limit() -> tuple[bool, int | None]:
        found = await known.check(client.organization_id, None, "gigs.open", world.clock.now())
        return found.is_active, found.limit

    assert await limit() == (True, 1)
    free = global_id("Product", product_id("free"))
    more = [{"featureId": global_id("Feature", feature_id("gigs.open")), "value": "3"}]
    await staff.do("updateProduct", "product { id }", productId=free, features=more)
    assert await limit() == (True, 3)
    await staff.do("archiveProduct", "product { id }", productId=free)
    assert await limit() == (False, 0)


async def test_which_plan_everybody_has_is_said_by_its_rank(world: World) -> None:
    client, known, staff = await world.client_side(), Entitlements(world.database), await world.staff()
    assert await states(world, known, client.organization_id) == (False, "NONE")
    of_plans = select(plans.c.rank, plans.c.id).where(plans.c.product_kind == ProductKind.PLAN)
    async with world.database.reader() as session:
        ids = {row.rank: row.id for row in await session.execute(of_plans)}
    for rank, becomes in ((0, 5), (10, 0)):
        made = await staff.do("updatePlan", "plan { rank }", planId=global_id("Plan", ids[rank]), rank=becomes)
        assert made["plan"]["rank"] == becomes
    assert await states(world, known, client.organization_id) == (True, "ACTIVE")


async def test_billing_example_1_paid_time_ends_on_the_second_with_a_warm_set_and_without_an_event(
    world: World,
) -> None:
    client, known = await world.client_side(), Entitlements(world.database)
    end = world.clock.now() + MONTH
    await subscribe(world, client.organization_id, cancel_at_period_end=True, cancel_at=end)
    before, then = [
        (await known.check(client.organization_id, None, "einvoice", at)).is_active for at in (end - SECOND, end)
    ]
    assert (before, then) == (True, False)


async def test_billing_example_2_a_refunded_purchase_is_off_with_the_next_check(world: World) -> None:
    client, known, another = await world.client_side(), Entitlements(world.database), Entitlements(world.database)
    bought = await buy_for_good(world, client.organization_id)
    for process in (known, another):
        assert await states(world, process, client.organization_id) == (True, "ACTIVE")
    changes = {"status": "REFUNDED", "refunded_minor": 4_900, "revoked_at": world.clock.now()}
    await change(world, purchases, bought, client.organization_id, **changes)
    for process in (known, another):
        assert await states(world, process, client.organization_id) == (False, "REVOKED")


async def test_billing_rule_28_a_disputed_purchase_rests_until_the_dispute_is_won(world: World) -> None:
    client, known = await world.client_side(), Entitlements(world.database)
    bought = await buy_for_good(world, client.organization_id)
    await change(world, purchases, bought, client.organization_id, is_disputed=True)
    assert await states(world, known, client.organization_id) == (False, "REVOKED")
    await change(world, purchases, bought, client.organization_id, is_disputed=False)
    assert await states(world, known, client.organization_id) == (True, "ACTIVE")


async def test_billing_rule_28_a_refunded_period_gives_nothing_although_the_subscription_stays_active(
    world: World,
) -> None:
    client, known = await world.client_side(), Entitlements(world.database)
    await subscribe(world, client.organization_id)
    period = select(subscription_periods.c.id).where(subscription_periods.c.organization_id == client.organization_id)
    async with world.database.connection() as connection:
        id_ = (await connection.execute(period)).scalar_one()
    await change(world, subscription_periods, id_, client.organization_id, is_suspended=True)
    assert await states(world, known, client.organization_id) == (False, "REVOKED")
    refunded = {"is_suspended": False, "status": "REFUNDED", "ended_at": world.clock.now()}
    await change(world, subscription_periods, id_, client.organization_id, **refunded)
    assert await states(world, known, client.organization_id) == (False, "REVOKED")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "PAST_DUE", "past_due_at": timedelta(0)}, (True, "GRACE")),
        ({"status": "PAST_DUE", "past_due_at": timedelta(0)} | ENDS_LATER, (True, "GRACE")),
        ({"status": "UNPAID", "past_due_at": timedelta(0)}, (False, "EXPIRED")),
        ({"status": "PAUSED"}, (False, "EXPIRED")),
        ({"status": "CANCELED", "canceled_at": timedelta(0)}, (False, "EXPIRED")),
        ({"status": "INCOMPLETE"}, (False, "NONE")),
    ],
)
async def test_billing_rule_24_what_each_status_gives(
    world: World, changes: dict[str, object], expected: tuple[bool, str]
) -> None:
    client, known, now = await world.client_side(), Entitlements(world.database), world.clock.now()
    id_ = await subscribe(world, client.organization_id)
    assert await states(world, known, client.organization_id) == (True, "ACTIVE")
    at = {name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    await change(world, billing_subscriptions, id_, client.organization_id, **at)
    assert await states(world, known, client.organization_id) == expected


async def test_billing_rule_24_a_trial_gives_features_to_its_end(world: World) -> None:
    client, known, end = await world.client_side(), Entitlements(world.database), world.clock.now() + 14 * DAY
    unpaid: dict[str, Any] = dict.fromkeys(("period_number", "current_period_start", "current_period_end"))
    await subscribe(world, client.organization_id, status="TRIALING", trial_ends_at=end, **unpaid)
    checks = [await known.check(client.organization_id, None, "einvoice", at) for at in (end - SECOND, end)]
    assert [one.is_active for one in checks] == [True, False]
    assert checks[0].ends_at == end


async def test_billing_rule_24_and_25_the_union_of_all_four_kinds_of_sources(world: World) -> None:
    client, known = await world.client_side(), Entitlements(world.database)
    await subscribe(world, client.organization_id)
    await buy_for_good(world, client.organization_id, "standard")
    await give(world, client.organization_id, "gigs.open", value=50, ends_at=world.clock.now() + DAY)
    await promote(world, "webhooks", kinds=["CLIENT"])
    gigs = await known.check(client.organization_id, None, "gigs.open", world.clock.now())
    assert (gigs.limit, gigs.ends_at) == (50, None)
    assert sorted(one.kind.value for one in gigs.sources) == ["BASE", "GRANT", "PURCHASE", "SUBSCRIPTION"]
    tomorrow = await known.check(client.organization_id, None, "gigs.open", world.clock.now() + DAY)
    assert tomorrow.limit == 20
    assert await states(world, known, client.organization_id, "webhooks") == (True, "ACTIVE")


async def test_billing_rule_27_a_promotion_opens_and_ends_for_a_whole_audience_at_once(world: World) -> None:
    client, other, known = await world.client_side(), await world.freelancer_side(), Entitlements(world.database)
    for person in (client, other):
        assert await states(world, known, person.organization_id) == (False, "NONE")
    promotion = await promote(world, "einvoice", kinds=["CLIENT"], organization_ids=[new_id()])
    assert await states(world, known, client.organization_id) == (True, "ACTIVE")
    assert await states(world, known, other.organization_id) == (False, "NONE")
    await become(world, other.organization_id, "CLIENT")
    assert await states(world, known, other.organization_id) == (True, "ACTIVE")
    await change(world, feature_promotions, promotion, None, ended_at=world.clock.now())
    for person in (client, other):
        assert await states(world, known, person.organization_id) == (False, "EXPIRED")


async def test_billing_rule_18_of_what_is_sold_by_the_seat_only_those_with_a_seat_have_something(world: World) -> None:
    client, known = await world.client_side(), Entitlements(world.database)
    subscription, seat, now = await subscribe(world, client.organization_id), new_id(), world.clock.now()
    await sell_by_the_seat(world, subscription, client.organization_id)

    async def has(user_id: UUID | None) -> bool:
        return (await known.check(client.organization_id, None, "einvoice", now, user_id)).is_active

    assert [await has(None), await has(client.user_id)] == [True, False]
    await assign_seat(world, seat, subscription, client)
    assert [await has(client.user_id), await has(new_id())] == [True, False]
    await change(world, seat_assignments, seat, client.organization_id, released_at=world.clock.now())
    assert not await has(client.user_id)


async def test_billing_invariant_5_known_and_recomputed_sets_are_equal_at_every_instant(world: World) -> None:
    client, known = await world.client_side(), Entitlements(world.database)
    start = world.clock.now()
    await subscribe(world, client.organization_id, cancel_at_period_end=True, cancel_at=start + MONTH)
    await give(world, client.organization_id, "webhooks", starts_at=start + DAY, ends_at=start + 3 * DAY)
    await promote(world, "import", kinds=["CLIENT"])
    seen = set[str]()
    for hours in range(0, 24 * 40, 12):
        at = start + timedelta(hours=hours)
        warm = await known.all(client.organization_id, None, at)
        cold = await Entitlements(world.database).all(client.organization_id, None, at)
        assert warm == cold
        seen |= {one.feature_code for one in warm if one.is_active}
    assert {"webhooks", "import", "einvoice"} <= seen


async def test_a_verb_sees_what_its_own_transaction_has_changed_and_is_refused_what_is_off(world: World) -> None:
    client = await world.client_side()
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        with pytest.raises(Refused) as refused:
            await require(db, client.organization_id, "webhooks")
        promotion = {"feature_id": feature_id("webhooks"), "kinds": ["CLIENT"], "organization_ids": []}
        times = {"starts_at": db.at, "ends_at": db.at + DAY, "created_at": db.at, "updated_at": db.at}
        await db.session.execute(insert(feature_promotions), [{"id": new_id(), "version": 1, **promotion, **times}])
        assert (await require(db, client.organization_id, "webhooks")).is_active
    assert (refused.value.code, refused.value.refusal.path) == (RefusalCode.NOT_ENTITLED, ("featureCode",))


async def test_what_is_unknown_is_not_found(world: World) -> None:
    client, known = await world.client_side(), Entitlements(world.database)

    async def refusal(organization_id: UUID, code: str) -> tuple[RefusalCode, tuple[str, ...]]:
        with pytest.raises(Refused) as refused:
            await known.check(organization_id, None, code, world.clock.now())
        return refused.value.code, tuple(refused.value.refusal.path)

    assert await refusal(new_id(), "einvoice") == (RefusalCode.NOT_FOUND, ("organizationId",))
    assert await refusal(client.organization_id, "teleport") == (RefusalCode.NOT_FOUND, ("featureCode",))
