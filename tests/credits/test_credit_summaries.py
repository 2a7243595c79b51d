"""Summaries of credits: published on the first at 03:00, each beginning with what the one before ended with."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from domain.credit_summaries import months_due
from domain.permissions import Role
from persistence.tables.credit_control import credit_summaries
from schema.ids import read_id
from tests.client import Faulted
from tests.makers.apps import Partner, make_partner
from tests.makers.colleagues import colleague
from tests.makers.credit_control import available, give_credits, spend_some
from tests.makers.rows import write
from tests.makers.staff import another_of_the_staff
from tests.world import Person, World

SUMMARY = """query($id: ID!, $month: Date!) { creditSummary(organizationId: $id, month: $month) {
  opening bySource byApp spent expired refunded adjusted transferredIn transferredOut clawedBack closing } }"""
BY_APP = """query($id: ID!, $month: Date!) { creditUsageByApp(organizationId: $id, month: $month) {
  app { id } used movements } }"""


def begins(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def first_of(at: datetime, months: int = 0) -> date:
    """The first day of a month, or of one so many later."""
    count = at.year * 12 + at.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


async def until(world: World, at: datetime) -> None:
    world.clock.advance(at - world.clock.now())
    await world.settle()


async def summary(person: Person, month: date) -> dict[str, Any] | None:
    variables = {"id": f"org_{person.organization_id.hex}", "month": month.isoformat()}
    found: dict[str, Any] | None = (await person.ask(SUMMARY, **variables))["creditSummary"]
    return found


async def make_month(world: World) -> tuple[Partner, date]:
    """An organization that begins a month with 100 credits, and uses 12 of them up by itself and 30 by an app."""
    partner = await make_partner(world)
    month = first_of(world.clock.now(), 1)
    await give_credits(world, partner.user.organization_id, 100)
    await until(world, begins(month))
    await spend_some(world, partner.user.organization_id, 12)
    await spend_some(world, partner.user.organization_id, 30, app_id=read_id(partner.id, "App"))
    return partner, month


async def test_credits_invariant_9_a_closing_is_the_next_opening_and_movements_explain_it(world: World) -> None:
    partner, month = await make_month(world)
    owner, following = partner.user, first_of(begins(month), 1)
    await until(world, begins(following) + timedelta(hours=2, minutes=59))
    assert await summary(owner, month) is None
    await until(world, begins(following) + timedelta(hours=3))
    of_month = await summary(owner, month)
    assert of_month == {
        "opening": "100",
        "bySource": {},
        "byApp": {partner.id: 30},
        "spent": "42",
        "expired": "0",
        "refunded": "0",
        "adjusted": "0",
        "transferredIn": "0",
        "transferredOut": "0",
        "clawedBack": "0",
        "closing": "58",
    }
    await give_credits(world, owner.organization_id, 5)
    await until(world, begins(first_of(begins(following), 1)) + timedelta(hours=3))
    then = await summary(owner, following) or {}
    assert (then["opening"], then["bySource"], then["closing"]) == ("58", {"GRANT": 5}, "63")
    assert await available(world, owner.organization_id) == 63
    assert await summary(owner, month) == of_month


async def test_months_in_which_nobody_published_are_made_up_in_order(world: World) -> None:
    partner, month = await make_month(world)
    await until(world, begins(first_of(begins(month), 3)) + timedelta(hours=3))
    of_months = [await summary(partner.user, first_of(begins(month), later)) or {} for later in (0, 1, 2)]
    assert [(one["opening"], one["spent"], one["closing"]) for one in of_months] == [
        ("100", "42", "58"),
        ("58", "0", "58"),
        ("58", "0", "58"),
    ]


def test_the_months_that_are_due_follow_the_last_that_is_there() -> None:
    march = datetime(2027, 3, 1, 3, tzinfo=UTC)
    assert months_due(None, march) == [date(2027, 2, 1)]
    assert months_due(date(2026, 11, 1), march) == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert months_due(date(2027, 1, 1), march - timedelta(seconds=1)) == []


async def test_what_is_published_stays_as_it_is(world: World) -> None:
    _, month = await make_month(world)
    await until(world, begins(first_of(begins(month), 1)) + timedelta(hours=3))
    with pytest.raises(DBAPIError, match="append-only"):
        await write(world, update(credit_summaries).values(closing=1))


async def test_what_apps_have_used_up_is_told_by_app(world: World) -> None:
    partner, month = await make_month(world)
    variables = {"id": f"org_{partner.user.organization_id.hex}", "month": month.isoformat()}
    rows = (await partner.user.ask(BY_APP, **variables))["creditUsageByApp"]
    assert rows == [{"app": {"id": partner.id}, "used": "30", "movements": 1}]
    assert (await partner.owner.ask(BY_APP, **variables))["creditUsageByApp"] is None


async def test_summaries_are_for_readers_of_the_organization_and_staff(world: World) -> None:
    partner, month = await make_month(world)
    await until(world, begins(first_of(begins(month), 1)) + timedelta(hours=3))
    viewer, staff = await colleague(world, partner.user, Role.VIEWER), await another_of_the_staff(world)
    variables = {"id": f"org_{partner.user.organization_id.hex}", "month": month.isoformat()}
    for reader in (viewer, staff):
        assert (await reader.ask(SUMMARY, **variables))["creditSummary"]["closing"] == "58"
    assert (await partner.owner.ask(SUMMARY, **variables))["creditSummary"] is None
    with pytest.raises(Faulted, match="BAD_USER_INPUT"):
        await viewer.ask(SUMMARY, **variables | {"month": month.replace(day=2).isoformat()})


async def test_staff_see_all_credits_and_what_is_owed_for_them(world: World) -> None:
    staff, one, other = await world.staff(), await world.client_side(), await world.client_side()
    await give_credits(world, one.organization_id, 300, cost_minor=1_999)
    await spend_some(world, one.organization_id, 100)
    await give_credits(world, other.organization_id, 10)
    overview = "{ creditOverview { accounts available held lowBalances frozen liability { amountMinor currency } } }"
    found = (await staff.ask(overview))["creditOverview"]
    assert found | {"accounts": 0} == {
        "accounts": 0,
        "available": "210",
        "held": "0",
        "lowBalances": 1,
        "frozen": 0,
        "liability": [{"amountMinor": "1333", "currency": "EUR"}],
    }
    assert (await world.client.post(overview, {}, one.token))["errors"]
