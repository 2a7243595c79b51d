"""Money from outside Milepost through the API: recorded by its issuer, and removed again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import Role
from tests.makers.colleagues import colleague
from tests.makers.credits import credit
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import Claim, balances, make_claim, postings, unsound
from tests.makers.projects import Made, approve, make_active_project, submit
from tests.world import World

RECORDED = """replayed invoice { status paymentStatus amountDue { amountMinor } paid { amountMinor } }
 recordedPayment { id status amount { amountMinor } allocated { amountMinor } receivedOn method reference
   recordedBy { id } invoice { id } availableActions { action allowed } }"""


def eur(amount_minor: int) -> dict[str, str]:
    return {"amountMinor": str(amount_minor), "currency": "EUR"}


def recording(claim: Claim, amount_minor: int = 100_000, **input: Any) -> dict[str, Any]:
    return {
        "invoiceId": claim.id,
        "amount": eur(amount_minor),
        "receivedOn": claim.world.clock.now().date().isoformat(),
        "method": "BANK_TRANSFER",
        "reference": "Transfer 17",
        "idempotencyKey": claim.world.key(),
    } | input


async def record(claim: Claim, amount_minor: int) -> str:
    done = await claim.issuer.do("recordPayment", "recordedPayment { id }", **recording(claim, amount_minor))
    return str(done["recordedPayment"]["id"])


def removal(claim: Claim, recorded: str, **input: Any) -> dict[str, Any]:
    return {
        "recordedPaymentId": recorded,
        "reason": "It was for another invoice.",
        "idempotencyKey": claim.world.key(),
    } | input


async def test_money_from_outside_pays_an_invoice_and_its_fee_is_owed(world: World) -> None:
    claim = await make_claim(world)
    input = recording(claim)
    for replayed in (False, True):
        done = await claim.issuer.do("recordPayment", RECORDED, **input)
        recorded = done["recordedPayment"]
        assert recorded.pop("id").startswith("rpm_")
        assert done == {
            "replayed": replayed,
            "invoice": {
                "status": "PAID",
                "paymentStatus": "PAID",
                "amountDue": {"amountMinor": "0"},
                "paid": {"amountMinor": "100000"},
            },
            "recordedPayment": {
                "status": "RECORDED",
                "amount": {"amountMinor": "100000"},
                "allocated": {"amountMinor": "100000"},
                "receivedOn": input["receivedOn"],
                "method": "BANK_TRANSFER",
                "reference": "Transfer 17",
                "recordedBy": {"id": f"usr_{claim.issuer.user_id.hex}"},
                "invoice": {"id": claim.id},
                "availableActions": [{"action": "removeRecordedPayment", "allowed": True}],
            },
        }
    assert await balances(world) == {"org_debt": 5_000, "platform_fee": -5_000}
    assert await postings(world) == ["P1", "P5"]
    assert (await claim.events("invoice"), await claim.events("recorded_payment")) == (["paid"], ["recorded"])
    assert await unsound(world) == []


async def test_what_is_too_much_is_noted_for_the_customer(world: World) -> None:
    claim = await make_claim(world)
    done = await claim.issuer.do("recordPayment", RECORDED, **recording(claim, 100_250))
    assert done["recordedPayment"]["allocated"] == {"amountMinor": "100000"}
    held = {"external_funds": 250, "external_credit": -250}
    assert await balances(world) == {"org_debt": 5_000, "platform_fee": -5_000} | held
    removed = await claim.issuer.do("removeRecordedPayment", RECORDED, **removal(claim, done["recordedPayment"]["id"]))
    assert (removed["invoice"]["status"], removed["recordedPayment"]["status"]) == ("OPEN", "REMOVED")
    assert await balances(world) == {"receivable": 100_000, "billed": -100_000}
    assert await unsound(world) == []


async def test_debt_of_fees_is_repaid_by_the_next_money_and_comes_back_when_the_record_was_wrong(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    recorded = await record(claim, 100_000)
    other = await make_claim(world, total_minor=20_000, fee_minor=1_000, sides=claim)
    await other.pay()
    await world.settle()
    assert await balances(world) == {"provider_cash": 20_000, "wallet_available": -14_000, "platform_fee": -6_000}
    await claim.issuer.do("removeRecordedPayment", "invoice { id }", **removal(claim, recorded))
    assert await balances(world) == {
        "provider_cash": 20_000,
        "wallet_available": -19_000,
        "platform_fee": -1_000,
        "receivable": 100_000,
        "billed": -100_000,
    }
    assert await postings(world) == ["P1", "P5", "P1", "P3", "P18", "P5"]
    assert await unsound(world) == []


async def test_parts_are_recorded_and_removed_in_any_order_without_losing_a_cent_of_the_fee(world: World) -> None:
    claim = await make_claim(world, token="sim_ok", total_minor=100_001, fee_minor=5_000)
    first = await record(claim, 33_333)
    await claim.pay(amount_minor=33_333)
    await world.settle()
    await claim.issuer.do("removeRecordedPayment", "invoice { id }", **removal(claim, first))
    assert await unsound(world) == []
    await record(claim, 66_668)
    assert (await claim.invoice()).status.name == "PAID"
    assert (await balances(world))["platform_fee"] == -5_000
    assert await unsound(world) == []


async def test_a_removed_payment_opens_the_invoice_and_nothing_is_charged_by_itself(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    recorded = await record(claim, 100_000)
    await claim.issuer.do("removeRecordedPayment", "invoice { id }", **removal(claim, recorded))
    world.clock.advance(timedelta(days=5))
    await world.settle()
    seen = await claim.payer.ask(
        "query($id: ID!) { invoice(id: $id) { status paymentStatus collection { mode nextAt }"
        " recordedPayments { nodes { status removeReason } } } }",
        id=claim.id,
    )
    assert seen["invoice"] == {
        "status": "OPEN",
        "paymentStatus": "ON_HOLD",
        "collection": {"mode": "STOPPED", "nextAt": None},
        "recordedPayments": {"nodes": [{"status": "REMOVED", "removeReason": "It was for another invoice."}]},
    }
    assert await claim.payments() == []
    assert await claim.events("invoice") == ["paid", "reopened"]
    twice = await claim.issuer.refused("removeRecordedPayment", **removal(claim, recorded))
    assert (twice["code"], twice["from"], twice["allowed"]) == ("WRONG_STATE", "REMOVED", ["RECORDED"])


async def test_a_payment_of_which_a_credit_note_has_returned_something_stays_recorded(world: World) -> None:
    claim = await make_claim(world)
    recorded = await record(claim, 100_000)
    await credit(claim, 40_000)
    before = await balances(world)
    refused = await claim.issuer.refused("removeRecordedPayment", **removal(claim, recorded))
    assert (refused["code"], refused["from"], refused["allowed"]) == ("WRONG_STATE", "CREDITED", ["RECORDED"])
    assert await balances(world) == before


async def test_money_from_outside_opens_what_was_given_up(world: World) -> None:
    claim = await make_claim(world)
    await claim.issuer.do(
        "markUncollectible", "invoice { id }", invoiceId=claim.id, reason="Gone.", idempotencyKey=world.key()
    )
    await record(claim, 30_000)
    invoice = await claim.invoice()
    assert (invoice.status.name, invoice.amount_due_minor, invoice.uncollectible_at) == ("OPEN", 70_000, None)
    assert await postings(world) == ["P1", "P2", "REVERSAL", "P5"]
    assert await unsound(world) == []


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"amount": eur(0)}, ["amount", "amountMinor"]),
        ({"amount": eur(-5)}, ["amount", "amountMinor"]),
        ({"amount": {"amountMinor": "5", "currency": "USD"}}, ["amount", "currency"]),
        ({"receivedOn": "2999-01-01"}, ["receivedOn"]),
        ({"reference": "x" * 201}, ["reference"]),
        ({"reference": "two\nlines"}, ["reference"]),
    ],
)
async def test_what_cannot_have_come_is_refused(world: World, input: dict[str, Any], path: list[str]) -> None:
    claim = await make_claim(world)
    refusal = await claim.issuer.refused("recordPayment", **recording(claim, **input))
    assert (refusal["code"], refusal["path"]) == ("INVALID", path)
    assert await postings(world) == ["P1"]


async def test_only_the_issuers_writers_record_and_remove(world: World) -> None:
    claim = await make_claim(world)
    member = await colleague(world, claim.issuer, Role.MEMBER)
    for person in (claim.payer, member):
        assert (await person.refused("recordPayment", **recording(claim)))["code"] == "FORBIDDEN"
    recorded = await record(claim, 5)
    stranger = await world.client_side("Southwind")
    assert (await stranger.refused("removeRecordedPayment", **removal(claim, recorded)))["code"] == "NOT_FOUND"
    for person in (claim.payer, member):
        assert (await person.refused("removeRecordedPayment", **removal(claim, recorded)))["code"] == "FORBIDDEN"


async def test_an_invoice_of_a_project_takes_money_from_outside_only_on_hold(world: World) -> None:
    made = await make_active_project(world, "MILESTONE", (1,))
    await make_method(made.client, "sim_decline")
    await submit(made, made.task)
    await approve(made, made.task)
    await world.settle()
    input = await _recording_of(made)
    refusal = await made.freelancer.refused("recordPayment", **input)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "UNPAID", ["ON_HOLD"])
    for _ in range(2):
        world.clock.advance(timedelta(hours=48))
        await world.settle()
    done = await made.freelancer.do("recordPayment", RECORDED, **input)
    assert (done["invoice"]["status"], done["invoice"]["paymentStatus"]) == ("PAID", "PAID")
    assert await balances(world) == {"org_debt": 5_750, "platform_fee": -5_750}
    assert await broken(world) == []


async def test_a_note_over_money_from_outside_is_void_when_its_fee_has_repaid_a_debt(world: World) -> None:
    """The fee that the note gave back went into the debt for it, and is owed again without the note."""
    claim = await make_claim(world)
    await record(claim, 100_000)
    note = (await credit(claim, 40_000))["creditNote"]["id"]
    kept = {"external_funds": 40_000, "external_credit": -40_000}
    assert await balances(world) == {"org_debt": 3_000, "platform_fee": -3_000} | kept
    voiding = {"creditNoteId": note, "reason": "It was done after all.", "idempotencyKey": world.key()}
    await claim.issuer.do("voidCreditNote", "creditNote { status }", **voiding)
    assert await balances(world) == {"org_debt": 5_000, "platform_fee": -5_000}
    assert (await postings(world))[-2:] == ["P9", "REVERSAL"]
    assert await unsound(world) == []


async def test_two_people_who_remove_the_same_payment_remove_it_once(world: World) -> None:
    claim = await make_claim(world)
    recorded = await record(claim, 100_000)
    results = await asyncio.gather(
        *(
            claim.issuer.attempt("removeRecordedPayment", "invoice { status }", **removal(claim, recorded))
            for _ in range(2)
        )
    )
    assert sorted(one.get("code", "done") for one in results) == ["WRONG_STATE", "done"]
    assert await balances(world) == {"receivable": 100_000, "billed": -100_000}
    assert await unsound(world) == []


async def _recording_of(made: Made) -> dict[str, Any]:
    """What records all of the project's one invoice."""
    world = made.client.world
    listed = await made.freelancer.ask("{ invoices { nodes { id amountDue { amountMinor currency } } } }")
    invoice = listed["invoices"]["nodes"][0]
    return {
        "invoiceId": invoice["id"],
        "amount": invoice["amountDue"],
        "receivedOn": world.clock.now().date().isoformat(),
        "method": "CASH",
        "idempotencyKey": world.key(),
    }
