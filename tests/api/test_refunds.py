"""Refunds through the API: what may go back, who has to agree, and what becomes of what does not arrive."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import Role, StaffRole
from tests.makers.colleagues import colleague
from tests.makers.credits import REFUND, credit, given_back, lacking, make_note, make_paid, money, refund, refund_of
from tests.makers.ledger import make_trade
from tests.makers.payments import Claim, balances, make_claim, postings
from tests.makers.traces import actors_of
from tests.world import Person, World

CREDITED = {"provider_cash": 100_000, "wallet_available": -57_000, "platform_fee": -3_000, "customer_credit": -40_000}


async def approve(person: Person, approval: str) -> dict[str, Any]:
    return await person.do(
        "approve", "approval { status refund { status } }", approvalId=approval, idempotencyKey=person.world.key()
    )


async def ask(claim: Claim, payment: str, **changes: Any) -> dict[str, Any]:
    """What becomes of asking for 100.00: the refund or the refusal."""
    input = {"paymentId": payment, "amount": money(10_000), "reason": "Agreed", "idempotencyKey": claim.world.key()}
    return await claim.issuer.attempt("refundPayment", f"refund {{ {REFUND} }}", **(input | changes))


async def test_a_refund_goes_back_to_the_card_out_of_the_customers_credit(world: World) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 40_000)
    asked = await refund(claim, payment, 15_000)
    assert (asked["status"], asked["cause"], asked["awaitsApproval"]) == ("PENDING", "REQUEST", False)
    assert await balances(world) == CREDITED | {"customer_credit": -25_000, "refund_payable": -15_000}
    await world.settle()
    assert (await refund_of(claim)).status.name == "SUCCEEDED"
    assert await given_back(world) == 15_000
    assert await balances(world) == CREDITED | {"customer_credit": -25_000, "provider_cash": 85_000}
    assert await postings(world) == ["P1", "P3", "P9", "P10", "P10"]
    assert await claim.events("refund") == ["requested", "succeeded"]
    seen = await claim.payer.ask(
        "query($id: ID!) { payment(id: $id) { refundedAmount { amountMinor } refunds { nodes { status reason } } } }",
        id=payment,
    )
    assert seen["payment"] == {
        "refundedAmount": {"amountMinor": "15000"},
        "refunds": {"nodes": [{"status": "SUCCEEDED", "reason": "Agreed"}]},
    }


async def test_a_credit_note_sends_what_it_returns_back_at_once(world: World) -> None:
    claim, _ = await make_paid(world)
    done = await credit(claim, 40_000, refund=True)
    (started,) = done["refunds"]
    assert (started["cause"], started["amount"], started["reason"]) == ("CREDIT_NOTE", money(40_000), "Less was done")
    await world.settle()
    assert await given_back(world) == 40_000
    assert await balances(world) == {"provider_cash": 60_000, "wallet_available": -57_000, "platform_fee": -3_000}


async def test_what_is_returned_goes_back_to_several_payments_oldest_first(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    for part in (30_000, 70_000):
        await claim.pay(amount_minor=part)
        await world.settle()
    done = await credit(claim, 45_000, refund=True)
    assert [one["amount"] for one in done["refunds"]] == [money(30_000), money(15_000)]
    await world.settle()
    assert await given_back(world) == 45_000


async def test_repeating_an_issue_with_its_key_answers_with_the_same_refunds(world: World) -> None:
    claim, _ = await make_paid(world)
    note = await make_note(claim, 20_000)
    input = {"creditNoteId": note["id"], "refund": True, "idempotencyKey": world.key()}
    answers = [await claim.issuer.do("issueCreditNote", "replayed refunds { id }", **input) for _ in range(2)]
    assert [one["replayed"] for one in answers] == [False, True]
    assert answers[0]["refunds"] == answers[1]["refunds"]
    await world.settle()
    assert await given_back(world) == 20_000


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"amount": money(0)}, ["amount", "amountMinor"]),
        ({"amount": money(-1)}, ["amount", "amountMinor"]),
        ({"amount": money(10_000, "USD")}, ["amount", "currency"]),
        ({"amount": money(100_001)}, ["amount", "amountMinor"]),
        ({"reason": ""}, ["reason"]),
    ],
)
async def test_a_refund_names_what_is_wrong_with_it(world: World, change: dict[str, Any], path: list[str]) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 40_000)
    refusal = await ask(claim, payment, **change)
    assert (refusal["code"], refusal["path"]) == ("INVALID", path)
    assert await balances(world) == CREDITED


async def test_without_as_much_credit_nothing_goes_back(world: World) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 40_000)
    refusal = await lacking(claim.issuer, "refundPayment", paymentId=payment, amount=money(40_001), reason="More")
    assert refusal == ("INSUFFICIENT_FUNDS", 40_001, 40_000)
    assert await balances(world) == CREDITED


async def test_what_came_from_a_wallet_stays_credit(world: World) -> None:
    rich, _ = await make_paid(world)
    trade = await make_trade(
        world, issuer_id=(await world.freelancer_side()).organization_id, payer_id=rich.issuer.organization_id
    )
    other = await make_claim(
        world, sides=Claim(world, await world.freelancer_side(), rich.issuer, trade, rich.invoice_id)
    )
    paid = await other.payer.do(
        "payInvoice",
        "payment { id }",
        invoiceId=other.id,
        source="WALLET",
        amount=money(50_000),
        idempotencyKey=world.key(),
    )
    staff = await world.staff(StaffRole.FINANCE)
    refusal = await staff.refused(
        "refundPayment", paymentId=paid["payment"]["id"], reason="Please", idempotencyKey=world.key()
    )
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "WALLET", ["METHOD"])


async def test_what_did_not_succeed_is_not_refunded(world: World) -> None:
    claim = await make_claim(world, token="sim_decline")
    payment = await claim.pay()
    await world.settle()
    refusal = await ask(claim, payment)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "FAILED", ["SUCCEEDED"])


async def test_only_the_issuers_side_and_staff_for_money_refund(world: World) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 40_000)
    input = {"paymentId": payment, "amount": money(10_000), "reason": "Please", "idempotencyKey": world.key()}
    assert (await claim.payer.refused("refundPayment", **input))["code"] == "FORBIDDEN"
    member = await colleague(world, claim.issuer, Role.MEMBER)
    assert (await member.refused("refundPayment", **input))["code"] == "FORBIDDEN"
    staff = await world.staff(StaffRole.FINANCE)
    made = await staff.do("refundPayment", "refund { status }", **input)
    assert made["refund"] == {"status": "PENDING"}


async def test_from_the_threshold_on_a_second_person_of_the_issuer_agrees(world: World) -> None:
    claim, payment = await make_paid(world)
    colleague_of_issuer = await colleague(world, claim.issuer, Role.OWNER)
    await credit(claim, 60_000)
    asked = await refund(claim, payment, 50_000)
    assert (asked["status"], asked["awaitsApproval"]) == ("PENDING", True)
    await world.settle()
    assert (await given_back(world), (await refund_of(claim)).status.name) == (0, "PENDING")
    own = await claim.issuer.refused("approve", approvalId=asked["approval"]["id"], idempotencyKey=world.key())
    assert own["code"] == "FORBIDDEN"
    approved = await approve(colleague_of_issuer, asked["approval"]["id"])
    assert approved["approval"] == {"status": "APPROVED", "refund": {"status": "PENDING"}}
    await world.settle()
    assert (await given_back(world), (await refund_of(claim)).status.name) == (50_000, "SUCCEEDED")
    assert await claim.events("refund") == ["requested", "approved", "succeeded"]
    assert await actors_of(world, "refund.approved") == [colleague_of_issuer.user_id]


async def test_staff_agree_where_the_issuer_has_nobody_else(world: World) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 60_000)
    asked = await refund(claim, payment, 50_000)
    await approve(await world.staff(StaffRole.FINANCE), asked["approval"]["id"])
    await world.settle()
    assert await given_back(world) == 50_000


@pytest.mark.parametrize("way", ["reject", "cancelApproval", "lapse", "cancelRefund"])
async def test_what_nobody_agrees_to_is_the_customers_credit_again(world: World, way: str) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 60_000)
    before = await balances(world)
    asked = await refund(claim, payment, 50_000)
    approval = asked["approval"]["id"]
    if way == "reject":
        staff = await world.staff(StaffRole.FINANCE)
        await staff.do("reject", "approval { status }", approvalId=approval, reason="No")
    elif way == "cancelApproval":
        await claim.issuer.do("cancelApproval", "approval { status }", approvalId=approval)
    elif way == "cancelRefund":
        await claim.issuer.do("cancelRefund", "refund { status }", refundId=asked["id"], idempotencyKey=world.key())
    else:
        world.clock.advance(timedelta(hours=73))
    await world.settle()
    assert ((await refund_of(claim)).status.name, await given_back(world)) == ("CANCELED", 0)
    assert await balances(world) == before
    assert (await postings(world))[-2:] == ["P10", "P11"]
    assert (await ask(claim, payment))["refund"]["status"] == "PENDING"


async def test_a_refund_that_is_sent_is_not_taken_back(world: World) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 40_000)
    asked = await refund(claim, payment, 10_000)
    await world.settle()
    refusal = await claim.issuer.refused("cancelRefund", refundId=asked["id"], idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "SUCCEEDED", ["PENDING"])


async def test_twenty_refunds_at_once_give_back_no_more_than_was_captured(world: World) -> None:
    claim, payment = await make_paid(world)
    await credit(claim)
    answers = await asyncio.gather(*(ask(claim, payment, amount=money(9_000)) for _ in range(20)))
    refused = [one["code"] for one in answers if "code" in one]
    assert (len(refused), set(refused)) == (9, {"INVALID"})
    await world.settle()
    assert await given_back(world) == 99_000
    assert await balances(world) == {"provider_cash": 1_000, "customer_credit": -1_000}


async def test_a_refund_and_paying_with_the_same_credit_never_use_it_twice(world: World) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 40_000)
    other = await make_claim(world, sides=claim)
    pay = {"invoiceId": other.id, "amount": money(30_000)}
    answers = await asyncio.gather(
        ask(claim, payment, amount=money(30_000)),
        claim.payer.attempt("applyCustomerCredit", "invoice { id }", **pay, idempotencyKey=world.key()),
    )
    assert sorted(one.get("code", "done") for one in answers) == ["INSUFFICIENT_FUNDS", "done"]
    await world.settle()
    assert (await balances(world))["customer_credit"] == -10_000


async def test_refunds_and_credit_notes_at_once_leave_whole_books(world: World) -> None:
    claim, payment = await make_paid(world)
    await credit(claim, 20_000)
    notes = [await make_note(claim, 20_000) for _ in range(3)]
    issue = [
        claim.issuer.attempt(
            "issueCreditNote", "creditNote { number }", creditNoteId=one["id"], refund=True, idempotencyKey=world.key()
        )
        for one in notes
    ]
    answers = await asyncio.gather(*issue, *(ask(claim, payment) for _ in range(2)))
    assert [one for one in answers if "code" in one] == []
    await world.settle()
    assert await given_back(world) == 80_000
    assert await balances(world) == {"provider_cash": 20_000, "wallet_available": -19_000, "platform_fee": -1_000}
