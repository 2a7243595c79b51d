"""Escrow from the funded milestone to the freelancer's wallet, as both sides see it."""

from persistence.books import check_books
from tests.makers.escrow import (
    fund,
    hold_of,
    make_escrow_project,
    sums_of,
    wallet_of,
)
from tests.makers.payments import balances, postings
from tests.makers.projects import approve, submit
from tests.world import World


async def test_a_milestone_is_funded_worked_on_approved_and_paid_from_its_hold(world: World) -> None:
    made = await make_escrow_project(world)
    await world.settle()
    assert (await made.client.ask("query($id: ID!) { project(id: $id) { status } }", id=made.id))["project"] == {
        "status": "PENDING_ACTIVATION"
    }

    funded = await fund(made, select="hold { id status } milestone { fundingStatus } payment { status }")
    assert funded["hold"]["status"] == "PENDING"
    assert funded["milestone"]["fundingStatus"] == "FUNDING"
    await world.settle()
    assert await balances(world) == {"provider_cash": 100_000, "escrow": -100_000}

    shown = await hold_of(
        made.freelancer, funded["hold"]["id"], "status fee { decimal } net { decimal } project { status }"
    )
    assert shown == {
        "status": "HELD",
        "fee": {"decimal": "50.00"},
        "net": {"decimal": "950.00"},
        "project": {"status": "ACTIVE"},
    }
    await submit(made, made.task)
    done = await approve(
        made,
        made.task,
        select="invoice { kind status total { decimal } } project { status } milestone { fundingStatus }",
    )
    assert done == {
        "invoice": {"kind": "MILESTONE", "status": "PAID", "total": {"decimal": "1000.00"}},
        "project": {"status": "COMPLETED"},
        "milestone": {"fundingStatus": "RELEASED"},
    }
    await world.settle()
    assert await sums_of(made.client, funded["hold"]["id"]) == ["RELEASED", "1000.00", "0.00", "0.00"]
    assert await wallet_of(made.freelancer) == "950.00"
    assert await balances(world) == {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
    assert await postings(world) == ["P6", "P1", "P7"]
    assert await check_books(world.database, world.clock.now()) == []
