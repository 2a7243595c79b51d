"""Refunds at Stripe: given back once per key, found by their charge, and sometimes failing in the end."""

from uuid import uuid4

import pytest

from domain.money import Money
from integrations.payments import Declined, NoAnswer, NotFound, Refunded, Refunding, UnderWay
from standins.faults import Fault
from tests.providers.stripe_setup import Setup


def refunding(stripe: Setup, charge_id: str, amount: int = 5000) -> Refunding:
    return Refunding(key=uuid4(), charge_id=charge_id, amount=Money(amount, "EUR"), at=stripe.at)


async def test_a_part_is_refunded_once_per_key_and_never_more_than_was_taken(stripe: Setup) -> None:
    _, charge_id = await stripe.charged()
    first = refunding(stripe, charge_id)
    given_back = Refunded(provider_id="re_000001", amount=Money(5000, "EUR"))
    assert await stripe.stripe.refund(first) == given_back == await stripe.stripe.refund(first)
    assert await stripe.stripe.refund(refunding(stripe, charge_id, 7001)) == Declined(code="PROVIDER_REFUSED")
    assert isinstance(await stripe.stripe.refund(refunding(stripe, charge_id, 7000)), Refunded)
    assert await stripe.stripe.refund(refunding(stripe, charge_id, 1)) == Declined(code="NOT_REFUNDABLE")
    assert stripe.world.effects["refund.created"] == 2


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_lost_answer_is_looked_up_by_the_charge(stripe: Setup, fault: Fault) -> None:
    _, charge_id = await stripe.charged()
    asked = refunding(stripe, charge_id)
    stripe.faults.script(fault, path="/v1/refunds")
    assert isinstance(await stripe.stripe.refund(asked), NoAnswer)
    found = await stripe.stripe.find_refund(stripe.asked(asked.key, charge_id=charge_id))
    happened = fault not in (Fault.NO_ANSWER_BEFORE, Fault.ERROR_BEFORE)
    assert found == (Refunded(provider_id="re_000001", amount=asked.amount) if happened else NotFound())


async def test_without_the_charge_nothing_can_be_said_of_a_refund(stripe: Setup) -> None:
    assert isinstance(await stripe.stripe.find_refund(stripe.asked(uuid4())), NoAnswer)


async def test_a_refund_takes_its_time(stripe: Setup) -> None:
    _, charge_id = await stripe.charged("pm_card_pendingRefund")
    asked = refunding(stripe, charge_id)
    assert await stripe.stripe.refund(asked) == UnderWay(provider_id="re_000001")
    stripe.world.settle()
    found = await stripe.stripe.find_refund(stripe.asked(asked.key, "re_000001"))
    assert found == Refunded(provider_id="re_000001", amount=asked.amount)


async def test_a_refund_may_fail_after_it_seemed_to_succeed(stripe: Setup) -> None:
    _, charge_id = await stripe.charged("pm_card_refundFail")
    asked = refunding(stripe, charge_id)
    assert isinstance(await stripe.stripe.refund(asked), Refunded)
    stripe.world.settle()
    found = await stripe.stripe.find_refund(stripe.asked(asked.key, "re_000001"))
    assert found == Declined(code="EXPIRED_CARD", provider_id="re_000001")


async def test_disputed_money_is_not_refunded(stripe: Setup) -> None:
    _, charge_id = await stripe.charged("pm_card_createDispute")
    assert await stripe.stripe.refund(refunding(stripe, charge_id)) == Declined(code="DISPUTED")
