"""Write-offs through the API: giving up invoices, and little remainders."""

from datetime import timedelta

from sqlalchemy import update

from domain.actors import SYSTEM
from domain.invoices import CollectionMode
from domain.permissions import Role
from persistence.tables.invoicing import invoices
from persistence.unit import unit_of_work
from tests.makers.colleagues import colleague
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import Claim, balances, make_claim, postings, unsound
from tests.makers.projects import approve, make_active_project, submit
from tests.world import World

GIVEN_UP = (
    "invoice { status paymentStatus uncollectibleReason amountDue { amountMinor } availableActions { action allowed } }"
)
STANDING = "query($id: ID!) { invoice(id: $id) { status amountDue { amountMinor } writtenOff { amountMinor } } }"


async def given_up(claim: Claim) -> None:
    await claim.issuer.do(
        "markUncollectible",
        "invoice { id }",
        invoiceId=claim.id,
        reason="They have moved to the moon.",
        idempotencyKey=claim.world.key(),
    )


async def standing(claim: Claim) -> tuple[str, str, str]:
    invoice = (await claim.issuer.ask(STANDING, id=claim.id))["invoice"]
    return invoice["status"], invoice["amountDue"]["amountMinor"], invoice["writtenOff"]["amountMinor"]


async def test_what_is_given_up_is_no_longer_expected_but_stays_due(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    key = world.key()
    for replayed in (False, True):
        done = await claim.issuer.do(
            "markUncollectible", f"replayed {GIVEN_UP}", invoiceId=claim.id, reason=" Gone. ", idempotencyKey=key
        )
        assert done["replayed"] is replayed
        invoice = done["invoice"]
        assert [one["action"] for one in invoice.pop("availableActions") if one["allowed"]] == [
            "duplicateInvoice",
            "recordPayment",
        ]
        assert invoice == {
            "status": "UNCOLLECTIBLE",
            "paymentStatus": "UNPAID",
            "uncollectibleReason": "Gone.",
            "amountDue": {"amountMinor": "100000"},
        }
    assert (await balances(world), await postings(world)) == ({}, ["P1", "P2"])
    assert await claim.events("invoice") == ["marked_uncollectible"]
    assert await unsound(world) == []


async def test_money_for_what_was_given_up_opens_it_before_it_counts(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    await given_up(claim)
    await claim.pay(amount_minor=40_000)
    await world.settle()
    assert await standing(claim) == ("OPEN", "60000", "0")
    await given_up(claim)
    await claim.pay()
    await world.settle()
    assert await standing(claim) == ("PAID", "0", "0")
    assert await postings(world) == ["P1", "P2", "REVERSAL", "P3", "P2", "REVERSAL", "P3"]
    assert await balances(world) == {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
    assert await claim.events("invoice") == [
        "marked_uncollectible",
        "reopened",
        "partially_paid",
        "marked_uncollectible",
        "reopened",
        "paid",
    ]
    assert await unsound(world) == []


async def test_an_invoice_of_a_project_is_given_up_only_when_there_is_little_hope(world: World) -> None:
    made = await make_active_project(world, "MILESTONE", (1,))
    await make_method(made.client, "sim_decline")
    await submit(made, made.tasks[0][0])
    await approve(made, made.tasks[0][0])
    await world.settle()
    listed = await made.freelancer.ask("{ invoices { nodes { id paymentStatus } } }")
    invoice = listed["invoices"]["nodes"][0]
    asked = {"invoiceId": invoice["id"], "reason": "They do not answer."}
    refusal = await made.freelancer.refused("markUncollectible", **asked, idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "UNPAID", ["ON_HOLD"])
    for _ in range(2):
        world.clock.advance(timedelta(hours=48))
        await world.settle()
    done = await made.freelancer.do("markUncollectible", GIVEN_UP, **asked, idempotencyKey=world.key())
    assert (done["invoice"]["status"], done["invoice"]["paymentStatus"]) == ("UNCOLLECTIBLE", "ON_HOLD")
    assert await broken(world) == []


async def test_only_the_issuers_writers_give_up_what_is_open_and_not_being_paid(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    asked = {"invoiceId": claim.id, "reason": "Gone."}
    member = await colleague(world, claim.issuer, Role.MEMBER)
    for person in (claim.payer, member):
        assert (await person.refused("markUncollectible", **asked, idempotencyKey=world.key()))["code"] == "FORBIDDEN"
    empty = await claim.issuer.refused("markUncollectible", invoiceId=claim.id, reason=" ", idempotencyKey=world.key())
    assert (empty["code"], empty["path"]) == ("INVALID", ["reason"])
    payment = await claim.pay()
    busy = await claim.issuer.refused("markUncollectible", **asked, idempotencyKey=world.key())
    assert busy["code"] == "CONFLICT"
    await claim.payer.do("cancelPayment", "payment { id }", paymentId=payment, idempotencyKey=world.key())
    await _change(claim, is_frozen=True)
    frozen = await claim.issuer.refused("markUncollectible", **asked, idempotencyKey=world.key())
    assert frozen["code"] == "DISPUTED"
    await _change(claim, is_frozen=False)
    await given_up(claim)
    twice = await claim.issuer.refused("markUncollectible", **asked, idempotencyKey=world.key())
    assert (twice["code"], twice["from"], twice["allowed"]) == ("WRONG_STATE", "UNCOLLECTIBLE", ["OPEN"])
    assert await unsound(world) == []


async def test_automatic_collection_ends_with_the_hope(world: World) -> None:
    claim = await make_claim(world, token="sim_decline", mode=CollectionMode.AUTO)
    await world.settle()
    await given_up(claim)
    world.clock.advance(timedelta(hours=49))
    await world.settle()
    assert await claim.payments() == ["FAILED"]


async def test_a_remainder_within_the_tolerance_is_written_off(world: World) -> None:
    claim, staff = await make_claim(world, token="sim_ok"), await world.staff()
    await claim.pay(amount_minor=99_997)
    await world.settle()
    asked = {"invoiceId": claim.id}
    refusal = await claim.issuer.refused("writeOffRemainder", **asked, idempotencyKey=world.key())
    assert (refusal["code"], refusal["message"]) == (
        "INVALID",
        "0.03 EUR are due; at most 0.00 EUR may be written off.",
    )
    for tolerance in (3, 2):
        await staff.do(
            "setWriteOffTolerance",
            "tolerance { amount { decimal } setAt }",
            amount={"amountMinor": str(tolerance), "currency": "EUR"},
        )
        if tolerance == 3:
            continue
        refusal = await claim.issuer.refused("writeOffRemainder", **asked, idempotencyKey=world.key())
        assert refusal["code"] == "INVALID"
    await staff.do("setWriteOffTolerance", "tolerance { setAt }", amount={"amountMinor": "3", "currency": "EUR"})
    await claim.issuer.do("writeOffRemainder", "invoice { id }", **asked, idempotencyKey=world.key())
    assert await standing(claim) == ("PAID", "0", "3")
    assert await postings(world) == ["P1", "P3", "P2"]
    assert await balances(world) == {"provider_cash": 99_997, "wallet_available": -94_997, "platform_fee": -5_000}
    assert (await claim.events("invoice"))[-1] == "paid"
    assert await unsound(world) == []


async def test_a_tolerance_is_no_less_than_nothing(world: World) -> None:
    staff = await world.staff()
    amount = {"amountMinor": "-1", "currency": "EUR"}
    refusal = await staff.refused("setWriteOffTolerance", amount=amount)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["amount", "amountMinor"])


async def _change(claim: Claim, **columns: object) -> None:
    """Changes the stored invoice behind everybody's back."""
    world = claim.world
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(update(invoices).where(invoices.c.id == claim.invoice_id).values(**columns))
