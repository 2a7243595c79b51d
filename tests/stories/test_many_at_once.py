"""A freelancer with many clients who all approve at the same moment, while the worker already collects the money."""

import asyncio

from tests.makers.invoices import numbers
from tests.makers.payments import balances, charged
from tests.makers.projects import Made, approve, make_submitted_project
from tests.world import World

CLIENTS, PARTS = 6, 3
TOTAL_MINOR = 115_000


async def test_milestones_approved_at_once_are_numbered_without_gap_and_all_paid(world: World) -> None:
    freelancer = await world.freelancer_side()
    made: list[Made] = []
    for _ in range(CLIENTS):
        one = await make_submitted_project(world, "MILESTONE", (1,) * PARTS, freelancer=freelancer)
        for part in range(1, PARTS):
            input = {"taskId": one.tasks[part][0], "note": "Here it is."}
            await freelancer.do("submitTask", "task { id }", **input)
        made.append(one)

    approvals = [approve(one, parts[0], select="invoice { number }") for one in made for parts in one.tasks]
    workers = [asyncio.create_task(world.settle()) for _ in range(2)]
    answers = await asyncio.gather(*approvals)
    await asyncio.gather(*workers)
    await world.settle()

    count = CLIENTS * PARTS
    assert len({answer["invoice"]["number"] for answer in answers}) == count
    assert await numbers(world, freelancer) == list(range(1, count + 1))
    paid = CLIENTS * TOTAL_MINOR
    assert await charged(world) == paid
    fee = CLIENTS * (1_917 * PARTS)
    assert await balances(world) == {"provider_cash": paid, "wallet_available": fee - paid, "platform_fee": -fee}
    for one in made:
        project = await one.client.ask("query($id: ID!) { project(id: $id) { status progress } }", id=one.id)
        assert project["project"] == {"status": "COMPLETED", "progress": 100}
