"""Credit notes through the API: what they take off an invoice, who gives it back, and what it pays then."""

import asyncio
from typing import Any

import pytest

from domain.invoices import CollectionMode
from tests.makers.credits import NOTE, credit, issue, lacking, line_of, make_note, make_paid, money
from tests.makers.invoices import line_input, make_customer, make_draft, make_tax_type, opened
from tests.makers.payment_methods import make_method
from tests.makers.payments import Claim, balances, make_claim, postings
from tests.makers.payouts import make_payout_method
from tests.world import World


def amounts(note: dict[str, Any], *fields: str) -> list[int]:
    return [int(note[field]["amountMinor"]) for field in fields]


async def refused_draft(claim: Claim, **changes: Any) -> dict[str, Any]:
    input = {"invoiceId": claim.id, "lines": None, "reason": "Less was done"} | changes
    return await claim.issuer.refused("createCreditNote", **input)


async def test_a_credit_note_lowers_what_is_due_and_gets_its_own_number(world: World) -> None:
    claim = await make_claim(world)
    note = await make_note(claim, 40_000)
    assert (note["status"], note["number"]) == ("DRAFT", None)
    assert await balances(world) == {"receivable": 100_000, "billed": -100_000}
    done = await issue(claim, note)
    year = claim.world.clock.now().year
    assert (done["creditNote"]["status"], done["creditNote"]["number"]) == ("ISSUED", f"CN-{year}-0001")
    assert amounts(done["creditNote"], "total", "appliedToDue", "returned", "fee") == [40_000, 40_000, 0, 0]
    assert done["invoice"] == {"status": "OPEN", "amountDue": {"amountMinor": "60000"}}
    assert await balances(world) == {"receivable": 60_000, "billed": -60_000}
    assert await postings(world) == ["P1", "P2"]
    assert await claim.events("credit_note") == ["created", "issued"]
    assert await claim.events("invoice") == ["credited"]


async def test_an_invoice_of_which_all_is_credited_is_paid(world: World) -> None:
    claim = await make_claim(world)
    done = await credit(claim)
    assert done["invoice"] == {"status": "PAID", "amountDue": {"amountMinor": "0"}}
    assert (await claim.invoice()).paid_minor == 0
    assert await balances(world) == {}


async def test_what_was_paid_comes_back_as_credit_with_its_share_of_the_fee(world: World) -> None:
    claim, _ = await make_paid(world)
    done = await credit(claim, 25_050)
    assert amounts(done["creditNote"], "appliedToDue", "returned", "fee") == [0, 25_050, 1_253]
    assert done["invoice"]["status"] == "PAID"
    assert await balances(world) == {
        "provider_cash": 100_000,
        "wallet_available": -71_203,
        "platform_fee": -3_747,
        "customer_credit": -25_050,
    }
    rest = await credit(claim)
    assert amounts(rest["creditNote"], "returned", "fee") == [74_950, 3_747]
    assert await balances(world) == {"provider_cash": 100_000, "customer_credit": -100_000}
    assert await postings(world) == ["P1", "P3", "P9", "P9"]


async def test_a_part_payment_is_credited_from_what_is_due_first(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    await claim.pay(amount_minor=30_000)
    await world.settle()
    done = await credit(claim, 80_000)
    assert amounts(done["creditNote"], "appliedToDue", "returned", "fee") == [70_000, 10_000, 500]
    assert done["invoice"] == {"status": "PAID", "amountDue": {"amountMinor": "0"}}
    assert await balances(world) == {
        "provider_cash": 30_000,
        "wallet_available": -19_000,
        "platform_fee": -1_000,
        "customer_credit": -10_000,
    }


async def test_taxes_of_partial_credits_add_up_to_those_of_the_line(world: World) -> None:
    issuer, recipient = await world.freelancer_side(), await world.client_side()
    vat, city = await make_tax_type(issuer, 1_900), await make_tax_type(issuer, 250, name="City")
    customer = await make_customer(issuer, recipient)
    draft = await make_draft(issuer, customer, line_input(333, vat, city), line_input(999, vat))
    invoice = await opened(world, issuer, draft, "lines { id net { amountMinor } tax { amountMinor } }")
    line = invoice["lines"][0]
    assert (line["net"], line["tax"]) == ({"amountMinor": "333"}, {"amountMinor": "71"})
    taxes, nets = [], []
    for part in (100, 100, 100, None):
        lines = [{"lineId": line["id"], "amount": None if part is None else money(part)}]
        made = await issuer.do(
            "createCreditNote", f"creditNote {{ {NOTE} }}", invoiceId=draft, lines=lines, reason="A part"
        )
        key = world.key()
        done = await issuer.do(
            "issueCreditNote", f"creditNote {{ {NOTE} }}", creditNoteId=made["creditNote"]["id"], idempotencyKey=key
        )
        (credited,) = done["creditNote"]["lines"]
        taxes.append([int(one["amount"]["amountMinor"]) for one in credited["taxes"]])
        nets.append(int(credited["net"]["amountMinor"]))
    assert nets == [82, 83, 82, 86]
    assert [sum(one) for one in taxes] == [18, 17, 18, 18]
    assert [sum(one) for one in zip(*taxes, strict=True)] == [63, 8]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"reason": " "}, ["reason"]),
        ({"lines": []}, ["lines"]),
        ({"lines": [(None, money(0))]}, ["lines", "0", "amount", "amountMinor"]),
        ({"lines": [(None, money(-5))]}, ["lines", "0", "amount", "amountMinor"]),
        ({"lines": [(None, money(5, "USD"))]}, ["lines", "0", "amount", "currency"]),
        ({"lines": [(None, money(100_001))]}, ["lines", "0", "amount", "amountMinor"]),
        ({"lines": [(None, money(1)), (None, money(1))]}, ["lines", "1", "lineId"]),
        ({"lines": [("inl_" + "0" * 32, money(1))]}, ["lines", "0", "lineId"]),
    ],
)
async def test_a_draft_names_what_is_wrong_with_it(world: World, change: dict[str, Any], path: list[str]) -> None:
    claim = await make_claim(world)
    if "lines" in change:
        own = await line_of(claim)
        change = {"lines": [{"lineId": line or own, "amount": amount} for line, amount in change["lines"]]}
    refusal = await refused_draft(claim, **change)
    assert (refusal["code"], refusal["path"]) == ("INVALID", path)


async def test_no_more_is_credited_than_is_left_even_if_two_drafts_wait(world: World) -> None:
    claim = await make_claim(world)
    first, second = await make_note(claim, 60_000), await make_note(claim, 60_000)
    await issue(claim, first)
    refusal = await claim.issuer.refused("issueCreditNote", creditNoteId=second["id"], idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["lines", "0", "amount", "amountMinor"])
    assert "400.00 EUR" in refusal["message"]
    await credit(claim)
    assert (await refused_draft(claim))["message"] == "Nothing is left to credit."


async def test_notes_that_are_issued_at_once_take_off_no_more_than_there_is(world: World) -> None:
    claim, _ = await make_paid(world)
    notes = [await make_note(claim, 30_000) for _ in range(8)]
    answers = await asyncio.gather(
        *(
            claim.issuer.attempt(
                "issueCreditNote",
                "creditNote { number }",
                creditNoteId=one["id"],
                refund=False,
                idempotencyKey=world.key(),
            )
            for one in notes
        )
    )
    issued = [one["creditNote"]["number"][-4:] for one in answers if "creditNote" in one]
    assert sorted(issued) == ["0001", "0002", "0003"]
    assert {one["code"] for one in answers if "code" in one} == {"INVALID"}
    assert (await balances(world))["customer_credit"] == -90_000


async def test_a_wallet_that_does_not_cover_it_refuses_and_changes_nothing(world: World) -> None:
    claim, _ = await make_paid(world)
    await make_payout_method(claim.issuer, make_default=True)
    note = await make_note(claim, 100_000)
    await claim.issuer.do("requestPayout", "payout { id }", amount=money(90_000), idempotencyKey=world.key())
    before = await balances(world)
    refusal = await lacking(claim.issuer, "issueCreditNote", creditNoteId=note["id"])
    assert refusal == ("INSUFFICIENT_FUNDS", 95_000, 5_000)
    assert await balances(world) == before


async def test_frozen_void_and_draft_invoices_take_no_credit_note(world: World) -> None:
    claim = await make_claim(world)
    await claim.issuer.do(
        "voidInvoice", "invoice { id }", invoiceId=claim.id, reason="Twice", idempotencyKey=world.key()
    )
    refusal = await refused_draft(claim)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "VOID", ["OPEN", "PAID"])


async def test_the_recipient_sees_issued_notes_without_the_fee_and_no_drafts(world: World) -> None:
    claim, _ = await make_paid(world)
    await make_note(claim, 10_000)
    await credit(claim, 20_000)
    query = "{ creditNotes { nodes { status fee { amountMinor } total { amountMinor } customer { name } } } }"
    seen = (await claim.payer.ask(query))["creditNotes"]["nodes"]
    assert seen == [{"status": "ISSUED", "fee": None, "total": {"amountMinor": "20000"}, "customer": None}]
    own = (await claim.issuer.ask(query))["creditNotes"]["nodes"]
    assert [one["status"] for one in own] == ["ISSUED", "DRAFT"]
    assert own[0]["fee"] == {"amountMinor": "1000"}


async def test_a_void_note_gives_everything_back_and_keeps_its_number(world: World) -> None:
    claim, _ = await make_paid(world)
    before = await balances(world)
    done = await credit(claim, 40_000)
    voided = await claim.issuer.do(
        "voidCreditNote",
        "creditNote { status number voidReason } invoice { status }",
        creditNoteId=done["creditNote"]["id"],
        reason="A mistake",
        idempotencyKey=world.key(),
    )
    number = done["creditNote"]["number"]
    assert voided["creditNote"] == {"status": "VOID", "number": number, "voidReason": "A mistake"}
    assert await balances(world) == before
    assert await postings(world) == ["P1", "P3", "P9", "REVERSAL"]
    assert int((await credit(claim, 40_000))["creditNote"]["number"][-4:]) == int(number[-4:]) + 1


async def test_voiding_the_note_that_settled_an_invoice_opens_it_again(world: World) -> None:
    claim = await make_claim(world)
    done = await credit(claim)
    voided = await claim.issuer.do(
        "voidCreditNote",
        "invoice { status paidAt amountDue { amountMinor } }",
        creditNoteId=done["creditNote"]["id"],
        reason="A mistake",
        idempotencyKey=world.key(),
    )
    assert voided["invoice"] == {"status": "OPEN", "paidAt": None, "amountDue": {"amountMinor": "100000"}}
    assert await claim.events("invoice") == ["credited", "paid", "credited", "reopened"]


async def test_what_a_void_note_makes_due_again_is_charged_as_before(world: World) -> None:
    claim = await make_claim(world, mode=CollectionMode.AUTO)
    await make_method(claim.payer, "sim_ok")
    note = (await credit(claim))["creditNote"]
    about = {"creditNoteId": note["id"], "idempotencyKey": world.key()}
    await world.settle()
    assert await claim.payments() == []
    await claim.issuer.do("voidCreditNote", "invoice { status }", **about, reason="A mistake")
    await world.settle()
    assert await claim.payments() == ["SUCCEEDED"]
    assert (await claim.invoice()).status.name == "PAID"


async def test_a_note_whose_credit_is_used_stays(world: World) -> None:
    claim, _ = await make_paid(world)
    done = await credit(claim, 40_000, refund=True)
    refusal = await claim.issuer.refused(
        "voidCreditNote", creditNoteId=done["creditNote"]["id"], reason="Late", idempotencyKey=world.key()
    )
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "SPENT")
