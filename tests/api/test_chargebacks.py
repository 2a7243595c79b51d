"""Chargebacks through the API: from the bank's first word until the money is won or lost."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import Role
from jobs.chargebacks import read_reports
from tests.makers.chargebacks import Disputed, make_disputed, spend_wallet
from tests.makers.colleagues import colleague
from tests.makers.credits import credit
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, make_claim, postings, unsound
from tests.world import World

PAID = {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
TAKEN = {"chargeback_reserve": 100_000, "wallet_held": -95_000, "platform_fee": -5_000}
DUE_AGAIN = {"receivable": 100_000, "billed": -100_000}


async def test_a_bank_takes_the_money_and_what_the_wallet_has_of_it_is_held(world: World) -> None:
    disputed = await make_disputed(world)
    chargeback = await disputed.seen()
    due_at = chargeback.pop("evidenceDueAt")
    assert due_at > world.clock.now().isoformat()
    assert chargeback == {
        "id": disputed.id,
        "status": "NEEDS_RESPONSE",
        "reason": "FRAUDULENT",
        "evidence": None,
        "decidedAt": None,
        "externalId": chargeback["externalId"],
        "provider": "SIMULATOR",
        "amount": {"amountMinor": "100000", "currency": "EUR"},
        "payment": {"id": disputed.payment},
        "invoice": {"id": disputed.claim.id, "status": "PAID", "amountDue": {"amountMinor": "0"}},
        "issuer": {"name": "Ada Lovelace"},
        "answeredBy": None,
        "availableActions": [
            {"action": "submitChargebackEvidence", "allowed": True},
            {"action": "acceptChargeback", "allowed": True},
        ],
        "history": {"nodes": [_step("openChargeback", None, "NEEDS_RESPONSE")]},
    }
    assert (await balances(world), await postings(world)) == (TAKEN, ["P1", "P3", "P15"])
    assert await disputed.claim.events("chargeback") == ["opened"]
    assert await unsound(world) == []


async def test_convincing_evidence_brings_the_money_back(world: World) -> None:
    disputed = await make_disputed(world)
    await disputed.submit()
    assert (await disputed.status(), await balances(world)) == ("UNDER_REVIEW", TAKEN)
    await disputed.after(days=3)
    chargeback = await disputed.seen()
    assert (chargeback["status"], chargeback["evidence"]) == ("WON", "They have used it ever since.")
    assert chargeback["history"]["nodes"] == [
        _step("openChargeback", None, "NEEDS_RESPONSE"),
        _step("submitChargebackEvidence", "NEEDS_RESPONSE", "UNDER_REVIEW", "USER"),
        _step("winChargeback", "UNDER_REVIEW", "WON"),
    ]
    assert (await balances(world), await postings(world)) == (PAID, ["P1", "P3", "P15", "REVERSAL"])
    assert await disputed.claim.events("chargeback") == ["opened", "evidence_submitted", "won"]
    assert await unsound(world) == []


async def test_a_lost_chargeback_takes_what_was_held_and_gives_the_fee_back(world: World) -> None:
    disputed = await make_disputed(world)
    await disputed.submit("sim_unconvincing: they said so.")
    await disputed.after(days=3)
    chargeback = await disputed.seen()
    assert (chargeback["status"], chargeback["invoice"]["status"]) == ("LOST", "OPEN")
    assert chargeback["invoice"]["amountDue"] == {"amountMinor": "100000"}
    assert (await balances(world), await postings(world)) == (DUE_AGAIN, ["P1", "P3", "P15", "P16"])
    assert (await disputed.claim.invoice()).collection_mode.name == "STOPPED"
    assert await disputed.claim.events("invoice") == ["paid", "reopened"]
    assert await unsound(world) == []


async def test_what_the_wallet_lacks_becomes_debt_which_the_next_money_repays(world: World) -> None:
    claim = await make_claim(world, token="sim_chargeback")
    payment = await claim.pay()
    await world.settle()
    await spend_wallet(claim, 60_000)
    disputed = await _heard_of(world, Disputed(claim, payment, ""))
    held = {"chargeback_reserve": 100_000, "wallet_held": -35_000, "wallet_available": -60_000}
    assert await balances(world) == held | {"platform_fee": -5_000}
    await disputed.claim.issuer.do("acceptChargeback", "chargeback { status }", **disputed.answer())
    assert await balances(world) == DUE_AGAIN | {"wallet_available": -60_000, "org_debt": 60_000}
    assert await unsound(world) == []
    again = await make_claim(world, token="sim_ok", total_minor=50_000, fee_minor=2_500, sides=claim)
    await again.pay()
    await world.settle()
    assert await balances(world) == DUE_AGAIN | {
        "provider_cash": 50_000,
        "wallet_available": -60_000,
        "org_debt": 12_500,
        "platform_fee": -2_500,
    }
    assert (await postings(world))[-2:] == ["P3", "P18"]
    assert await unsound(world) == []


async def test_nobody_answers_in_time_and_the_money_is_lost(world: World) -> None:
    disputed = await make_disputed(world)
    await disputed.after(days=6, hours=23)
    assert await disputed.status() == "NEEDS_RESPONSE"
    await disputed.after(hours=1)
    assert (await disputed.status(), await balances(world)) == ("LOST", DUE_AGAIN)
    late = await disputed.claim.issuer.refused("submitChargebackEvidence", **disputed.answer(evidence="Wait!"))
    assert (late["code"], late["from"], late["allowed"]) == ("WRONG_STATE", "LOST", ["NEEDS_RESPONSE"])
    await disputed.after(days=10)
    assert await disputed.status() == "LOST"
    assert await unsound(world) == []


async def test_the_deadline_counts_from_its_moment_on_whenever_the_timer_comes(world: World) -> None:
    disputed = await make_disputed(world)
    world.clock.advance(timedelta(days=7))
    for mutation, input in (("submitChargebackEvidence", {"evidence": "Wait!"}), ("acceptChargeback", {})):
        refusal = await disputed.claim.issuer.refused(mutation, **disputed.answer(**input))
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "LOST")


async def test_an_accepted_chargeback_is_lost_at_once_and_once(world: World) -> None:
    disputed = await make_disputed(world)
    input = disputed.answer()
    for replayed in (False, True):
        done = await disputed.claim.issuer.do("acceptChargeback", "replayed chargeback { status }", **input)
        assert done == {"replayed": replayed, "chargeback": {"status": "ACCEPTED"}}
    assert (await balances(world), await postings(world)) == (DUE_AGAIN, ["P1", "P3", "P15", "P16"])
    await disputed.after(days=10)
    assert (await disputed.status(), await postings(world)) == ("ACCEPTED", ["P1", "P3", "P15", "P16"])
    assert await unsound(world) == []


async def test_the_invoice_of_a_lost_chargeback_is_paid_again(world: World) -> None:
    disputed = await make_disputed(world)
    await disputed.claim.issuer.do("acceptChargeback", "chargeback { status }", **disputed.answer())
    await make_method(disputed.claim.payer, "sim_ok")
    await disputed.claim.pay()
    await world.settle()
    assert await balances(world) == PAID
    assert await disputed.claim.events("invoice") == ["paid", "reopened", "paid"]
    assert await unsound(world) == []


async def test_a_part_payment_that_is_charged_back_gives_back_its_share_of_the_fee(world: World) -> None:
    claim = await make_claim(world, token="sim_chargeback", total_minor=100_001, fee_minor=5_000)
    first = await claim.pay(amount_minor=33_333)
    await world.settle()
    await make_method(claim.payer, "sim_ok")
    await claim.pay()
    await world.settle()
    disputed = await _heard_of(world, Disputed(claim, first, ""))
    await disputed.claim.issuer.do("acceptChargeback", "chargeback { status }", **disputed.answer())
    assert await balances(world) == {
        "provider_cash": 66_668,
        "wallet_available": -63_335,
        "platform_fee": -3_333,
        "receivable": 33_333,
        "billed": -33_333,
    }
    assert await unsound(world) == []


async def test_a_warning_takes_nothing_until_the_bank_means_it(world: World) -> None:
    disputed = await make_disputed(world, "sim_chargeback_warning")
    assert (await disputed.status(), await balances(world)) == ("WARNING", PAID)
    refusal = await disputed.claim.issuer.refused("acceptChargeback", **disputed.answer())
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "WARNING", ["NEEDS_RESPONSE"])
    await disputed.after(days=2)
    assert (await disputed.status(), await balances(world)) == ("NEEDS_RESPONSE", TAKEN)
    assert await disputed.claim.events("chargeback") == ["opened", "escalated"]
    assert await unsound(world) == []


async def test_a_warning_ends_when_the_money_goes_back_in_time(world: World) -> None:
    disputed = await make_disputed(world, "sim_chargeback_warning", total_minor=40_000, fee_minor=2_000)
    await credit(disputed.claim, 40_000, refund=True)
    await world.settle()
    await disputed.after(minutes=10)
    assert (await disputed.status(), await balances(world)) == ("PREVENTED", {})
    await disputed.after(days=3)
    assert (await disputed.status(), await balances(world)) == ("PREVENTED", {})
    assert await disputed.claim.events("chargeback") == ["opened", "prevented"]
    assert await unsound(world) == []


async def test_of_a_chargeback_and_a_refund_at_once_the_payment_gives_its_money_once(world: World) -> None:
    claim = await make_claim(world, token="sim_chargeback")
    payment = await claim.pay()
    await world.settle()
    await credit(claim, 20_000)
    world.clock.advance(timedelta(days=1, minutes=10))
    amount = {"amountMinor": "20000", "currency": "EUR"}
    refunding = {"paymentId": payment, "amount": amount, "reason": "Less was done", "idempotencyKey": world.key()}
    refused, _ = await asyncio.gather(
        claim.issuer.attempt("refundPayment", "refund { id }", **refunding),
        read_reports(world.database, world.clock.now()),
    )
    assert refused.get("code", "WRONG_STATE") == "WRONG_STATE"
    assert await unsound(world) == []
    again = await claim.issuer.refused("refundPayment", **refunding | {"idempotencyKey": world.key()})
    assert again["code"] in ("WRONG_STATE", "INSUFFICIENT_FUNDS")


async def test_the_issuer_and_staff_for_money_answer_and_nobody_else_sees_it(world: World) -> None:
    disputed = await make_disputed(world)
    issuer, payer = disputed.claim.issuer, disputed.claim.payer
    member, finance = await colleague(world, issuer, Role.MEMBER), await colleague(world, issuer, Role.FINANCE)
    stranger, staff = await world.freelancer_side("Grace Hopper"), await world.staff()
    query = "query($id: ID!) { chargeback(id: $id) { id } }"
    for person, code in ((payer, "NOT_FOUND"), (member, "FORBIDDEN"), (stranger, "NOT_FOUND")):
        assert await person.ask(query, id=disputed.id) == {"chargeback": None}
        assert (await person.refused("acceptChargeback", **disputed.answer()))["code"] == code
    for person in (finance, staff):
        assert await person.ask(query, id=disputed.id) == {"chargeback": {"id": disputed.id}}
    empty = await finance.refused("submitChargebackEvidence", **disputed.answer(evidence=" "))
    assert (empty["code"], empty["path"]) == ("INVALID", ["evidence"])
    done = await staff.do(
        "submitChargebackEvidence", "chargeback { answeredBy { id } }", **disputed.answer(evidence="We saw it.")
    )
    assert done["chargeback"]["answeredBy"] == {"id": f"usr_{staff.user_id.hex}"}


@pytest.mark.parametrize("verb", ["submitChargebackEvidence", "acceptChargeback"])
async def test_of_two_answers_at_once_one_counts(world: World, verb: str) -> None:
    disputed = await make_disputed(world)
    evidence: dict[str, Any] = {"evidence": "Look."} if verb == "submitChargebackEvidence" else {}
    results = await asyncio.gather(
        *(disputed.claim.issuer.attempt(verb, "chargeback { status }", **disputed.answer(**evidence)) for _ in range(3))
    )
    assert sorted(one.get("code", "done") for one in results) == ["WRONG_STATE", "WRONG_STATE", "done"]
    assert await unsound(world) == []


async def test_a_report_that_comes_again_changes_nothing(world: World) -> None:
    disputed = await make_disputed(world)
    for _ in range(3):
        await disputed.after(minutes=10)
    assert (await disputed.status(), await postings(world)) == ("NEEDS_RESPONSE", ["P1", "P3", "P15"])
    assert await disputed.claim.events("chargeback") == ["opened"]


async def _heard_of(world: World, disputed: Disputed) -> Disputed:
    """The same, once the bank has been heard of."""
    await disputed.after(days=1, minutes=10)
    listed = await disputed.claim.issuer.ask("{ chargebacks { nodes { id } } }")
    return Disputed(disputed.claim, disputed.payment, listed["chargebacks"]["nodes"][0]["id"])


def _step(action: str, was: str | None, now: str, kind: str = "SYSTEM") -> dict[str, Any]:
    return {"action": action, "from": was, "to": now, "actorKind": kind}
