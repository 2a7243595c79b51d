"""Numbers of invoices under concurrency: without gaps, without repeats, one for each opening."""

import asyncio
from typing import Any

from tests.makers.invoices import (
    events_of,
    make_customer,
    make_draft,
    numbers,
    opened,
    transfers_of,
)
from tests.makers.payments import balances
from tests.world import Person, World


async def attempt(world: World, issuer: Person, invoice: str, key: str | None = None) -> dict[str, Any]:
    return await issuer.attempt(
        "openInvoice", "replayed invoice { number }", invoiceId=invoice, idempotencyKey=key or world.key()
    )


async def test_fifty_invoices_opened_at_once_get_the_numbers_one_to_fifty(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer)
    drafts = [await make_draft(issuer, customer) for _ in range(50)]
    answers = await asyncio.gather(*(attempt(world, issuer, draft) for draft in drafts))
    assert await numbers(world, issuer) == list(range(1, 51))
    assert len({answer["invoice"]["number"] for answer in answers}) == 50
    assert await balances(world) == {"receivable": 500_000, "billed": -500_000}


async def test_refused_openings_leave_no_gap(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer)

    async def dated(day: str) -> str:
        return await make_draft(issuer, customer, issueOn=day)

    await opened(world, issuer, await dated("2020-02-01"))
    drafts = [await dated(day) for day in ("2020-01-31", "2020-02-01") for _ in range(5)]
    answers = await asyncio.gather(*(attempt(world, issuer, draft) for draft in drafts))
    assert [answer.get("path") for answer in answers] == [["issueOn"]] * 5 + [None] * 5
    assert await numbers(world, issuer) == [1, 2, 3, 4, 5, 6]
    assert await balances(world) == {"receivable": 60_000, "billed": -60_000}


async def test_one_invoice_opened_twenty_times_at_once_has_one_number_and_one_posting(world: World) -> None:
    issuer = await world.freelancer_side()
    draft = await make_draft(issuer, await make_customer(issuer))
    answers = await asyncio.gather(*(attempt(world, issuer, draft) for _ in range(20)))
    refused = [answer for answer in answers if "code" in answer]
    assert [(one["code"], one["from"]) for one in refused] == [("WRONG_STATE", "OPEN")] * 19
    assert await numbers(world, issuer) == [1]
    assert await transfers_of(world, draft) == ["P1"]
    assert await events_of(world, draft) == ["invoice.created", "invoice.opened"]


async def test_a_repeated_key_answers_with_the_first_number(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer)
    draft, key = await make_draft(issuer, customer), world.key()
    answers = await asyncio.gather(*(attempt(world, issuer, draft, key) for _ in range(5)))
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True, True]
    assert len({answer["invoice"]["number"] for answer in answers}) == 1
    other = await make_draft(issuer, customer)
    assert (await attempt(world, issuer, other, key))["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await numbers(world, issuer) == [1]


async def test_each_issuer_counts_for_itself(world: World) -> None:
    issuers = [await world.freelancer_side(), await world.freelancer_side("Grace Hopper")]
    for issuer in issuers:
        await opened(world, issuer, await make_draft(issuer, await make_customer(issuer)))
    assert [await numbers(world, issuer) for issuer in issuers] == [[1], [1]]
