"""Money that leaves through Adyen: refunds that are told of later, payouts, payees and chargebacks."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.ids import new_id
from domain.money import Money
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedState
from integrations.payments import (
    Adding,
    CameBack,
    Charged,
    Declined,
    NoAnswer,
    NotFound,
    Onboarded,
    Onboarding,
    PaidOut,
    PayingOut,
    Refunded,
    UnderWay,
    Unusable,
)
from persistence.database import Database
from standins.adyen import disputes, platform
from standins.adyen.platform import BankAccount
from standins.adyen.world import Card, Dispute
from standins.faults import Fault
from tests.providers.adyen import RETURN, Scene, adyen_with, asked, charge, now, press, refunding


@pytest.fixture(scope="module")
async def scene(database: Database) -> AsyncIterator[Scene]:
    async with adyen_with(database) as scene:
        yield scene


async def charged(scene: Scene, card: Card = Card.OK) -> str:
    """The id of a payment of 100 euros that was taken."""
    answer = await scene.adyen.charge(charge(card))
    assert isinstance(answer, Charged)
    return answer.provider_id


async def payee(scene: Scene) -> tuple[Onboarding, str]:
    """Somebody who has told Adyen who they are, and what Adyen calls them."""
    who = Onboarding(organization_id=new_id(), name="Acme", account=None, country="NL", return_url=RETURN, at=now())
    answer = await scene.adyen.onboard(who)
    assert isinstance(answer, Onboarded)
    assert (await press(answer.url)).headers["location"] == RETURN
    return who, answer.account


async def paying(scene: Scene, account: BankAccount, minor: int = 5_000) -> PayingOut:
    await charged(scene)
    _, entity = await payee(scene)
    token = f"{account.value}-{entity}"
    return PayingOut(key=new_id(), amount=Money(minor, "EUR"), method_token=token, at=now())


async def test_a_refund_is_taken_on_and_told_of_when_it_is_done(scene: Scene) -> None:
    back = refunding(await charged(scene), 4_000)
    answer = await scene.adyen.refund(back)
    assert isinstance(answer, UnderWay)
    assert await scene.adyen.refund(back) == answer
    assert await scene.adyen.find_refund(asked(back.key, answer.provider_id)) == answer
    await scene.tell()
    done = Refunded(provider_id=answer.provider_id, amount=Money(4_000, "EUR"))
    assert await scene.adyen.find_refund(asked(back.key, answer.provider_id)) == done
    assert scene.standin.payment(back.charge_id).refunded == 4_000


async def test_a_refund_without_an_answer_is_known_by_our_key_once_it_is_told_of(scene: Scene) -> None:
    back = refunding(await charged(scene), 4_000)
    scene.faults.script(Fault.NO_ANSWER_AFTER, path="/refunds")
    assert isinstance(await scene.adyen.refund(back), NoAnswer)
    assert isinstance(await scene.adyen.find_refund(asked(back.key)), NoAnswer)
    await scene.tell()
    found = await scene.adyen.find_refund(asked(back.key))
    assert isinstance(found, Refunded)
    assert found.amount == Money(4_000, "EUR")


async def test_a_refund_that_adyen_is_silent_about_for_too_long_is_unknown(scene: Scene) -> None:
    back = refunding(await charged(scene), 4_000)
    answer = await scene.adyen.refund(back)
    assert isinstance(answer, UnderWay)
    late = replace(asked(back.key, answer.provider_id), sent_at=now() - timedelta(hours=49))
    assert isinstance(await scene.adyen.find_refund(late), NoAnswer)


@pytest.mark.parametrize("card", [Card.REFUND_REFUSED, Card.REFUND_FAILS_LATE])
async def test_a_refund_that_fails_has_given_nothing_back(scene: Scene, card: Card) -> None:
    back = refunding(await charged(scene, card), 4_000)
    answer = await scene.adyen.refund(back)
    assert isinstance(answer, UnderWay)
    await scene.tell()
    found = await scene.adyen.find_refund(asked(back.key, answer.provider_id))
    assert found == Declined(code="NOT_REFUNDABLE", provider_id=answer.provider_id)
    assert scene.standin.payment(back.charge_id).refunded == 0


async def test_nothing_is_refunded_of_what_adyen_does_not_know(scene: Scene) -> None:
    assert await scene.adyen.refund(refunding("0000000000000000", 4_000)) == Declined(code="PROVIDER_REFUSED")


async def test_a_payout_arrives_once(scene: Scene) -> None:
    out = await paying(scene, BankAccount.OK)
    answer = await scene.adyen.pay_out(out)
    assert isinstance(answer, UnderWay)
    assert await scene.adyen.pay_out(out) == answer
    paid = PaidOut(provider_id=answer.provider_id, amount=out.amount)
    assert await scene.adyen.find_payout(asked(out.key)) == paid
    assert await scene.adyen.find_payout(asked(out.key, answer.provider_id)) == paid


async def test_a_payout_without_an_answer_is_found_by_our_key(scene: Scene) -> None:
    out = await paying(scene, BankAccount.OK)
    scene.faults.script(Fault.NO_ANSWER_AFTER, path="/transfers")
    assert isinstance(await scene.adyen.pay_out(out), NoAnswer)
    assert isinstance(await scene.adyen.find_payout(asked(out.key)), PaidOut)


async def test_a_payout_that_never_got_there_is_not_found(scene: Scene) -> None:
    out = await paying(scene, BankAccount.OK)
    scene.faults.script(Fault.NO_ANSWER_BEFORE, path="/transfers")
    assert isinstance(await scene.adyen.pay_out(out), NoAnswer)
    assert await scene.adyen.find_payout(asked(out.key)) == NotFound()


async def test_a_late_payout_arrives_later(scene: Scene) -> None:
    out = await paying(scene, BankAccount.LATE)
    answer = await scene.adyen.pay_out(out)
    assert await scene.adyen.find_payout(asked(out.key)) == answer
    platform.move_on(scene.standin)
    assert isinstance(await scene.adyen.find_payout(asked(out.key)), PaidOut)


async def test_a_payout_to_a_closed_account_comes_back(scene: Scene) -> None:
    out = await paying(scene, BankAccount.RETURNED)
    await scene.adyen.pay_out(out)
    assert isinstance(await scene.adyen.find_payout(asked(out.key)), PaidOut)
    platform.move_on(scene.standin)
    assert await scene.adyen.find_payout(asked(out.key)) == CameBack(code="ACCOUNT_CLOSED")


@pytest.mark.parametrize(
    ("account", "minor", "code"),
    [(BankAccount.REFUSED, 5_000, "ACCOUNT_CLOSED"), (BankAccount.OK, 10**9, "PROVIDER_FUNDS_TOO_LOW")],
)
async def test_a_payout_that_adyen_refuses_says_why(scene: Scene, account: BankAccount, minor: int, code: str) -> None:
    answer = await scene.adyen.pay_out(await paying(scene, account, minor))
    assert isinstance(answer, Declined)
    assert answer.code == code


async def test_bank_accounts_are_shown_to_those_whose_they_are(scene: Scene) -> None:
    who, entity = await payee(scene)
    own = Adding(organization_id=who.organization_id, token=f"ti_ok-{entity}", customer=None, currency="EUR", at=now())
    details = await scene.adyen.payee_details(own)
    assert not isinstance(details, Unusable | NoAnswer)
    assert (details.token, details.label, details.last4, details.is_verified) == (
        own.token,
        "Bank account (NL)",
        "0000",
        True,
    )
    another = Adding(organization_id=new_id(), token=own.token, customer=None, currency="EUR", at=now())
    assert isinstance(await scene.adyen.payee_details(another), Unusable)
    elsewhere = replace(own, token=f"../transferInstruments/{own.token}")
    assert isinstance(await scene.adyen.payee_details(elsewhere), Unusable)


async def test_a_payee_who_is_named_is_paid_to_the_account_they_gave(scene: Scene) -> None:
    who, entity = await payee(scene)
    named = Adding(organization_id=who.organization_id, token=entity, customer=None, currency="EUR", at=now())
    details = await scene.adyen.payee_details(named)
    assert not isinstance(details, Unusable | NoAnswer)
    assert (details.token, details.is_verified) == (f"ti_ok-{entity}", True)
    begun = replace(who, organization_id=new_id())
    unfinished = await scene.adyen.onboard(begun)
    assert isinstance(unfinished, Onboarded)
    assert isinstance(await scene.adyen.payee_details(replace(named, token=unfinished.account)), Unusable)


async def test_an_account_that_adyen_has_not_checked_is_not_verified(scene: Scene) -> None:
    who, entity = await payee(scene)
    token = f"{BankAccount.UNVERIFIED.value}-{entity}"
    own = Adding(organization_id=who.organization_id, token=token, customer=None, currency="EUR", at=now())
    details = await scene.adyen.payee_details(own)
    assert not isinstance(details, Unusable | NoAnswer)
    assert not details.is_verified


async def test_a_saved_card_is_recognized(scene: Scene) -> None:
    organization_id = new_id()
    adding = Adding(organization_id=organization_id, token=Card.OK.value, customer=None, currency="EUR", at=now())
    details = await scene.adyen.method_details(adding)
    assert not isinstance(details, Unusable | NoAnswer)
    assert (details.label, details.last4, details.customer) == ("VISA", "0001", str(organization_id))
    assert str(details.expires_on) == "2030-03-31"


@pytest.mark.parametrize("token", ["adyen_of_somebody_else", "adyen_account"])
async def test_what_is_no_saved_card_cannot_be_added(scene: Scene, token: str) -> None:
    adding = Adding(organization_id=new_id(), token=token, customer=None, currency="EUR", at=now())
    assert isinstance(await scene.adyen.method_details(adding), Unusable)


async def disputed(scene: Scene) -> tuple[Dispute, datetime]:
    """A chargeback of which Adyen has told, and an instant before it did."""
    before = now() - timedelta(seconds=1)
    psp = await charged(scene)
    dispute = disputes.open_dispute(scene.standin, scene.standin.payment(psp))
    await scene.tell()
    return dispute, before


async def state_of(scene: Scene, dispute: Dispute) -> ReportedState:
    found = await scene.adyen.find_chargeback(dispute.psp, now())
    assert not isinstance(found, NotFound | NoAnswer)
    return found.state


async def test_a_chargeback_is_known_from_what_adyen_tells(scene: Scene) -> None:
    dispute, before = await disputed(scene)
    reported = await scene.adyen.chargebacks(before, now())
    assert not isinstance(reported, NoAnswer)
    (found,) = (one for one in reported if one.external_id == dispute.psp)
    assert (str(found.charge_key), found.amount) == (dispute.payment.reference, Money(10_000, "EUR"))
    assert (found.state, found.reason) == (ReportedState.NEEDS_RESPONSE, "Fraud")
    assert timedelta(days=13) < found.evidence_due_at - now() < timedelta(days=15)
    assert await scene.adyen.find_chargeback(dispute.psp, now()) == found
    assert await scene.adyen.chargebacks(now(), now()) == []
    assert await scene.adyen.find_chargeback("0000000000000000", now()) == NotFound()


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        ("The work was done, see (1) and \\2.\nSigned in Zürich.", ReportedState.WON),
        ("unconvincing", ReportedState.LOST),
    ],
)
async def test_evidence_is_handed_in_as_a_document(scene: Scene, evidence: str, state: ReportedState) -> None:
    dispute, _ = await disputed(scene)
    said = ChargebackAnswer(external_id=dispute.psp, evidence=evidence, at=now())
    assert await scene.adyen.answer_chargeback(said) == Heard()
    assert await scene.adyen.answer_chargeback(said) == Heard()
    await scene.tell()
    assert await state_of(scene, dispute) is state


async def test_letting_the_money_go_is_said_once(scene: Scene) -> None:
    dispute, _ = await disputed(scene)
    said = ChargebackAnswer(external_id=dispute.psp, evidence=None, at=now())
    assert await scene.adyen.answer_chargeback(said) == Heard()
    assert dispute.outcome == "Accepted"


async def test_a_chargeback_that_nobody_answered_is_lost(scene: Scene) -> None:
    dispute, _ = await disputed(scene)
    disputes.lapse(scene.standin, dispute.psp)
    await scene.tell()
    assert await state_of(scene, dispute) is ReportedState.LOST
