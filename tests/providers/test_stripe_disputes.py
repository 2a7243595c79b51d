"""Disputes at Stripe: told of by our key, answered once, and decided."""

from datetime import timedelta

import pytest

from domain.money import Money
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback, ReportedState
from integrations.payments import NoAnswer, NotFound
from standins.faults import Fault
from standins.stripe import disputes
from tests.providers.stripe_setup import NOON, Setup


def said(stripe: Setup, evidence: str | None) -> ChargebackAnswer:
    return ChargebackAnswer(external_id="dp_000001", evidence=evidence, at=stripe.at)


async def state_of(stripe: Setup) -> ReportedState:
    found = await stripe.stripe.find_chargeback("dp_000001", stripe.at)
    assert isinstance(found, ReportedChargeback)
    return found.state


async def test_a_dispute_is_reported_with_our_key_and_its_term(stripe: Setup) -> None:
    key, charge_id = await stripe.charged("pm_card_createDispute")
    report = ReportedChargeback(
        external_id="dp_000001",
        charge_key=key,
        charge_id=charge_id,
        amount=Money(12000, "EUR"),
        reason="fraudulent",
        evidence_due_at=NOON + timedelta(days=9),
        state=ReportedState.NEEDS_RESPONSE,
        changed_at=NOON,
    )
    assert await stripe.stripe.chargebacks(NOON - timedelta(hours=1), NOON) == [report]
    assert await stripe.stripe.chargebacks(NOON + timedelta(seconds=1), NOON) == []
    assert await stripe.stripe.find_chargeback("dp_000001", NOON) == report
    assert await stripe.stripe.find_chargeback("dp_of_nobody", NOON) == NotFound()


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        ("winning_evidence", ReportedState.WON),
        ("losing_evidence", ReportedState.LOST),
        ("They have what they ordered.", ReportedState.UNDER_REVIEW),
        (None, ReportedState.LOST),
    ],
)
async def test_what_we_say_is_heard_once(stripe: Setup, evidence: str | None, state: ReportedState) -> None:
    await stripe.charged("pm_card_createDispute")
    assert await stripe.stripe.answer_chargeback(said(stripe, evidence)) == Heard()
    assert await state_of(stripe) is state
    assert await stripe.stripe.answer_chargeback(said(stripe, "something else")) == Heard()
    assert await state_of(stripe) is state


async def test_a_word_that_may_be_lost_is_said_again(stripe: Setup) -> None:
    await stripe.charged("pm_card_createDispute")
    for fault in (Fault.NO_ANSWER_BEFORE, Fault.NO_ANSWER_AFTER):
        stripe.faults.script(fault, path="/v1/disputes")
        assert isinstance(await stripe.stripe.answer_chargeback(said(stripe, "winning_evidence")), NoAnswer)
    assert await stripe.stripe.answer_chargeback(said(stripe, "winning_evidence")) == Heard()
    assert await state_of(stripe) is ReportedState.WON


async def test_changes_are_found_although_the_dispute_is_old(stripe: Setup) -> None:
    await stripe.charged("pm_card_createDispute")
    stripe.pass_time(days=3)
    disputes.decide(stripe.world, stripe.world.get("dispute", "dp_000001"), is_won=False)
    changed = await stripe.stripe.chargebacks(stripe.at - timedelta(hours=1), stripe.at)
    assert not isinstance(changed, NoAnswer)
    assert [(one.state, one.changed_at) for one in changed] == [(ReportedState.LOST, stripe.at)]


async def test_an_inquiry_is_a_warning_until_it_becomes_more_or_nothing(stripe: Setup) -> None:
    await stripe.charged("pm_card_createDisputeInquiry")
    assert await state_of(stripe) is ReportedState.WARNING
    dispute = stripe.world.get("dispute", "dp_000001")
    disputes.escalate(stripe.world, dispute)
    assert await state_of(stripe) is ReportedState.NEEDS_RESPONSE
    await stripe.charged("pm_card_createDisputeInquiry")
    disputes.decide(stripe.world, stripe.world.get("dispute", "dp_000002"), is_won=True)
    second = await stripe.stripe.find_chargeback("dp_000002", stripe.at)
    assert isinstance(second, ReportedChargeback)
    assert second.state is ReportedState.PREVENTED


async def test_a_dispute_of_what_we_did_not_charge_is_known_by_its_intent(stripe: Setup) -> None:
    _, charge_id = await stripe.charged("pm_card_createDispute")
    stripe.world.get("payment_intent", charge_id)["metadata"].clear()
    found = await stripe.stripe.find_chargeback("dp_000001", NOON)
    assert isinstance(found, ReportedChargeback)
    assert (found.charge_key, found.charge_id) == (None, charge_id)
