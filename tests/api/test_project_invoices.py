"""Invoices of projects: opened by the system, charged by itself, never voided by people."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.actors import SYSTEM
from domain.invoices import InvoiceKind
from domain.milestones import Milestone
from domain.projects import Project
from domain.refusals import Refused
from persistence import project_invoices, upfront_invoices
from persistence.tables.invoicing import customers
from persistence.unit import Unit, unit_of_work
from tests.makers.invoices import count_of_invoices, events_of, make_tax_type, transfers_of
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances
from tests.makers.projects import Made, make_project
from tests.world import Person, World

LIST = (
    "query($project: ID) { invoices(filter: { projectId: $project }) { nodes { id number kind status paymentStatus"
    " total { amountMinor } agreedAmount { amountMinor } netTotal { amountMinor } fee { amountMinor }"
    " net { amountMinor } issueOn dueOn project { id } milestone { id } customer { name } recipient { name }"
    " lines { description taxes { name rateBps } } collection { mode attempts lastFailure }"
    " history { nodes { action from to actorKind } } availableActions { action allowed reason } } } }"
)


async def issue(world: World, made: Made, kind: InvoiceKind, agreed_minor: int, *, milestone: bool = False) -> str:
    """The id of an invoice issued in a transaction of its own."""
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        project = await db.session.get_one(Project, made.uuid)
        billed = await _milestone(db, made) if milestone else None
        invoice = await project_invoices.issue(
            db, kind=kind, project=project, agreed_minor=agreed_minor, milestone=billed
        )
    return f"inv_{invoice.id.hex}"


async def _milestone(db: Unit, made: Made) -> Milestone:
    return await db.session.get_one(Milestone, UUID(hex=made.milestone[4:]))


async def listed(person: Person, project: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await person.ask(LIST, project=project))["invoices"]["nodes"]
    return nodes


async def test_a_milestone_is_billed_in_one_step_with_its_title_tax_and_fee(world: World) -> None:
    made = await make_project(world, budget_minor=333_333)
    await make_tax_type(made.freelancer, 1800, isDefault=True)
    await make_tax_type(made.freelancer, 500, name="City")
    id_ = await issue(world, made, InvoiceKind.MILESTONE, 333_333, milestone=True)
    (shown,) = await listed(made.freelancer, made.id)
    assert (shown["id"], shown["kind"], shown["status"]) == (id_, "MILESTONE", "OPEN")
    assert shown["agreedAmount"] == shown["netTotal"] == {"amountMinor": "333333"}
    assert shown["total"] == {"amountMinor": "393333"}
    assert (shown["fee"], shown["net"]) == ({"amountMinor": "16667"}, {"amountMinor": "376666"})
    assert (shown["project"], shown["milestone"]) == ({"id": made.id}, {"id": made.milestone})
    assert shown["customer"] == shown["recipient"] == {"name": "Northwind"}
    assert shown["history"] == {
        "nodes": [{"action": "issueInvoice", "from": None, "to": "OPEN", "actorKind": "SYSTEM"}]
    }
    (line,) = shown["lines"]
    assert line == {"description": await _title(world, made), "taxes": [{"name": "VAT", "rateBps": 1800}]}
    assert await transfers_of(world, id_) == ["P1"]
    assert await events_of(world, id_) == ["invoice.created", "invoice.opened", "invoice.payment_failed"]
    assert shown["collection"] == {"mode": "AUTO", "attempts": 1, "lastFailure": "NO_PAYMENT_METHOD"}


async def _title(world: World, made: Made) -> str:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        return (await _milestone(db, made)).title


@pytest.mark.parametrize(
    ("kind", "days", "of_milestone"),
    [
        (InvoiceKind.MILESTONE, 7, True),
        (InvoiceKind.INTERIM, 14, True),
        (InvoiceKind.UPFRONT, 14, False),
        (InvoiceKind.FINAL, 14, False),
    ],
)
async def test_the_kind_says_when_an_invoice_is_due(
    world: World, kind: InvoiceKind, days: int, of_milestone: bool
) -> None:
    made = await make_project(world)
    await issue(world, made, kind, 39_600, milestone=of_milestone)
    (shown,) = await listed(made.client, made.id)
    issued, due = (date.fromisoformat(str(shown[name])) for name in ("issueOn", "dueOn"))
    assert due - issued == timedelta(days=days)
    assert (shown["total"], shown["fee"], shown["net"]) == ({"amountMinor": "39600"}, None, None)


async def test_with_a_default_method_the_first_charge_is_on_its_way(world: World) -> None:
    made = await make_project(world)
    await make_method(made.client)
    await issue(world, made, InvoiceKind.MILESTONE, 39_600, milestone=True)
    await world.settle()
    (shown,) = await listed(made.client, made.id)
    assert (shown["status"], shown["paymentStatus"]) == ("PAID", "PAID")
    assert shown["collection"] == {"mode": "AUTO", "attempts": 0, "lastFailure": None}
    assert await balances(world) == {"provider_cash": 39_600, "wallet_available": -37_620, "platform_fee": -1_980}


async def test_nothing_is_billed_twice(world: World) -> None:
    made = await make_project(world)
    for kind, milestone in ((InvoiceKind.MILESTONE, True), (InvoiceKind.FINAL, False)):
        await issue(world, made, kind, 100, milestone=milestone)
        with pytest.raises(Refused, match="invoiced already"):
            await issue(world, made, kind, 100, milestone=milestone)
    assert await count_of_invoices(world) == 2


async def test_two_rivals_for_one_invoice_have_one_winner(world: World) -> None:
    made = await make_project(world)
    both = (issue(world, made, InvoiceKind.FINAL, 100) for _ in range(2))
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sum(isinstance(result, str) for result in results) == 1
    assert await count_of_invoices(world) == 1


async def test_a_client_is_one_customer_however_many_projects_bill_it_at_once(world: World) -> None:
    first = await make_project(world)
    more = [await make_project(world, client=first.client, freelancer=first.freelancer) for _ in range(5)]
    await asyncio.gather(*(issue(world, made, InvoiceKind.FINAL, 100) for made in (first, *more)))
    async with world.database.reader() as session:
        assert await session.scalar(select(func.count()).select_from(customers)) == 1
    assert await count_of_invoices(world) == 6


async def test_people_do_not_void_what_a_project_bills(world: World) -> None:
    made = await make_project(world)
    id_ = await issue(world, made, InvoiceKind.FINAL, 100)
    for person in (made.freelancer, made.client):
        refusal = await person.refused("voidInvoice", invoiceId=id_, reason="Wrong", idempotencyKey=world.key())
        assert refusal["code"] == "FORBIDDEN"
    (shown,) = await listed(made.freelancer, made.id)
    assert shown["status"] == "OPEN"
    assert {"action": "voidInvoice", "allowed": False, "reason": "FORBIDDEN"} in shown["availableActions"]


async def test_an_unpaid_upfront_invoice_is_withdrawn_with_its_project(world: World) -> None:
    made = await make_project(world, "COMPLETION", upfront_bps=1200)
    assert made.upfront is not None
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        project = await db.session.get_one(Project, made.uuid)
        assert await project_invoices.agreed_billed_minor(db, made.uuid) == project.upfront_minor
        for _ in range(2):
            await upfront_invoices.take_back(db, await upfront_invoices.for_cancellation(db, project), "Cancelled")
            await db.flush()
        assert await project_invoices.agreed_billed_minor(db, made.uuid) == 0
        assert not await project_invoices.upfront_is_paid(db, made.uuid)
    assert await transfers_of(world, f"inv_{made.upfront.hex}") == ["P1", "P2"]
    assert await balances(world) == {}
    (shown,) = await listed(made.client, made.id)
    assert (shown["status"], shown["kind"], shown["paymentStatus"]) == ("VOID", "UPFRONT", None)
