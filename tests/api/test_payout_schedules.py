"""Wallets that are paid out by themselves."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.permissions import Role
from jobs.payout_schedules import keep_due
from tests.makers.colleagues import colleague
from tests.makers.earnings import earn, trade_of
from tests.makers.payouts import earner, figures, make_payout_method, states_of_payouts, wrong_books
from tests.world import Person, World

SCHEDULE = """schedule { id frequency weekday day threshold { amountMinor } nextOn timeZone version }"""
OCCURRENCES = """{ payoutSchedules { nodes { nextOn occurrences { nodes { dueOn outcome payout { status trigger
  amount { amountMinor } requestedBy { id } } } } } } }"""


async def set_schedule(person: Person, **input: Any) -> dict[str, Any]:
    given = await person.do("setPayoutSchedule", SCHEDULE, currency="EUR", **input)
    return dict(given["schedule"])


async def occurrences(person: Person) -> list[dict[str, Any]]:
    [schedule] = (await person.ask(OCCURRENCES))["payoutSchedules"]["nodes"]
    return list(schedule["occurrences"]["nodes"])


async def until(world: World, at: datetime) -> None:
    """Lets time pass up to an instant, and work be done."""
    world.clock.advance(at - world.clock.now())
    await world.settle()


def next_monday(world: World) -> datetime:
    now = world.clock.now()
    day = now.date() + timedelta(days=7 - now.weekday())
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


async def test_all_that_is_available_is_paid_out_on_its_day(world: World) -> None:
    freelancer = await earner(world, 80_000)
    schedule = await set_schedule(freelancer, frequency="WEEKLY", weekday="MONDAY")
    monday = next_monday(world)
    assert (schedule["nextOn"], schedule["threshold"]) == (monday.date().isoformat(), {"amountMinor": "1000"})
    await until(world, monday - timedelta(hours=3))
    assert await states_of_payouts(world) == []
    await until(world, monday + timedelta(hours=1))
    assert await states_of_payouts(world) == ["PAID"]
    assert await figures(freelancer) == {"paidOut": 80_000, "earned": 80_000}
    [occurrence] = await occurrences(freelancer)
    assert occurrence == {
        "dueOn": monday.date().isoformat(),
        "outcome": "REQUESTED",
        "payout": {
            "status": "PAID",
            "trigger": "SCHEDULE",
            "amount": {"amountMinor": "80000"},
            "requestedBy": {"id": f"usr_{freelancer.user_id.hex}"},
        },
    }
    assert await wrong_books(world) == []


async def test_a_day_below_the_threshold_or_without_a_method_pays_nothing(world: World) -> None:
    freelancer = await earner(world, 80_000, token="sim_bank_unverified")
    await set_schedule(
        freelancer, frequency="WEEKLY", weekday="MONDAY", threshold={"amountMinor": 90_000, "currency": "EUR"}
    )
    monday = next_monday(world)
    await until(world, monday)
    await make_payout_method(freelancer, make_default=True)
    await until(world, monday + timedelta(days=7))
    await earn(world, await trade_of(world, freelancer), 10_000)
    await until(world, monday + timedelta(days=14))
    assert [one["outcome"] for one in await occurrences(freelancer)] == ["REQUESTED", "BELOW_THRESHOLD", "NO_METHOD"]
    assert await figures(freelancer) == {"paidOut": 90_000, "earned": 90_000}


async def test_workers_at_once_keep_a_day_once(world: World) -> None:
    freelancer = await earner(world, 80_000)
    await set_schedule(freelancer, frequency="WEEKLY", weekday="MONDAY")
    at = next_monday(world) + timedelta(hours=1)
    kept = await asyncio.gather(*(keep_due(world.database, at) for _ in range(5)))
    assert (sum(kept), len(await occurrences(freelancer)), await states_of_payouts(world)) == (1, 1, ["PENDING"])


async def test_days_that_were_missed_are_not_made_up(world: World) -> None:
    freelancer = await earner(world, 80_000)
    await set_schedule(freelancer, frequency="WEEKLY", weekday="MONDAY")
    monday = next_monday(world)
    world.clock.advance(monday - world.clock.now() + timedelta(days=15))
    await world.settle()
    [schedule] = (await freelancer.ask(OCCURRENCES))["payoutSchedules"]["nodes"]
    assert [one["dueOn"] for one in schedule["occurrences"]["nodes"]] == [monday.date().isoformat()]
    assert schedule["nextOn"] == (monday + timedelta(days=21)).date().isoformat()


async def test_a_scheduled_payout_of_a_thousand_waits_for_a_second_person(world: World) -> None:
    freelancer = await earner(world, 100_000)
    await set_schedule(freelancer, frequency="WEEKLY", weekday="MONDAY")
    await until(world, next_monday(world))
    assert await states_of_payouts(world) == ["PENDING_APPROVAL"]
    staff = await world.staff()
    [approval] = (await staff.ask("{ approvals { nodes { id staffMayDecide requestedBy { id } } } }"))["approvals"][
        "nodes"
    ]
    assert (approval["staffMayDecide"], approval["requestedBy"]) == (True, None)
    input = {"approvalId": approval["id"], "idempotencyKey": world.key()}
    assert (await freelancer.refused("approve", **input))["code"] == "NOT_FOUND"
    await staff.do("approve", "approval { status }", **input)
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"]


async def test_the_colleague_of_who_set_it_is_the_second_person(world: World) -> None:
    freelancer = await earner(world, 100_000)
    await set_schedule(freelancer, frequency="WEEKLY", weekday="MONDAY")
    finance = await colleague(world, freelancer, Role.FINANCE)
    await until(world, next_monday(world))
    [approval] = (await finance.ask("{ approvals { nodes { id } } }"))["approvals"]["nodes"]
    input = {"approvalId": approval["id"], "idempotencyKey": world.key()}
    assert (await freelancer.refused("approve", **input))["code"] == "FORBIDDEN"
    await finance.do("approve", "approval { status }", **input)
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"]


async def test_a_schedule_ends_with_none(world: World) -> None:
    freelancer = await earner(world, 80_000)
    first = await set_schedule(freelancer, frequency="MONTHLY", day=31)
    ended = await set_schedule(freelancer, frequency="NONE")
    assert (ended["id"], ended["nextOn"], ended["version"]) == (first["id"], None, 2)
    world.clock.advance(timedelta(days=40))
    await world.settle()
    assert await states_of_payouts(world) == []


@pytest.mark.parametrize(
    ("input", "paths"),
    [
        ({"frequency": "WEEKLY"}, [["weekday"]]),
        ({"frequency": "MONTHLY", "day": 32}, [["day"]]),
        ({"frequency": "NONE", "day": 3, "weekday": "MONDAY"}, [["weekday"], ["day"]]),
        (
            {"frequency": "MONTHLY", "day": 1, "threshold": {"amountMinor": 5_000, "currency": "USD"}},
            [["threshold", "currency"]],
        ),
        (
            {"frequency": "MONTHLY", "day": 1, "threshold": {"amountMinor": 999, "currency": "EUR"}},
            [["threshold", "amountMinor"]],
        ),
    ],
)
async def test_a_schedule_that_makes_no_sense_is_refused(
    world: World, input: dict[str, Any], paths: list[list[str]]
) -> None:
    freelancer = await earner(world)
    refusal = await freelancer.refused("setPayoutSchedule", currency="EUR", **input)
    assert (refusal["code"], [problem["path"] for problem in refusal["problems"]]) == ("INVALID", paths)
