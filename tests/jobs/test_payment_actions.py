"""Payments in which the payer has to act, or whose money is reserved first; and what comes of them."""

from datetime import timedelta
from typing import Any

import pytest

from domain.invoices import CollectionMode
from domain.money import Money
from integrations.payments import (
    ActionRequired,
    Authorized,
    Capturing,
    Charge,
    Charged,
    Declined,
    NoAnswer,
    UnderWay,
    Voided,
    Voiding,
)
from jobs.payment_outcomes import record_outcome
from jobs.payments import send_created
from tests.makers.payments import Claim, balances, make_claim, postings
from tests.makers.providers import Says, put_in_place, simulator
from tests.world import World

ACT = ActionRequired(provider_id="said_1", url="https://bank.example/3ds")
TAKEN = Charged(provider_id="said_1", amount=Money(100_000, "EUR"))
SEEN = "id status nextActionUrl statusText cancelAskedAt failureCode capturedAmount { amountMinor }"


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Says:
    says = Says(simulator(world), finding=ACT)
    put_in_place(monkeypatch, says)
    return says


async def seen(claim: Claim, payment: str, *, by_issuer: bool = False) -> dict[str, Any]:
    person = claim.issuer if by_issuer else claim.payer
    found = await person.ask(f"query($id: ID!) {{ payment(id: $id) {{ {SEEN} }} }}", id=payment)
    payment_: dict[str, Any] = found["payment"]
    return payment_


async def begun(world: World, **how: Any) -> tuple[Claim, str]:
    claim = await make_claim(world, token="sim_ok", **how)
    payment = await claim.pay() if how.get("mode") is None else f"pay_{(await claim.payment()).id.hex}"
    await send_created(world.database, world.clock.now())
    return claim, payment


async def test_a_payer_confirms_at_the_provider_and_has_it_asked_when_they_come_back(
    world: World, company: Says
) -> None:
    claim, payment = await begun(world)
    shown = await seen(claim, payment)
    assert (shown["status"], shown["nextActionUrl"]) == ("REQUIRES_ACTION", ACT.url)
    assert (await seen(claim, payment, by_issuer=True))["nextActionUrl"] is None
    assert (await claim.payer.refused("payInvoice", invoiceId=claim.id, idempotencyKey=world.key()))[
        "code"
    ] == "CONFLICT"
    company.finding = TAKEN
    world.clock.advance(timedelta(seconds=30))
    await claim.payer.do("checkPayment", "payment { id }", paymentId=payment, returned="redirectResult=abc")
    await world.settle()
    assert (await seen(claim, payment))["status"] == "SUCCEEDED"
    [asked] = company.asked[1:]
    assert getattr(asked, "returned", None) == {"redirectResult": "abc"}
    assert await postings(world) == ["P1", "P3"]


async def test_a_payment_that_waits_for_its_payer_is_canceled_when_its_provider_agrees(
    world: World, company: Says
) -> None:
    claim, payment = await begun(world)
    canceling = await claim.payer.do(
        "cancelPayment", f"payment {{ {SEEN} }}", paymentId=payment, idempotencyKey=world.key()
    )
    assert canceling["payment"]["status"] == "REQUIRES_ACTION"
    assert canceling["payment"]["statusText"].startswith("It is being canceled")
    await world.settle()
    assert (await claim.payments(), await postings(world)) == (["CANCELED"], ["P1"])
    assert isinstance(company.asked[-1], Voiding)


async def test_money_that_was_taken_before_the_cancellation_pays_the_invoice(world: World, company: Says) -> None:
    claim, payment = await begun(world)
    company.on_void = TAKEN
    await claim.payer.do("cancelPayment", "payment { id }", paymentId=payment, idempotencyKey=world.key())
    await world.settle()
    assert (await claim.payments(), await postings(world)) == (["SUCCEEDED"], ["P1", "P3"])


async def test_staff_are_told_of_a_cancellation_that_no_provider_confirms_until_one_does(
    world: World, company: Says
) -> None:
    claim, payment = await begun(world)
    company.on_void = NoAnswer(reason="not told yet")
    await claim.payer.do("cancelPayment", "payment { id }", paymentId=payment, idempotencyKey=world.key())
    staff, told = await world.staff(), "{ moneyExceptions { nodes { kind subjectId status } } }"
    for hours, status in ((1, None), (71, "OPEN"), (7, "RESOLVED")):
        if status == "RESOLVED":
            company.on_void = Voided(provider_id="said_1")
        world.clock.advance(timedelta(hours=hours))
        await world.settle()
        expected = {"kind": "UNKNOWN_TOO_LONG", "subjectId": payment, "status": status}
        assert (await staff.ask(told))["moneyExceptions"]["nodes"] == ([] if status is None else [expected])
    assert await claim.payments() == ["CANCELED"]


async def test_a_payer_who_does_not_act_for_a_day_lets_the_payment_end(world: World, company: Says) -> None:
    claim, payment = await begun(world)
    world.clock.advance(timedelta(hours=23))
    await world.settle()
    assert (await seen(claim, payment))["status"] == "REQUIRES_ACTION"
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert await claim.payments() == ["CANCELED"]


async def test_an_automatic_charge_that_nobody_confirms_is_one_failure(world: World, company: Says) -> None:
    claim, _ = await begun(world, mode=CollectionMode.AUTO)
    assert [charge.is_off_session for charge in company.asked if isinstance(charge, Charge)] == [True]
    assert (await claim.invoice()).collection_attempts == 0
    world.clock.advance(timedelta(hours=24))
    await world.settle()
    invoice = await claim.invoice()
    assert (invoice.collection_attempts, invoice.collection_last_failure) == (1, "AUTHENTICATION_REQUIRED")
    assert await claim.payments() == ["CANCELED"]


async def test_reserved_money_is_taken_in_part_and_the_rest_stays_due(world: World, company: Says) -> None:
    company.finding = Authorized(provider_id="said_1", amount=Money(100_000, "EUR"))
    company.on_capture = Charged(provider_id="said_1", amount=Money(40_000, "EUR"))
    claim = await make_claim(world, token="sim_ok")
    paid = await claim.payer.do(
        "payInvoice",
        "payment { id captureMode }",
        invoiceId=claim.id,
        captureMode="MANUAL",
        idempotencyKey=world.key(),
    )
    await world.settle()
    payment = paid["payment"]["id"]
    assert ((await seen(claim, payment))["status"], await postings(world)) == ("AUTHORIZED", ["P1"])
    part = {"amountMinor": "40000", "currency": "EUR"}
    capturing = {"paymentId": payment, "amount": part, "idempotencyKey": world.key()}
    assert (await claim.payer.refused("capturePayment", **capturing))["code"] == "FORBIDDEN"
    await claim.issuer.do("capturePayment", "payment { id }", **capturing)
    await world.settle()
    taken = await seen(claim, payment)
    assert (taken["status"], taken["capturedAmount"]) == ("SUCCEEDED", {"amountMinor": "40000"})
    assert isinstance(company.asked[-1], Capturing)
    assert (await claim.invoice()).amount_due_minor == 60_000


async def test_more_than_is_reserved_is_not_taken(world: World, company: Says) -> None:
    company.finding = Authorized(provider_id="said_1", amount=Money(100_000, "EUR"))
    claim = await make_claim(world, token="sim_ok")
    input = {"invoiceId": claim.id, "captureMode": "MANUAL", "idempotencyKey": world.key()}
    payment = (await claim.payer.do("payInvoice", "payment { id }", **input))["payment"]["id"]
    await world.settle()
    more = {"amountMinor": "100001", "currency": "EUR"}
    refusal = await claim.issuer.refused("capturePayment", paymentId=payment, amount=more, idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["amount", "amountMinor"])


async def test_what_the_provider_keeps_is_booked_with_the_payment(world: World, company: Says) -> None:
    company.finding = Charged(provider_id="said_1", amount=TAKEN.amount, fee=Money(3_200, "EUR"))
    await begun(world)
    assert await postings(world) == ["P1", "P3", "P14"]
    assert await balances(world) == {
        "provider_cash": 96_800,
        "processor_fee": 3_200,
        "wallet_available": -95_000,
        "platform_fee": -5_000,
    }


async def test_an_answer_to_an_older_question_moves_nothing_back(world: World, company: Says) -> None:
    claim, payment = await begun(world)
    id_, asked_at = (await claim.payment()).id, world.clock.now()
    world.clock.advance(timedelta(minutes=1))
    now = world.clock.now()
    await record_outcome(world.database, id_, UnderWay(provider_id="said_1"), now)
    await record_outcome(world.database, id_, ACT, now, asked_at=asked_at)
    assert (await seen(claim, payment))["status"] == "PROCESSING"
    await record_outcome(world.database, id_, Declined(code="FRAUD_SUSPECTED"), now, asked_at=asked_at)
    assert (await seen(claim, payment))["status"] == "PROCESSING"
    await record_outcome(world.database, id_, TAKEN, now, asked_at=asked_at)
    assert (await seen(claim, payment))["status"] == "SUCCEEDED"


async def test_a_charge_that_was_taken_on_may_fail_later(world: World, company: Says) -> None:
    company.finding = UnderWay(provider_id="said_1")
    claim, payment = await begun(world)
    assert (await seen(claim, payment))["status"] == "PROCESSING"
    company.finding = Declined(code="INSUFFICIENT_FUNDS")
    world.clock.advance(timedelta(minutes=10))
    await world.settle()
    failed = await seen(claim, payment)
    assert (failed["status"], failed["failureCode"]) == ("FAILED", "INSUFFICIENT_FUNDS")
    assert "Pay again to retry" in failed["statusText"]


async def test_a_payer_without_a_saved_method_chooses_on_the_providers_page(world: World, company: Says) -> None:
    claim = await make_claim(world)
    paid = await claim.payer.do(
        "payInvoice",
        "payment { id method { id } provider }",
        invoiceId=claim.id,
        provider="SIMULATOR",
        returnUrl="http://localhost:3000/paid",
        idempotencyKey=world.key(),
    )
    assert (paid["payment"]["method"], paid["payment"]["provider"]) == (None, "SIMULATOR")
    await world.settle()
    [charge] = company.asked
    assert isinstance(charge, Charge)
    assert (charge.method_token, charge.return_url) == (None, "http://localhost:3000/paid")
    assert charge.description == f"Invoice {(await claim.invoice()).number}"


@pytest.mark.parametrize("url", ["https://evil.example/paid", "javascript:alert(1)", "http://a:b@localhost/", "//x"])
async def test_a_browser_is_sent_back_only_to_pages_that_are_known(world: World, company: Says, url: str) -> None:
    claim = await make_claim(world, token="sim_ok")
    refusal = await claim.payer.refused("payInvoice", invoiceId=claim.id, returnUrl=url, idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["returnUrl"])


async def test_a_provider_that_is_not_set_up_takes_no_payment(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    refusal = await claim.payer.refused("payInvoice", invoiceId=claim.id, provider="ADYEN", idempotencyKey=world.key())
    assert (refusal["code"], refusal["message"]) == ("WRONG_STATE", "Adyen is not set up in this sandbox.")
