"""Work from the posted gig to the paid invoice: the worked examples, told through the API by both sides."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.makers.gigs import make_open_gig
from tests.makers.payment_methods import make_method
from tests.makers.proposals import accept_proposal, eur, make_submitted_proposal
from tests.makers.traces import events
from tests.world import Person, World


@dataclass(frozen=True, slots=True)
class Deal:
    """An agreed project whose milestones have one task each; the client can pay."""

    world: World
    client: Person
    freelancer: Person
    id: str
    gig: str
    milestones: list[str]
    tasks: list[str]

    async def shown(self, select: str) -> Any:
        query = f"query($id: ID!) {{ project(id: $id) {{ {select} }} }}"
        return (await self.client.ask(query, id=self.id))["project"]

    async def status(self) -> str:
        return str((await self.shown("status"))["status"])

    async def invoices(self) -> list[tuple[str, str, str]]:
        """Kind, total and status, oldest first."""
        nodes = (await self.shown("invoices { nodes { kind status total { decimal } } }"))["invoices"]["nodes"]
        return [(one["kind"], one["total"]["decimal"], one["status"]) for one in reversed(nodes)]

    async def deliver(self, number: int) -> None:
        await self.freelancer.do("submitTask", "task { id }", taskId=self.tasks[number], note="Here it is.")

    async def approve(self, number: int) -> dict[str, Any]:
        """The outcome for project and invoice, after which the money has had time to arrive."""
        done = await self.client.do(
            "approveTask",
            "invoice { kind total { decimal } } project { status }",
            taskId=self.tasks[number],
            revision=1,
            idempotencyKey=self.world.key(),
        )
        await self.world.settle()
        return done


async def agree(world: World, method: str, budget_minor: int, parts: int, *, token: str = "sim_ok") -> Deal:
    """A gig is posted, a proposal made and accepted."""
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await make_method(client, token)
    milestones = [{"title": f"Part {number}"} for number in range(1, parts + 1)]
    terms = {"invoicingMethod": method, "fundingMode": "DIRECT", "milestones": milestones}
    gig = await make_open_gig(world, client, budgetMax=eur(budget_minor), terms=terms)
    proposal = await make_submitted_proposal(freelancer, gig, amount=eur(budget_minor))
    select = "project { id status milestones { id tasks { id } } }"
    project = (await accept_proposal(client, proposal, select))["project"]
    assert project["status"] == "PENDING_ACTIVATION"
    parts_ = project["milestones"]
    tasks = [one["tasks"][0]["id"] for one in parts_]
    return Deal(world, client, freelancer, project["id"], gig, [one["id"] for one in parts_], tasks)


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
