"""Funding milestones through the API: from cards and wallets, again and back, and what waits for the money."""

import asyncio

from sqlalchemy import update

from domain.organizations import OrganizationStatus
from persistence.tables.identity import organizations
from tests.makers.earnings import earn, trade_of
from tests.makers.escrow import (
    fund,
    hold_of,
    make_escrow_project,
    make_funded_project,
    release,
    sound,
    sums_of,
    wallet_of,
)
from tests.makers.payments import balances
from tests.makers.projects import approve, make_active_project, submit
from tests.world import World

REFUSED = ("code", "message", "path", "from", "allowed")


async def test_the_wallet_funds_a_milestone_at_once_and_gets_back_what_is_returned(world: World) -> None:
    agency = await world.client_side()
    await earn(world, await trade_of(world, agency), 150_000)
    made = await make_escrow_project(world, client=agency)
    funded = await fund(made, select="hold { id status fromWallet } payment { id }", fromWallet=True)
    assert (funded["hold"]["status"], funded["hold"]["fromWallet"], funded["payment"]) == ("HELD", True, None)
    assert await wallet_of(agency) == "500.00"
    hold = funded["hold"]["id"]
    await world.settle()
    await made.freelancer.do(
        "refundEscrow", "movement { kind }", holdId=hold, reason="Too busy.", idempotencyKey=world.key()
    )
    assert (await wallet_of(agency), await sums_of(agency, hold)) == (
        "1500.00",
        ["REFUNDED", "0.00", "1000.00", "0.00"],
    )
    assert await sound(world)


async def test_a_wallet_that_does_not_cover_the_milestone_funds_nothing(world: World) -> None:
    made = await make_escrow_project(world)
    refused = await made.client.refused(
        "fundMilestone", milestoneId=made.milestone, fromWallet=True, idempotencyKey=world.key()
    )
    assert refused["code"] == "INSUFFICIENT_FUNDS"
    assert await balances(world) == {}


async def test_a_payment_that_fails_leaves_the_milestone_unfunded_and_open_to_another_try(world: World) -> None:
    made = await make_escrow_project(world, token="sim_decline")
    hold = (await fund(made))["hold"]["id"]
    await world.settle()
    shown = await hold_of(made.client, hold, "status milestone { fundingStatus } payments { nodes { status } }")
    assert shown == {
        "status": "FAILED",
        "milestone": {"fundingStatus": "UNFUNDED"},
        "payments": {"nodes": [{"status": "FAILED"}]},
    }
    again = await fund(made)
    assert (again["hold"]["status"], again["hold"]["id"] != hold) == ("PENDING", True)
    assert await sound(world)


async def test_a_payment_that_is_taken_back_in_time_cancels_its_hold(world: World) -> None:
    made = await make_escrow_project(world)
    payment = (await fund(made, select="payment { id }"))["payment"]["id"]
    done = await made.client.do(
        "cancelPayment",
        "payment { status } invoice { id } hold { status milestone { fundingStatus } }",
        paymentId=payment,
        idempotencyKey=world.key(),
    )
    assert done == {
        "payment": {"status": "CANCELED"},
        "invoice": None,
        "hold": {"status": "CANCELED", "milestone": {"fundingStatus": "UNFUNDED"}},
    }


async def test_what_the_freelancer_gives_back_goes_to_the_card_and_can_be_funded_anew(world: World) -> None:
    made, hold = await make_funded_project(world)
    await release(made, hold, 25_050)
    key = world.key()
    for _ in range(2):
        await made.freelancer.do("refundEscrow", "hold { status }", holdId=hold, reason="Too busy.", idempotencyKey=key)
    assert await sums_of(made.client, hold) == ["REFUNDED", "250.50", "749.50", "0.00"]
    await world.settle()
    assert (await balances(world))["provider_cash"] == 25_050
    refused = await made.freelancer.refused("submitTask", taskId=made.task, note="Here it is.")
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "REFUNDED")

    again = await hold_of(made.freelancer, (await fund(made))["hold"]["id"])
    assert (again["amount"], again["fee"]) == ({"decimal": "749.50"}, {"decimal": "37.47"})
    await world.settle()
    await submit(made, made.task)
    await approve(made, made.task)
    assert await wallet_of(made.freelancer) == "950.00"
    assert await sound(world)


async def test_cancelling_before_the_start_gives_held_money_back(world: World) -> None:
    made = await make_escrow_project(world, "COMPLETION", (1, 1), upfront_bps=0)
    second = (await fund(made, 1))["hold"]["id"]
    await world.settle()
    cancel = {"projectId": made.id, "reason": "No budget.", "idempotencyKey": world.key()}
    await made.client.do("cancelProject", "project { status }", **cancel)
    await world.settle()
    assert await sums_of(made.client, second) == ["REFUNDED", "0.00", "500.00", "0.00"]
    assert (await balances(world), await sound(world)) == ({}, True)


async def test_a_project_is_not_cancelled_while_money_is_on_its_way(world: World) -> None:
    made = await make_escrow_project(world)
    await fund(made)
    refused = await made.client.refused(
        "cancelProject", projectId=made.id, reason="No budget.", idempotencyKey=world.key()
    )
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "PENDING_ACTIVATION")


async def test_work_and_approval_wait_for_the_money(world: World) -> None:
    made, _ = await make_funded_project(world, "MILESTONE", (1, 1))
    refused = await made.freelancer.refused("startTask", taskId=made.tasks[1][0])
    assert {name: refused[name] for name in REFUSED} == {
        "code": "WRONG_STATE",
        "message": "The milestone is not funded: its client funds it with fundMilestone first.",
        "path": [],
        "from": "UNFUNDED",
        "allowed": ["FUNDED", "PARTIALLY_RELEASED", "RELEASED"],
    }
    query = "query($id: ID!) { milestone(id: $id) { availableActions { action allowed reason } } }"
    actions = (await made.client.ask(query, id=made.milestones[1]))["milestone"]["availableActions"]
    assert {"action": "fundMilestone", "allowed": True, "reason": None} in actions


async def test_a_milestone_is_funded_once(world: World) -> None:
    made = await make_escrow_project(world)
    answers = await asyncio.gather(
        *(
            made.client.attempt(
                "fundMilestone", "hold { status }", milestoneId=made.milestone, idempotencyKey=world.key()
            )
            for _ in range(5)
        )
    )
    assert sorted(answer.get("code", "HELD") for answer in answers) == [*["CONFLICT"] * 4, "HELD"]
    await world.settle()
    assert await balances(world) == {"provider_cash": 100_000, "escrow": -100_000}


async def test_nothing_is_held_under_direct_funding(world: World) -> None:
    made = await make_active_project(world)
    refused = await made.client.refused("fundMilestone", milestoneId=made.milestone, idempotencyKey=world.key())
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "NOT_REQUIRED")


async def test_money_does_not_go_to_or_from_an_organization_that_may_not_act(world: World) -> None:
    made, hold = await make_funded_project(world, "MILESTONE", (1, 1))
    async with world.database.connection() as connection:
        closed = update(organizations).where(organizations.c.id == made.freelancer.organization_id)
        await connection.execute(closed.values(status=OrganizationStatus.CLOSED))
    funding = {"milestoneId": made.milestones[1], "idempotencyKey": world.key()}
    refused = await made.client.refused("fundMilestone", **funding)
    assert (refused["code"], refused["from"], refused["allowed"]) == ("WRONG_STATE", "CLOSED", ["ACTIVE"])
    refused = await made.client.refused("releaseEscrow", holdId=hold, idempotencyKey=world.key())
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "CLOSED")
