"""Charges at Stripe: taken once, declined, authenticated, reserved, captured and voided; and answers that are lost."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.money import Money
from integrations.payments import (
    ActionRequired,
    Authorized,
    Capturing,
    Charge,
    Charged,
    Declined,
    NoAnswer,
    NotFound,
    Voided,
    Voiding,
)
from integrations.stripe_payments import Stripe
from standins.faults import Fault
from tests.providers.stripe_setup import RETURN_URL, Setup, opened, post

EUR = "EUR"


async def test_a_charge_takes_the_amount_and_tells_the_fee(stripe: Setup) -> None:
    answer = await stripe.stripe.charge(stripe.charge())
    assert answer == Charged(provider_id="pi_000001", amount=Money(12000, EUR), fee=Money(378, EUR))


async def test_the_same_key_charges_once(stripe: Setup) -> None:
    charge = stripe.charge()
    assert await stripe.stripe.charge(charge) == await stripe.stripe.charge(charge)
    assert stripe.world.effects["charge.succeeded"] == 1


async def test_a_key_that_was_used_for_something_else_says_nothing_about_that(stripe: Setup) -> None:
    charge = stripe.charge()
    await stripe.stripe.charge(charge)
    other = await stripe.stripe.charge(replace(charge, amount=Money(5000, EUR)))
    assert other == NoAnswer(reason="IdempotencyError 400")
    assert stripe.world.effects["charge.succeeded"] == 1


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("pm_card_chargeDeclined", "CARD_DECLINED"),
        ("pm_card_chargeDeclinedInsufficientFunds", "INSUFFICIENT_FUNDS"),
        ("pm_card_chargeDeclinedExpiredCard", "EXPIRED_CARD"),
        ("pm_card_chargeDeclinedFraudulent", "FRAUD_SUSPECTED"),
        ("pm_card_chargeDeclinedVelocityLimitExceeded", "LIMIT_EXCEEDED"),
        ("pm_of_nobody", "METHOD_UNUSABLE"),
    ],
)
async def test_a_decline_has_a_neutral_code(stripe: Setup, token: str, code: str) -> None:
    answer = await stripe.stripe.charge(stripe.charge(token))
    assert isinstance(answer, Declined)
    assert answer.code == code
    assert stripe.world.effects["charge.succeeded"] == 0


async def test_a_declined_charge_is_found_declined_and_nothing_is_found_for_another_key(stripe: Setup) -> None:
    charge = stripe.charge("pm_card_chargeDeclinedInsufficientFunds")
    answer = await stripe.stripe.charge(charge)
    assert await stripe.stripe.find(stripe.asked(charge.key)) == answer
    assert await stripe.stripe.find(stripe.asked(uuid4())) == NotFound()


async def test_a_payer_who_is_asked_by_the_bank_pays_or_fails_there(stripe: Setup) -> None:
    for outcome in ("authorize", "fail"):
        charge = stripe.charge("pm_card_authenticationRequired")
        answer = await stripe.stripe.charge(charge)
        assert isinstance(answer, ActionRequired)
        assert await stripe.stripe.find(stripe.asked(charge.key)) == answer
        back = await post(answer.url, outcome=outcome)
        found = await stripe.stripe.find(stripe.asked(charge.key, answer.provider_id))
        if outcome == "authorize":
            assert back.startswith(f"{RETURN_URL}?payment_intent={answer.provider_id}&redirect_status=succeeded")
            assert found == Charged(provider_id=answer.provider_id, amount=charge.amount, fee=Money(378, EUR))
        else:
            assert found == Declined(code="AUTHENTICATION_FAILED", provider_id=answer.provider_id)


async def test_an_automatic_charge_cannot_be_authenticated(stripe: Setup) -> None:
    answer = await stripe.stripe.charge(stripe.charge("pm_card_authenticationRequired", is_off_session=True))
    assert answer == Declined(code="AUTHENTICATION_REQUIRED", provider_id="pi_000001")


async def test_what_is_reserved_is_captured_in_part_and_then_once_only(stripe: Setup) -> None:
    charge = stripe.charge(is_manual=True)
    reserved = await stripe.stripe.charge(charge)
    assert reserved == Authorized(provider_id="pi_000001", amount=Money(12000, EUR))
    capturing = Capturing(key=charge.key, charge_id="pi_000001", amount=Money(10000, EUR), at=stripe.at)
    taken = await stripe.stripe.capture(capturing)
    assert taken == Charged(provider_id="pi_000001", amount=Money(10000, EUR), fee=Money(320, EUR))
    assert await stripe.stripe.capture(capturing) == taken
    void = Voiding(key=charge.key, charge_id="pi_000001", at=stripe.at)
    assert await stripe.stripe.void(void) == taken


async def test_a_capture_that_does_not_get_through_is_not_refused(stripe: Setup) -> None:
    charge = stripe.charge(is_manual=True)
    await stripe.stripe.charge(charge)
    capturing = Capturing(key=charge.key, charge_id="pi_000001", amount=charge.amount, at=stripe.at)
    nobody = Stripe(opened())
    assert isinstance(await nobody.capture(capturing), NoAnswer)
    await nobody.close()
    more = replace(capturing, amount=Money(12001, EUR))
    assert isinstance(await stripe.stripe.capture(more), Declined)


async def test_what_is_reserved_is_voided_by_its_id_or_by_our_key(stripe: Setup) -> None:
    for charge_id in ("pi_000001", None):
        charge = stripe.charge(is_manual=True)
        await stripe.stripe.charge(charge)
        void = Voiding(key=charge.key, charge_id=charge_id, at=stripe.at)
        voided = await stripe.stripe.void(void)
        assert isinstance(voided, Voided)
        assert await stripe.stripe.find(stripe.asked(charge.key)) == voided
    late = Capturing(key=uuid4(), charge_id="pi_000001", amount=Money(1, EUR), at=stripe.at)
    assert await stripe.stripe.capture(late) == Voided(provider_id="pi_000001")
    assert isinstance(await stripe.stripe.void(Voiding(key=uuid4(), charge_id=None, at=stripe.at)), NoAnswer)


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_lost_answer_is_no_answer_and_looking_tells_what_happened(stripe: Setup, fault: Fault) -> None:
    stripe.faults.script(fault, path="/v1/payment_intents")
    charge = stripe.charge()
    assert isinstance(await stripe.stripe.charge(charge), NoAnswer)
    found = await stripe.stripe.find(stripe.asked(charge.key))
    if fault in (Fault.NO_ANSWER_BEFORE, Fault.ERROR_BEFORE):
        assert found == NotFound()
    else:
        assert found == Charged(provider_id="pi_000001", amount=charge.amount, fee=Money(378, EUR))
    assert stripe.world.effects["charge.succeeded"] == isinstance(found, Charged)


async def test_a_question_without_an_answer_proves_nothing(stripe: Setup) -> None:
    key, _ = await stripe.charged()
    stripe.faults.script(Fault.NO_ANSWER_BEFORE, path="/search")
    assert isinstance(await stripe.stripe.find(stripe.asked(key)), NoAnswer)


async def test_what_searching_does_not_know_yet_is_found_by_looking_through_that_time(stripe: Setup) -> None:
    stripe.world.search_lag = timedelta(hours=1)
    key, provider_id = await stripe.charged()
    found = await stripe.stripe.find(stripe.asked(key))
    assert isinstance(found, Charged)
    assert found.provider_id == provider_id


async def test_what_a_message_names_is_found_at_once_if_it_is_ours(stripe: Setup) -> None:
    stripe.world.search_lag = timedelta(hours=1)
    (key, first), (_, second) = await stripe.charged(), await stripe.charged()
    found = [
        await stripe.stripe.find(replace(stripe.asked(key), sent_at=None, told_as=told_as))
        for told_as in (first, second)
    ]
    assert found == [Charged(provider_id=first, amount=Money(12000, EUR), fee=Money(378, EUR)), NotFound()]


async def test_a_provider_that_cannot_be_reached_has_moved_nothing(stripe: Setup) -> None:
    away = Stripe(opened(address="http://127.0.0.1:1"))
    assert await away.charge(stripe.charge()) == Declined(code="PROVIDER_UNAVAILABLE")
    assert isinstance(await away.find(stripe.asked(uuid4())), NoAnswer)
    await away.close()


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        (Money(12000, "JPY"), 12000),
        (Money(12340, "KWD"), 12340),
        (Money(12000, "ISK"), 1200000),
        (Money(1200000, "MGA"), 12000),
    ],
)
async def test_currencies_are_charged_in_stripes_units_and_told_in_ours(
    stripe: Setup, amount: Money, units: int
) -> None:
    answer = await stripe.stripe.charge(stripe.charge(amount=amount))
    assert isinstance(answer, Charged)
    assert answer.amount == amount
    assert stripe.world.get("payment_intent", answer.provider_id)["amount"] == units


@pytest.mark.parametrize("amount", [Money(12345, "KWD"), Money(12001, "MGA"), Money(12000, "UGX")])
async def test_an_amount_finer_than_stripes_units_is_declined_unasked(stripe: Setup, amount: Money) -> None:
    assert await stripe.stripe.charge(stripe.charge(amount=amount)) == Declined(code="AMOUNT_NOT_SUPPORTED")
    assert stripe.world.all("payment_intent") == []


async def _hosted(stripe: Setup) -> tuple[Charge, ActionRequired]:
    charge = stripe.charge(None)
    answer = await stripe.stripe.charge(charge)
    assert isinstance(answer, ActionRequired)
    return charge, answer


async def test_without_a_method_the_payer_chooses_on_stripes_page_until_one_works(stripe: Setup) -> None:
    charge, page = await _hosted(stripe)
    asked = stripe.asked(charge.key, page.provider_id)
    assert await stripe.stripe.find(asked) == page
    await post(page.url, card="pm_card_chargeDeclined")
    assert await stripe.stripe.find(asked) == page == await stripe.stripe.find(stripe.asked(charge.key))
    assert (await post(page.url, card="pm_card_visa")).startswith(RETURN_URL)
    paid = Charged(provider_id="pi_000001", amount=charge.amount, fee=Money(378, EUR))
    assert await stripe.stripe.find(asked) == paid == await stripe.stripe.find(stripe.asked(charge.key))


async def test_the_card_chosen_on_stripes_page_may_have_to_be_authenticated(stripe: Setup) -> None:
    charge, page = await _hosted(stripe)
    bank = await post(page.url, card="pm_card_authenticationRequired")
    assert await stripe.stripe.find(stripe.asked(charge.key)) == page
    await post(bank, outcome="authorize")
    assert isinstance(await stripe.stripe.find(stripe.asked(charge.key, page.provider_id)), Charged)


async def test_stripes_page_is_closed_by_voiding_and_a_paid_one_is_not(stripe: Setup) -> None:
    charge, page = await _hosted(stripe)
    void = Voiding(key=charge.key, charge_id=page.provider_id, at=stripe.at)
    assert await stripe.stripe.void(void) == Voided(provider_id=page.provider_id)
    charge, page = await _hosted(stripe)
    await post(page.url, card="pm_card_visa")
    void = Voiding(key=charge.key, charge_id=page.provider_id, at=stripe.at)
    assert isinstance(await stripe.stripe.void(void), Charged)
