"""The way of the money: taxes and fees, a lost answer, invoices without a project, and what wallets hold in the end."""

import asyncio
from datetime import timedelta

from tests.makers.invoices import invoice_input, line_input, make_customer, make_tax_type, opened
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, charged, postings
from tests.makers.simulator import lose_webhooks
from tests.stories.agreed import WALLETS, agree
from tests.world import World

INVOICE = """query($id: ID!) { invoice(id: $id) { status paymentStatus
  netTotal { decimal } taxTotal { decimal } total { decimal } payments { nodes { status } } } }"""


async def test_taxes_are_charged_on_top_and_the_fee_is_taken_of_the_net(world: World) -> None:
    freelancer = await world.freelancer_side()
    await make_tax_type(freelancer, 1800, isDefault=True)
    deal = await agree(world, "COMPLETION", 330_000, 2, by=freelancer)
    await world.settle()
    for number in range(2):
        await deal.deliver(number)
        await deal.approve(number)
    assert await deal.invoices() == [("UPFRONT", "467.28", "PAID"), ("FINAL", "3426.72", "PAID")]
    assert await deal.payouts() == [("467.28", "19.80", "447.48"), ("3426.72", "145.20", "3281.52")]
    assert await deal.wallet() == "3729.00"
    assert await charged(world) == 389_400
    summary = await deal.shown("budgetSummary { invoiced { decimal } paid { decimal } remaining { decimal } }")
    budget, nothing = {"decimal": "3300.00"}, {"decimal": "0.00"}
    assert summary["budgetSummary"] == {"invoiced": budget, "paid": budget, "remaining": nothing}


async def test_an_upfront_whose_answer_was_lost_is_checked_and_never_charged_twice(world: World) -> None:
    await lose_webhooks(world)
    deal = await agree(world, "COMPLETION", 330_000, 1, token="sim_timeout_charged")
    await world.settle()
    (invoice,) = (await deal.shown("invoices { nodes { id } }"))["invoices"]["nodes"]
    await make_method(deal.client, "sim_ok")
    refusal = await deal.client.refused("payInvoice", invoiceId=invoice["id"], idempotencyKey=world.key())
    assert refusal["code"] == "CONFLICT"
    refusal = await deal.client.refused("cancelProject", projectId=deal.id, reason="No.", idempotencyKey=world.key())
    assert refusal["code"] == "WRONG_STATE"
    shown = (await deal.client.ask(INVOICE, id=invoice["id"]))["invoice"]
    assert (shown["status"], shown["payments"]["nodes"]) == ("OPEN", [{"status": "UNKNOWN"}])
    assert (await deal.status(), await postings(world), await charged(world)) == ("PENDING_ACTIVATION", ["P1"], 39_600)

    world.clock.advance(timedelta(minutes=5))
    await asyncio.gather(*(world.settle() for _ in range(3)))
    shown = (await deal.client.ask(INVOICE, id=invoice["id"]))["invoice"]
    assert (shown["status"], shown["payments"]["nodes"]) == ("PAID", [{"status": "SUCCEEDED"}])
    assert (await deal.status(), await postings(world), await charged(world)) == ("ACTIVE", ["P1", "P3"], 39_600)
    assert await deal.wallet() == "376.20"


async def test_an_invoice_without_a_project_is_taxed_paid_in_parts_and_free_of_fees(world: World) -> None:
    issuer, client = await world.freelancer_side(), await world.client_side()
    vat = await make_tax_type(issuer, 1800)
    line = line_input(1_000_000, vat, currency="MKD")
    input = invoice_input(await make_customer(issuer, client), line, currency="MKD", discount={"bps": 1000})
    invoice = (await issuer.do("createInvoice", "invoice { id }", **input))["invoice"]["id"]
    await opened(world, issuer, invoice)
    await make_method(client, currency="MKD")
    for amount_minor, status in (("62000", "PARTIALLY_PAID"), ("1000000", "PAID")):
        part = {"amountMinor": amount_minor, "currency": "MKD"}
        input = {"invoiceId": invoice, "amount": part, "idempotencyKey": world.key()}
        await client.do("payInvoice", "payment { id }", **input)
        await world.settle()
        shown = (await client.ask(INVOICE, id=invoice))["invoice"]
        assert shown["paymentStatus"] == status
    assert [shown[name]["decimal"] for name in ("netTotal", "taxTotal", "total")] == ["9000.00", "1620.00", "10620.00"]
    assert (await issuer.ask(WALLETS))["wallets"]["nodes"] == [
        {"currency": "MKD", "available": {"decimal": "10620.00"}}
    ]
    assert await balances(world) == {"provider_cash": 1_062_000, "wallet_available": -1_062_000}


async def test_reminders_wait_for_two_days_twice_and_then_for_three(world: World) -> None:
    deal = await agree(world, "COMPLETION", 330_000, 1, token="sim_decline")
    await world.settle()
    (invoice,) = (await deal.shown("invoices { nodes { id } }"))["invoices"]["nodes"]
    for number, hours in ((1, 0), (2, 48), (3, 48), (4, 72), (5, 72)):
        if hours:
            world.clock.advance(timedelta(hours=hours - 8))
            early = await deal.freelancer.refused("sendInvoiceReminder", invoiceId=invoice["id"])
            assert (early["code"], early["retryAfter"]) == ("RATE_LIMITED", 8 * 3600)
            world.clock.advance(timedelta(hours=8))
        sent = await deal.freelancer.do("sendInvoiceReminder", "reminder { number }", invoiceId=invoice["id"])
        assert sent["reminder"]["number"] == number
