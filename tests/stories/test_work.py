"""Work from the posted gig to the paid invoice: the worked examples, told through the API by both sides."""

import asyncio
from datetime import timedelta

import pytest

from tests.makers.proposals import accept_proposal, eur, make_submitted_proposal
from tests.makers.traces import events
from tests.stories.agreed import agree
from tests.world import World


async def test_an_interim_invoice_takes_its_part_from_the_final_one(world: World) -> None:
    deal = await agree(world, "COMPLETION", 330_000, 2)
    assert await deal.invoices() == [("UPFRONT", "396.00", "OPEN")]
    await world.settle()
    assert (await deal.invoices(), await deal.status()) == ([("UPFRONT", "396.00", "PAID")], "ACTIVE")
    await deal.deliver(0)
    await deal.freelancer.do(
        "requestInterimInvoice", "milestone { id }", milestoneId=deal.milestones[0], idempotencyKey=world.key()
    )
    first = await deal.approve(0)
    assert first == {"invoice": {"kind": "INTERIM", "total": {"decimal": "1452.00"}}, "project": {"status": "ACTIVE"}}
    await deal.deliver(1)
    second = await deal.approve(1)
    assert second == {"invoice": {"kind": "FINAL", "total": {"decimal": "1452.00"}}, "project": {"status": "COMPLETED"}}
    assert await deal.invoices() == [
        ("UPFRONT", "396.00", "PAID"),
        ("INTERIM", "1452.00", "PAID"),
        ("FINAL", "1452.00", "PAID"),
    ]
    assert (await deal.shown("budgetSummary { remaining { decimal } }"))["budgetSummary"] == {
        "remaining": {"decimal": "0.00"}
    }


async def test_without_an_interim_request_nothing_is_billed_before_the_end(world: World) -> None:
    deal = await agree(world, "COMPLETION", 330_000, 2)
    await world.settle()
    await deal.deliver(0)
    assert await deal.approve(0) == {"invoice": None, "project": {"status": "ACTIVE"}}
    world.clock.advance(timedelta(days=400))
    await world.settle()
    assert await deal.invoices() == [("UPFRONT", "396.00", "PAID")]
    await deal.deliver(1)
    assert (await deal.approve(1))["invoice"] == {"kind": "FINAL", "total": {"decimal": "2904.00"}}
    assert await deal.status() == "COMPLETED"


async def test_one_milestone_is_an_upfront_and_the_rest(world: World) -> None:
    deal = await agree(world, "COMPLETION", 55_000, 1)
    await world.settle()
    await deal.deliver(0)
    await deal.approve(0)
    assert await deal.invoices() == [("UPFRONT", "66.00", "PAID"), ("FINAL", "484.00", "PAID")]
    assert await deal.status() == "COMPLETED"


@pytest.mark.parametrize(("third_after", "status", "pauses"), [(27, "ON_HOLD", 1), (29, "ACTIVE", 0)])
async def test_three_reminders_within_48_hours_pause_a_project_once(
    world: World, third_after: int, status: str, pauses: int
) -> None:
    deal = await agree(world, "MILESTONE", 115_000, 1)
    await world.settle()
    await deal.freelancer.do("requestPause", "project { id }", projectId=deal.id, reason="I am ill.")
    for hours in (0, 20, third_after):
        world.clock.advance(timedelta(hours=hours))
        await deal.freelancer.do("remindPause", "project { id }", projectId=deal.id)
    assert await deal.status() == status
    assert (await events(world, "project.")).count("project.paused") == pauses


async def test_two_approvals_at_once_have_one_winner_and_one_invoice(world: World) -> None:
    deal = await agree(world, "MILESTONE", 115_000, 1)
    await world.settle()
    await deal.deliver(0)
    answers = await asyncio.gather(
        *(
            deal.client.attempt(
                "approveTask", "task { status }", taskId=deal.tasks[0], revision=1, idempotencyKey=world.key()
            )
            for _ in range(2)
        )
    )
    assert sorted(answer.get("code", "APPROVED") for answer in answers) == ["APPROVED", "WRONG_STATE"]
    assert [answer["from"] for answer in answers if "code" in answer] == ["APPROVED"]
    await world.settle()
    assert await deal.invoices() == [("MILESTONE", "1150.00", "PAID")]


async def test_a_project_that_nobody_pays_for_ends_and_its_seat_finds_another(world: World) -> None:
    deal = await agree(world, "COMPLETION", 330_000, 1, token="sim_decline")
    world.clock.advance(timedelta(days=13))
    await world.settle()
    assert (await deal.invoices(), await deal.status()) == ([("UPFRONT", "396.00", "OPEN")], "PENDING_ACTIVATION")
    world.clock.advance(timedelta(days=1))
    await world.settle()
    assert (await deal.invoices(), await deal.status()) == ([("UPFRONT", "396.00", "VOID")], "CANCELLED")
    gig = await deal.client.ask("query($id: ID!) { gig(id: $id) { status acceptedSeats } }", id=deal.gig)
    assert gig["gig"] == {"status": "OPEN", "acceptedSeats": 0}
    other = await world.freelancer_side("Grace Hopper")
    proposal = await make_submitted_proposal(other, deal.gig, amount=eur(330_000))
    accepted = await accept_proposal(deal.client, proposal, "proposal { seatNo } project { reference status }")
    assert accepted["proposal"]["seatNo"] == 1
    assert accepted["project"]["reference"] != (await deal.shown("reference"))["reference"]
