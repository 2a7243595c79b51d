"""What becomes of a fee when a payer's bank takes money back of which credit notes or several holds had a part."""

from datetime import timedelta
from typing import Any

from integrations.chargebacks import ReportedState
from tests.api.test_fee_policies import plan
from tests.makers.books import broken_by
from tests.makers.chargebacks import report
from tests.makers.credits import credit
from tests.makers.escrow import fund, make_delivered_project, make_funded_project, release
from tests.makers.invariants import broken
from tests.makers.payments import balances, make_claim, unsound
from tests.makers.projects import Made, approve, submit
from tests.world import Person, World

LOST, DUE_AGAIN = ReportedState.LOST, {"receivable": 100_000, "billed": -100_000}


async def test_a_bank_gets_back_only_what_a_credit_note_has_left_of_the_fee(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    payment = await claim.pay()
    await world.settle()
    await credit(claim, 40_000)
    await report(world, payment, LOST, 100_000)
    owed = {"customer_credit": -40_000, "org_debt": 40_000}
    assert await balances(world) == DUE_AGAIN | owed
    assert await unsound(world) == []
    await claim.pay()
    await world.settle()
    assert await balances(world) == {
        "provider_cash": 100_000,
        "customer_credit": -40_000,
        "wallet_available": -57_000,
        "platform_fee": -3_000,
    }
    assert await unsound(world) == []
    assert await broken_by(world, "UPDATE credit_notes SET fee_minor = 0") == {"CREDIT_NOTE", "PLATFORM_FEE", "WALLET"}


async def test_of_a_part_that_a_bank_takes_the_fee_is_what_keeps_the_rest_in_proportion(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    first = await claim.pay(amount_minor=50_000)
    await world.settle()
    await claim.pay()
    await world.settle()
    await credit(claim, 40_000)
    await report(world, first, LOST, 50_000)
    assert await balances(world) == {
        "provider_cash": 50_000,
        "customer_credit": -40_000,
        "wallet_available": -9_500,
        "platform_fee": -500,
        "receivable": 50_000,
        "billed": -50_000,
    }
    assert await unsound(world) == []


async def test_a_note_whose_money_a_bank_took_stays_until_the_invoice_is_paid_again(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    payment = await claim.pay()
    await world.settle()
    note = (await credit(claim, 40_000))["creditNote"]["id"]
    await report(world, payment, LOST, 100_000)
    voiding = {"creditNoteId": note, "reason": "It was done after all."}
    refusal = await claim.issuer.refused("voidCreditNote", **voiding, idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "CHARGED_BACK", ["PAID"])
    await claim.pay()
    await world.settle()
    await claim.issuer.do("voidCreditNote", "creditNote { status }", **voiding, idempotencyKey=world.key())
    assert await balances(world) == {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
    assert await unsound(world) == []


async def test_holds_with_other_fees_on_one_invoice_lose_their_own(world: World) -> None:
    """At 5 and at 10 percent, released one after the other; the bank takes the first before the second goes."""
    staff = await world.staff()
    made, cheap, dear = await make_two_rates(world, staff)
    await staff.do("clearEscrowRelease", "hold { id }", holdId=cheap)
    assert (await balances(world))["platform_fee"] == -2_500
    [payment] = (await made.client.ask(PAYMENTS, id=cheap))["escrowHold"]["payments"]["nodes"]
    await report(world, payment["id"], LOST, 50_000)
    assert await balances(world) == {"provider_cash": 50_000, "escrow": -50_000} | DUE_AGAIN
    assert await broken(world) == []
    await staff.do("clearEscrowRelease", "hold { id }", holdId=dear)
    assert (await balances(world))["platform_fee"] == -5_000
    assert await broken(world) == []
    invoice = (await made.client.ask("{ invoices(filter: {status: [OPEN]}) { nodes { id } } }"))["invoices"]["nodes"][0]
    await made.client.do("payInvoice", "payment { id }", invoiceId=invoice["id"], idempotencyKey=world.key())
    await world.settle()
    assert await balances(world) == {"provider_cash": 100_000, "wallet_available": -92_500, "platform_fee": -7_500}
    assert await broken(world) == []


async def test_what_was_held_is_free_when_the_last_invoice_has_lost_nothing(world: World) -> None:
    """Two advances, of which the bank takes a part of the newer; meanwhile less of that is lost than was held."""
    made, hold = await make_delivered_project(world)
    await release(made, hold, 40_000)
    newer = (await release(made, hold, 60_000, select="invoice { id }"))["invoice"]["id"]
    note = await _credited(made, newer)
    [payment] = (await made.client.ask(PAYMENTS, id=hold))["escrowHold"]["payments"]["nodes"]
    await report(world, payment["id"], ReportedState.NEEDS_RESPONSE, 30_000)
    assert (await balances(world))["wallet_held"] == -30_000
    voiding = {"creditNoteId": note, "reason": "It was done after all.", "idempotencyKey": world.key()}
    await made.freelancer.do("voidCreditNote", "creditNote { status }", **voiding)
    await report(world, payment["id"], LOST, 30_000)
    assert await balances(world) == {
        "provider_cash": 70_000,
        "wallet_available": -66_500,
        "platform_fee": -3_500,
        "receivable": 30_000,
        "billed": -30_000,
    }
    assert await broken(world) == []
    more = "UPDATE hold_movements SET fee_minor = fee_minor + 1 WHERE fee_minor = 3000"
    assert await broken_by(world, more) == {"HOLD_MOVEMENTS", "PLATFORM_FEE", "WALLET"}


PAYMENTS = "query($id: ID!) { escrowHold(id: $id) { payments { nodes { id } } } }"


async def make_two_rates(world: World, staff: Person) -> tuple[Made, str, str]:
    """A finished COMPLETION project whose final invoice waits for two holds of 500.00, at 5 and at 10 percent."""
    made, cheap = await make_funded_project(world, "COMPLETION", (1, 1), upfront_bps=0)
    await plan(world, staff, bps=1_000)
    world.clock.advance(timedelta(days=1))
    dear = (await fund(made, 1))["hold"]["id"]
    await world.settle()
    terms = {"position": 1, "status": "ACTIVE", "needsCompliance": True}
    organization = f"org_{made.client.organization_id.hex}"
    await made.client.do("upsertReleasePolicy", "policy { id }", organizationId=organization, terms=terms)
    for [task] in made.tasks:
        await submit(made, task)
        await approve(made, task)
    return made, cheap, str(dear)


async def _credited(made: Made, invoice: str) -> str:
    """A credit note over all of an invoice."""
    input: dict[str, Any] = {"invoiceId": invoice, "reason": "Less was done."}
    note = (await made.freelancer.do("createCreditNote", "creditNote { id }", **input))["creditNote"]["id"]
    issuing = {"creditNoteId": note, "refund": False, "idempotencyKey": made.freelancer.world.key()}
    await made.freelancer.do("issueCreditNote", "creditNote { status }", **issuing)
    return str(note)
