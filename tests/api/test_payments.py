"""Payments through the API."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.invoices import CollectionMode
from domain.permissions import Role
from jobs.payments import ask_unanswered, send_created
from persistence.tables.invoicing import invoices
from persistence.unit import unit_of_work
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.payment_methods import make_method
from tests.makers.payments import Claim, balances, charged, make_claim
from tests.world import World

AUTO = CollectionMode.AUTO
INVOICE = "query($id: ID!) { invoice(id: $id) { status paymentStatus amountDue { amountMinor } } }"
LIST = "query($filter: PaymentFilter) { payments(filter: $filter) { totalCount nodes { id status } } }"


async def change(claim: Claim, **columns: Any) -> None:
    """Changes the stored invoice behind everybody's back."""
    world = claim.world
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(update(invoices).where(invoices.c.id == claim.invoice_id).values(**columns))


def paying(claim: Claim, **input: Any) -> dict[str, Any]:
    return {"invoiceId": claim.id, "idempotencyKey": claim.world.key()} | input


async def test_the_recipient_pays_with_the_default_method(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    paid = await claim.payer.do(
        "payInvoice",
        "replayed invoice { id } payment { id status amount { decimal currency } capturedAmount { amountMinor } trigger"
        " provider failureCode invoice { id } payer { name } issuer { name } method { last4 isDefault }"
        " history { nodes { action to user { email } } } availableActions { action allowed } }",
        **paying(claim),
    )
    payment = paid["payment"]
    assert (paid["replayed"], paid["invoice"], payment["invoice"]) == (False, {"id": claim.id}, {"id": claim.id})
    assert payment | {"id": "", "invoice": ""} == {
        "id": "",
        "status": "CREATED",
        "amount": {"decimal": "1000.00", "currency": "EUR"},
        "capturedAmount": {"amountMinor": "0"},
        "trigger": "PAYER",
        "provider": "SIMULATOR",
        "failureCode": None,
        "invoice": "",
        "payer": {"name": "Northwind"},
        "issuer": {"name": "Ada Lovelace"},
        "method": {"last4": "0001", "isDefault": True},
        "history": {"nodes": [{"action": "payInvoice", "to": "CREATED", "user": {"email": claim.payer.email}}]},
        "availableActions": [
            {"action": "cancelPayment", "allowed": True},
            {"action": "checkPayment", "allowed": False},
            {"action": "capturePayment", "allowed": False},
            {"action": "refundPayment", "allowed": False},
        ],
    }
    await world.settle()
    invoice = (await claim.payer.ask(INVOICE, id=claim.id))["invoice"]
    assert invoice == {"status": "PAID", "paymentStatus": "PAID", "amountDue": {"amountMinor": "0"}}
    assert await charged(world) == 100_000


async def test_an_invoice_is_paid_in_parts_whose_fees_add_up(world: World) -> None:
    claim = await make_claim(world, token="sim_ok", total_minor=100_001, fee_minor=5_000)
    for part in (33_333, 33_333):
        await claim.pay(amount_minor=part)
        await world.settle()
    invoice = (await claim.issuer.ask(INVOICE, id=claim.id))["invoice"]
    assert invoice == {"status": "OPEN", "paymentStatus": "PARTIALLY_PAID", "amountDue": {"amountMinor": "33335"}}
    await claim.pay()
    await world.settle()
    assert (await claim.payer.ask(INVOICE, id=claim.id))["invoice"]["status"] == "PAID"
    assert await balances(world) == {"provider_cash": 100_001, "wallet_available": -95_001, "platform_fee": -5_000}
    assert await claim.events("invoice") == ["partially_paid", "partially_paid", "paid"]


async def test_a_named_method_is_used_instead_of_the_default(world: World) -> None:
    claim = await make_claim(world, token="sim_decline")
    other = await make_method(claim.payer, "sim_ok", make_default=False)
    await claim.pay(method=other)
    await world.settle()
    assert await claim.payments() == ["SUCCEEDED"]


async def test_paying_needs_a_usable_method_of_ones_own(world: World) -> None:
    claim = await make_claim(world)
    stranger = await world.client_side("Southwind")
    foreign, dollars = await make_method(stranger), await make_method(claim.payer, currency="USD")
    detached = await make_method(claim.payer)
    await claim.payer.do("detachMethod", "method { id }", methodId=detached)
    expected = {None: "INVALID", dollars: "INVALID", foreign: "NOT_FOUND", detached: "WRONG_STATE"}
    for method, code in expected.items():
        refusal = await claim.payer.refused("payInvoice", **paying(claim, methodId=method))
        assert refusal["code"] == code
    assert await claim.payments() == []


@pytest.mark.parametrize(
    ("amount", "path"),
    [
        ({"amountMinor": "0", "currency": "EUR"}, ["amount", "amountMinor"]),
        ({"amountMinor": "-5", "currency": "EUR"}, ["amount", "amountMinor"]),
        ({"amountMinor": "100001", "currency": "EUR"}, ["amount", "amountMinor"]),
        ({"amountMinor": "100", "currency": "USD"}, ["amount", "currency"]),
    ],
)
async def test_an_amount_that_is_not_due_is_refused(world: World, amount: dict[str, str], path: list[str]) -> None:
    claim = await make_claim(world, token="sim_ok")
    refusal = await claim.payer.refused("payInvoice", **paying(claim, amount=amount))
    assert (refusal["code"], [problem["path"] for problem in refusal["problems"]]) == ("INVALID", [path])
    assert (await claim.payments(), await claim.events("payment")) == ([], [])


async def test_only_the_recipients_money_movers_pay(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    stranger = await world.client_side("Southwind")
    unknown = await stranger.refused("payInvoice", **paying(claim, invoiceId=f"inv_{new_id().hex}"))
    assert unknown["code"] == "NOT_FOUND"
    assert await stranger.refused("payInvoice", **paying(claim)) == unknown
    for person in (claim.issuer, await colleague(world, claim.payer, Role.MEMBER)):
        assert (await person.refused("payInvoice", **paying(claim)))["code"] == "FORBIDDEN"
    assert await claim.payments() == []
    finance = await colleague(world, claim.payer, Role.FINANCE)
    await finance.do("payInvoice", "payment { id }", **paying(claim))
    assert await claim.payments() == ["CREATED"]


async def test_a_paid_invoice_takes_no_more_money(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    await claim.pay()
    await world.settle()
    refusal = await claim.payer.refused("payInvoice", **paying(claim))
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "PAID", ["OPEN", "UNCOLLECTIBLE"])
    assert await charged(world) == 100_000


async def test_a_frozen_invoice_takes_no_money(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    await change(claim, is_frozen=True)
    assert (await claim.payer.refused("payInvoice", **paying(claim)))["code"] == "DISPUTED"
    assert await claim.payments() == []


async def test_a_payment_under_way_excludes_a_second_one(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    await claim.pay()
    refusal = await claim.payer.refused("payInvoice", **paying(claim))
    assert (refusal["code"], "being checked" in refusal["message"]) == ("CONFLICT", False)
    assert await claim.payments() == ["CREATED"]


async def test_an_unknown_outcome_blocks_paying_until_the_provider_has_answered(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_charged")
    payment = await claim.pay()
    await send_created(world.database, world.clock.now())
    shown = "query($id: ID!) { payment(id: $id) { status becameUnknownAt nextAskAt capturedAmount { amountMinor } } }"
    unknown = (await claim.payer.ask(shown, id=payment))["payment"]
    assert unknown["status"] == "UNKNOWN"
    assert None not in (unknown["becameUnknownAt"], unknown["nextAskAt"])
    other = await make_method(claim.payer, "sim_ok")
    refusal = await claim.payer.refused("payInvoice", **paying(claim, methodId=other))
    assert (refusal["code"], "being checked" in refusal["message"]) == ("CONFLICT", True)
    world.clock.advance(timedelta(minutes=5))
    await ask_unanswered(world.database, world.clock.now())
    assert (await claim.payer.ask(shown, id=payment))["payment"] == {
        "status": "SUCCEEDED",
        "becameUnknownAt": None,
        "nextAskAt": None,
        "capturedAmount": {"amountMinor": "100000"},
    }
    assert (await claim.payments(), await charged(world)) == (["SUCCEEDED"], 100_000)
    assert (await balances(world))["wallet_available"] == -95_000


async def test_the_same_key_pays_once_and_answers_the_same(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    input = paying(claim)
    select = "replayed payment { id }"
    answers = await asyncio.gather(*(claim.payer.do("payInvoice", select, **input) for _ in range(5)))
    assert len({answer["payment"]["id"] for answer in answers}) == 1
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True, True]
    await world.settle()
    again = await claim.payer.do("payInvoice", "replayed payment { status }", **input)
    assert again == {"replayed": True, "payment": {"status": "SUCCEEDED"}}
    reused = await claim.payer.refused("payInvoice", **input, amount={"amountMinor": "1", "currency": "EUR"})
    assert reused["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await claim.payments() == ["SUCCEEDED"]


async def test_many_payments_at_once_with_keys_of_their_own_make_one(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    results = await asyncio.gather(
        *(claim.payer.attempt("payInvoice", "payment { id }", **paying(claim)) for _ in range(20))
    )
    assert sorted(result.get("code", "") for result in results) == [""] + ["CONFLICT"] * 19
    await world.settle()
    assert (await claim.payments(), await charged(world)) == (["SUCCEEDED"], 100_000)


async def test_paying_by_hand_uses_up_no_automatic_attempt(world: World) -> None:
    claim = await make_claim(world, token="sim_decline", mode=AUTO)
    await world.settle()
    before = await claim.invoice()
    for _ in range(3):
        await claim.pay()
        await world.settle()
    after = await claim.invoice()
    assert (after.collection_attempts, after.collection_next_at) == (1, before.collection_next_at)
    assert (await claim.payments(), await claim.events("invoice")) == (["FAILED"] * 4, ["payment_failed"])


async def test_both_sides_list_payments_and_nobody_else_does(world: World) -> None:
    claim = await make_claim(world, token="sim_decline")
    first = await claim.pay()
    await world.settle()
    second = await claim.pay()
    stranger = await world.client_side("Southwind")
    both = {"totalCount": 2, "nodes": [{"id": second, "status": "CREATED"}, {"id": first, "status": "FAILED"}]}
    for person in (claim.payer, claim.issuer):
        assert (await person.ask(LIST))["payments"] == both
        failed = await person.ask(LIST, filter={"status": ["FAILED"], "invoiceId": claim.id})
        assert failed["payments"]["nodes"] == [{"id": first, "status": "FAILED"}]
    assert (await stranger.ask(LIST))["payments"]["totalCount"] == 0
    assert (await stranger.ask("query($id: ID!) { payment(id: $id) { id } }", id=first))["payment"] is None
    member = await colleague(world, claim.payer, Role.MEMBER)
    with pytest.raises(Faulted, match="FORBIDDEN"):
        await member.ask(LIST)
    assert (await member.ask("query($id: ID!) { payment(id: $id) { id } }", id=first))["payment"] is None


async def test_an_invoice_leads_to_its_payments_and_the_issuer_never_sees_the_method(world: World) -> None:
    claim = await make_claim(world, token="sim_decline")
    await claim.pay()
    await world.settle()
    query = "query($id: ID!) { invoice(id: $id) { payments { nodes { failureCode method { last4 } } } } }"
    mine = (await claim.payer.ask(query, id=claim.id))["invoice"]["payments"]["nodes"]
    theirs = (await claim.issuer.ask(query, id=claim.id))["invoice"]["payments"]["nodes"]
    assert mine == [{"failureCode": "CARD_DECLINED", "method": {"last4": "0002"}}]
    assert theirs == [{"failureCode": "CARD_DECLINED", "method": None}]
    member = await colleague(world, claim.payer, Role.MEMBER)
    assert (await member.ask(query, id=claim.id))["invoice"]["payments"]["nodes"] == []


async def test_a_method_in_use_is_not_detached(world: World) -> None:
    claim = await make_claim(world)
    method = await make_method(claim.payer)
    await claim.pay()
    assert (await claim.payer.refused("detachMethod", methodId=method))["code"] == "CONFLICT"
    await world.settle()
    await claim.payer.do("detachMethod", "method { id }", methodId=method)
