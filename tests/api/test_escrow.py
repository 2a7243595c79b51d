"""Held money through the API: paying in advance, the invoices it pays, and what is refused."""

import asyncio
from datetime import timedelta

from domain.permissions import Role
from tests.makers.colleagues import colleague
from tests.makers.escrow import (
    fund,
    hold_of,
    invoices_of,
    make_delivered_project,
    make_escrow_project,
    make_funded_project,
    release,
    sound,
    sums_of,
    wallet_of,
)
from tests.makers.invoices import make_tax_type, money
from tests.makers.payments import postings
from tests.makers.projects import approve, submit
from tests.world import World

REFUSED = ("code", "message", "path", "from", "allowed")


async def test_a_part_that_is_released_in_advance_carries_its_part_of_the_fee(world: World) -> None:
    made, hold = await make_funded_project(world)
    paid = await release(
        made, hold, 25_050, "invoice { kind status total { decimal } taxMode } milestone { fundingStatus }"
    )
    assert paid == {
        "invoice": {"kind": "ADVANCE", "status": "PAID", "total": {"decimal": "250.50"}, "taxMode": "INCLUSIVE"},
        "milestone": {"fundingStatus": "PARTIALLY_RELEASED"},
    }
    assert await sums_of(made.client, hold) == ["PARTIALLY_RELEASED", "250.50", "0.00", "749.50"]
    assert await wallet_of(made.freelancer) == "237.97"

    await submit(made, made.task)
    done = await approve(
        made, made.task, select="invoice { total { decimal } advancesApplied { decimal } fee { decimal } }"
    )
    assert done["invoice"] == {"total": {"decimal": "1000.00"}, "advancesApplied": {"decimal": "250.50"}, "fee": None}
    movements = "movements { kind cause amount { decimal } invoice { kind fee { decimal } } }"
    assert (await hold_of(made.freelancer, hold, movements))["movements"] == [
        {
            "kind": "RELEASE",
            "cause": "CLIENT",
            "amount": {"decimal": "250.50"},
            "invoice": {"kind": "ADVANCE", "fee": {"decimal": "12.53"}},
        },
        {
            "kind": "RELEASE",
            "cause": "APPROVAL",
            "amount": {"decimal": "749.50"},
            "invoice": {"kind": "MILESTONE", "fee": {"decimal": "37.47"}},
        },
    ]
    assert await invoices_of(made) == [
        ("ADVANCE", "250.50", "0.00", "PAID"),
        ("MILESTONE", "1000.00", "0.00", "PAID"),
    ]
    assert await wallet_of(made.freelancer) == "950.00"
    summary = "budgetSummary { invoiced { decimal } paid { decimal } remaining { decimal } }"
    shown = await made.client.ask(f"query($id: ID!) {{ project(id: $id) {{ {summary} }} }}", id=made.id)
    assert shown["project"]["budgetSummary"] == {
        "invoiced": {"decimal": "1000.00"},
        "paid": {"decimal": "1000.00"},
        "remaining": {"decimal": "0.00"},
    }
    assert await sound(world)


async def test_all_of_it_released_in_advance_leaves_an_invoice_that_is_paid_from_the_start(world: World) -> None:
    made, hold = await make_funded_project(world)
    await release(made, hold)
    assert await sums_of(made.client, hold) == ["RELEASED", "1000.00", "0.00", "0.00"]
    await submit(made, made.task)
    done = await approve(made, made.task, select="invoice { status amountDue { decimal } } project { status }")
    assert done == {"invoice": {"status": "PAID", "amountDue": {"decimal": "0.00"}}, "project": {"status": "COMPLETED"}}
    assert (await postings(world), await sound(world)) == (["P6", "P1", "P7"], True)


async def test_a_hold_has_the_taxes_of_the_day_it_was_funded_and_its_invoice_comes_to_it(world: World) -> None:
    freelancer = await world.freelancer_side()
    tax = await make_tax_type(freelancer, 1_800, isDefault=True)
    made = await make_escrow_project(world, freelancer=freelancer)
    hold = (await fund(made))["hold"]["id"]
    await world.settle()
    await freelancer.do("retireTaxType", "taxType { id }", taxTypeId=tax)
    shown = await hold_of(
        made.freelancer, hold, "amount { decimal } fee { decimal } net { decimal } taxRates { rateBps }"
    )
    assert shown == {
        "amount": {"decimal": "1180.00"},
        "fee": {"decimal": "50.00"},
        "net": {"decimal": "1130.00"},
        "taxRates": [{"rateBps": 1800}],
    }
    await submit(made, made.task)
    done = await approve(
        made, made.task, select="invoice { netTotal { decimal } taxTotal { decimal } total { decimal } }"
    )
    assert done["invoice"] == {
        "netTotal": {"decimal": "1000.00"},
        "taxTotal": {"decimal": "180.00"},
        "total": {"decimal": "1180.00"},
    }
    assert await wallet_of(freelancer) == "1130.00"
    assert await sound(world)


async def test_the_final_invoice_has_one_line_for_each_hold_and_settles_its_advances(world: World) -> None:
    made = await make_escrow_project(world, "COMPLETION", (1, 1), budget_minor=330_000)
    await world.settle()
    first = (await fund(made))["hold"]["id"]
    second = (await fund(made, 1))["hold"]["id"]
    await world.settle()
    await release(made, first, 50_000)
    for task in (made.tasks[0][0], made.tasks[1][0]):
        await submit(made, task)
    assert (await approve(made, made.tasks[0][0], select="invoice { id }"))["invoice"] is None
    assert await sums_of(made.client, first) == ["PARTIALLY_RELEASED", "500.00", "0.00", "952.00"]
    done = await approve(
        made,
        made.tasks[1][0],
        select="project { status } invoice { kind status taxLevel total { decimal } agreedAmount { decimal }"
        " advancesApplied { decimal } lines { net { decimal } } }",
    )
    assert done == {
        "project": {"status": "COMPLETED"},
        "invoice": {
            "kind": "FINAL",
            "status": "PAID",
            "taxLevel": "LINE",
            "total": {"decimal": "2904.00"},
            "agreedAmount": {"decimal": "2904.00"},
            "advancesApplied": {"decimal": "500.00"},
            "lines": [{"net": {"decimal": "1452.00"}}, {"net": {"decimal": "1452.00"}}],
        },
    }
    assert [(await sums_of(made.client, one))[0] for one in (first, second)] == ["RELEASED", "RELEASED"]
    assert await wallet_of(made.freelancer) == "3135.00"
    assert await sound(world)


async def test_an_interim_invoice_is_paid_by_the_hold_and_the_final_one_bills_the_rest(world: World) -> None:
    made = await make_escrow_project(world, "COMPLETION", (1, 1), budget_minor=330_000)
    await world.settle()
    await fund(made)
    await fund(made, 1)
    await world.settle()
    await submit(made, made.tasks[0][0])
    await made.freelancer.do(
        "requestInterimInvoice", "invoice { id }", milestoneId=made.milestone, idempotencyKey=world.key()
    )
    await approve(made, made.tasks[0][0])
    await submit(made, made.tasks[1][0])
    await approve(made, made.tasks[1][0])
    assert await invoices_of(made) == [
        ("UPFRONT", "396.00", "0.00", "PAID"),
        ("INTERIM", "1452.00", "0.00", "PAID"),
        ("FINAL", "1452.00", "0.00", "PAID"),
    ]
    assert await sound(world)


async def test_neither_side_moves_the_money_the_other_way(world: World) -> None:
    made, hold = await make_funded_project(world)
    release_ = {"holdId": hold, "idempotencyKey": world.key()}
    give_back = {**release_, "reason": "I want it back."}
    assert (await made.freelancer.refused("releaseEscrow", **release_))["code"] == "FORBIDDEN"
    assert (await made.client.refused("refundEscrow", **give_back))["code"] == "FORBIDDEN"
    member = await colleague(world, made.client, Role.MEMBER)
    assert (await member.refused("releaseEscrow", **release_))["code"] == "FORBIDDEN"
    stranger = await world.client_side()
    assert (await stranger.refused("releaseEscrow", **release_))["code"] == "NOT_FOUND"
    assert (await stranger.ask("query($id: ID!) { escrowHold(id: $id) { id } }", id=hold))["escrowHold"] is None
    assert (await stranger.ask("{ escrowHolds { nodes { id } } }"))["escrowHolds"]["nodes"] == []


async def test_twenty_releases_at_once_never_move_more_than_is_held(world: World) -> None:
    made, hold = await make_funded_project(world)
    answers = await asyncio.gather(
        *(
            made.client.attempt(
                "releaseEscrow", "hold { id }", holdId=hold, amount=money(30_000), idempotencyKey=world.key()
            )
            for _ in range(20)
        )
    )
    codes = [answer.get("code", "DONE") for answer in answers]
    assert (codes.count("DONE"), codes.count("INVALID")) == (3, 17)
    assert await sums_of(made.client, hold) == ["PARTIALLY_RELEASED", "900.00", "0.00", "100.00"]
    assert await sound(world)


async def test_released_and_given_back_at_once_only_one_of_them_happens(world: World) -> None:
    made, hold = await make_funded_project(world)
    answers = await asyncio.gather(
        *(
            made.client.attempt("releaseEscrow", "hold { id }", holdId=hold, idempotencyKey=world.key())
            if number % 2
            else made.freelancer.attempt(
                "refundEscrow", "hold { id }", holdId=hold, reason="Too busy.", idempotencyKey=world.key()
            )
            for number in range(20)
        )
    )
    codes = [answer.get("code", "DONE") for answer in answers]
    assert (codes.count("DONE"), codes.count("WRONG_STATE")) == (1, 19)
    await world.settle()
    assert await sound(world)


async def test_silence_releases_held_money_as_consent_does(world: World) -> None:
    made, hold = await make_delivered_project(world)
    world.clock.advance(timedelta(days=14))
    await world.settle()
    assert await sums_of(made.client, hold) == ["RELEASED", "1000.00", "0.00", "0.00"]
    assert await sound(world)


async def test_both_sides_see_what_is_in_escrow_and_the_freelancer_what_of_it_is_to_come(world: World) -> None:
    made, hold = await make_funded_project(world, "MILESTONE", (1, 1))
    query = """query($id: ID!) { escrowSummary(organizationId: $id) { currency held { decimal } pendingNet { decimal }
      released { decimal } refunded { decimal } } }"""

    async def summary_of(person: object) -> object:
        assert person in (made.client, made.freelancer)
        one = made.client if person is made.client else made.freelancer
        return (await one.ask(query, id=f"org_{one.organization_id.hex}"))["escrowSummary"]

    held = {"currency": "EUR", "released": {"decimal": "0.00"}, "refunded": {"decimal": "0.00"}}
    held |= {"held": {"decimal": "500.00"}, "pendingNet": {"decimal": "475.00"}}
    of_client = held | {"pendingNet": {"decimal": "0.00"}}
    assert (await summary_of(made.client), await summary_of(made.freelancer)) == ([of_client], [held])
    await release(made, hold, 20_000)
    after = held | {"held": {"decimal": "300.00"}, "pendingNet": {"decimal": "285.00"}}
    after |= {"released": {"decimal": "200.00"}}
    assert await summary_of(made.freelancer) == [after]
    stranger = await world.client_side()
    assert (await stranger.ask(query, id=f"org_{made.client.organization_id.hex}"))["escrowSummary"] == []
