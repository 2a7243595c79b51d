"""Asking Stripe for changes while answers are lost and others change the same: each is made once, or not at all."""

from datetime import timedelta

import pytest

from domain.billing_subscriptions import SubscriptionStatus
from domain.prices import PriceModel
from domain.sales import SaleStatus
from domain.scheduled_changes import ScheduledChangeKind, ScheduledChangeStatus
from standins.faults import Fault
from tests.billing.test_mirrored_changes import change_there, changes, do, held, sales_of_changes
from tests.makers.invariants import broken
from tests.makers.mirrored import Mirrored, subscribed
from tests.providers.companies import Stripe

_C, _K = ScheduledChangeStatus, ScheduledChangeKind


def lose(company: Stripe, fault: Fault) -> None:
    """From now on whatever Stripe is asked to do meets this on its way."""
    company.faults.follow({fault: 1.0}, seed=1)


async def again(mirrored: Mirrored) -> None:
    """Answers come again, and what had none is asked once more."""
    mirrored.company.faults.follow({}, seed=1)
    mirrored.world.clock.advance(timedelta(minutes=3))
    await mirrored.world.settle()
    await mirrored.company.settle()


@pytest.mark.parametrize("fault", [Fault.NO_ANSWER_BEFORE, Fault.NO_ANSWER_AFTER, Fault.ERROR_AFTER])
async def test_without_answer_or_message_the_same_is_asked_again_and_made_once(company: Stripe, fault: Fault) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    company.courier.url = None
    updates = company.stripe.effects["customer.subscription.updated"]
    lose(company, fault)
    await do(mirrored, "changeSubscription", quantity=3)
    assert await changes(mirrored) == [(_K.QUANTITY, _C.PENDING, None)]
    assert (await do(mirrored, "changeSubscription", quantity=2))["code"] == "CONFLICT"
    assert (await held(mirrored))[1] == 1

    await again(mirrored)

    assert await changes(mirrored) == [(_K.QUANTITY, _C.APPLIED, None)]
    assert (await held(mirrored))[1] == 3
    assert await sales_of_changes(mirrored) == [(SaleStatus.PAID, 4_000)]
    assert company.stripe.effects["customer.subscription.updated"] == updates + 1
    assert await broken(company.world) == []


async def test_the_message_of_a_change_applies_it_where_its_answer_is_lost(company: Stripe) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    lose(company, Fault.NO_ANSWER_AFTER)
    await do(mirrored, "changeSubscription", quantity=3)
    assert await changes(mirrored) == [(_K.QUANTITY, _C.APPLIED, None)]
    assert (await held(mirrored))[1] == 3
    await again(mirrored)
    assert await sales_of_changes(mirrored) == [(SaleStatus.PAID, 4_000)]


async def test_a_change_that_somebody_makes_there_meanwhile_is_not_taken_for_ours(company: Stripe) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    lose(company, Fault.NO_ANSWER_BEFORE)
    await do(mirrored, "changeSubscription", quantity=3)
    change_there(company, mirrored, 2)
    await company.settle()
    assert await changes(mirrored) == [(_K.QUANTITY, _C.PENDING, None)]
    assert await sales_of_changes(mirrored) == []

    await again(mirrored)

    assert await changes(mirrored) == [(_K.QUANTITY, _C.APPLIED, None)] * 2
    assert await sales_of_changes(mirrored) == [(SaleStatus.PAID, 2_000)] * 2
    assert mirrored.there["items"]["data"][0]["quantity"] == 3
    assert (await held(mirrored))[1] == 3
    assert [period.terms.quantity for period in await mirrored.periods()] == [3]
    assert await broken(company.world) == []


async def test_what_costs_nothing_there_counts_in_the_period_all_the_same(company: Stripe) -> None:
    mirrored = await subscribed(company, model=PriceModel.PER_SEAT)
    change_there(company, mirrored, 4, "none")
    await company.settle()
    assert (await held(mirrored))[1] == 4
    assert [period.terms.quantity for period in await mirrored.periods()] == [4]
    assert (await do(mirrored, "changeSubscription", quantity=4))["code"] == "INVALID"
    await do(mirrored, "changeSubscription", quantity=2, effective="NOW", prorationMode="CREATE_PRORATIONS")
    assert await changes(mirrored) == [(_K.QUANTITY, _C.APPLIED, None)]
    assert (await held(mirrored))[1] == 2
    assert await sales_of_changes(mirrored) == []


async def test_a_subscription_that_ends_meanwhile_fails_what_it_is_asked_for(company: Stripe) -> None:
    mirrored = await subscribed(company)
    await do(mirrored, "cancelSubscription", when="AT_PERIOD_END")
    end = (await mirrored.now()).current_period_end
    assert end is not None
    lose(company, Fault.NO_ANSWER_BEFORE)
    await do(mirrored, "uncancelSubscription")
    assert (await do(mirrored, "cancelSubscription", when="NOW"))["code"] == "CONFLICT"

    await mirrored.live_until(end)
    await again(mirrored)

    assert (await mirrored.now()).status is SubscriptionStatus.CANCELED
    assert [one[:2] for one in await changes(mirrored)] == [(_K.CANCEL, _C.APPLIED), (_K.CONTINUE, _C.FAILED)]
    assert await broken(company.world) == []
