"""Refunds and chargebacks of what Stripe charges for the subscriptions that it bills, whoever asked for them."""

from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select

from domain.chargebacks import Chargeback, ChargebackStatus
from domain.money import Money
from domain.money_exceptions import MoneyException
from domain.payment_methods import Provider
from domain.payments import Payment
from domain.prices import Price, PriceInterval
from domain.provider_calls import CallState
from domain.refunds import Refund, RefundCause
from domain.sales import Sale, SaleStatus
from domain.subscription_periods import PeriodStatus
from integrations.chargebacks import ReportedChargeback, ReportedState
from jobs import refunds as refund_jobs
from jobs.chargeback_reports import follow
from persistence.own_catalogue import price_id
from standins.courier import Plan
from standins.stripe import disputes, refunds
from standins.stripe.world import Call
from tests.billing.test_entitlements_api import check
from tests.makers.invariants import broken
from tests.makers.mirrored import Mirrored, subscribed
from tests.makers.payments import balances
from tests.providers.companies import Stripe
from tests.world import World

T = TypeVar("T")


async def starter(company: Stripe) -> Mirrored:
    """Subscribed to Milepost's own plan that brings e-invoices, which somebody has just asked for."""
    async with company.world.database.reader() as session:
        price = await session.get_one(Price, price_id("starter", "EUR", PriceInterval.MONTH))
    mirrored = await subscribed(company, price)
    assert (await check(mirrored.buyer))["isActive"]
    return mirrored


async def the(mirrored: Mirrored, noun: type[T]) -> T:
    async with mirrored.world.database.reader() as session:
        return (await session.scalars(select(noun))).one()


async def give_back_there(mirrored: Mirrored, minor: int | None = None) -> None:
    """Somebody refunds the last charge in Stripe's dashboard."""
    charge = mirrored.company.stripe.all("charge")[0]
    fields = {"charge": charge["id"]} | ({} if minor is None else {"amount": minor})
    refunds.create(mirrored.company.stripe, Call(account="", fields=fields))
    await mirrored.company.settle()


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_full_refund_there_ends_the_period_here_at_once(company: Stripe, seed: int) -> None:
    company.courier.follow(Plan(seed=seed, copies=3, lost=0.2, is_mixed=True))
    mirrored = await starter(company)

    await give_back_there(mirrored)

    assert not (await check(mirrored.buyer))["isActive"]
    assert [period.status for period in await mirrored.periods()] == [PeriodStatus.REFUNDED]
    refund = await the(mirrored, Refund)
    assert (refund.status, refund.cause, refund.amount) == (
        CallState.SUCCEEDED,
        RefundCause.SALE,
        Money(1_900, "EUR"),
    )
    assert (await the(mirrored, Sale)).status is SaleStatus.REFUNDED
    assert (await the(mirrored, Payment)).refunded_minor == 1_900
    assert set(await balances(mirrored.world)) == {"provider_cash", "processor_fee"}
    assert await broken(mirrored.world) == []


async def test_a_part_that_is_given_back_there_ends_nothing(company: Stripe) -> None:
    mirrored = await starter(company)

    await give_back_there(mirrored, 400)
    await give_back_there(mirrored, 500)

    assert (await check(mirrored.buyer))["isActive"]
    sale = await the(mirrored, Sale)
    assert (sale.status, sale.refunded_minor) == (SaleStatus.PARTIALLY_REFUNDED, 900)
    assert await broken(mirrored.world) == []


async def test_a_refund_there_is_recorded_once_however_often_it_is_looked_at(company: Stripe) -> None:
    mirrored = await starter(company)
    await give_back_there(mirrored)

    world = mirrored.world
    assert await refund_jobs.look(world.database, Provider.STRIPE, None, "re_000001", world.clock.now())

    assert (await the(mirrored, Refund)).status is CallState.SUCCEEDED
    assert not await refund_jobs.look(world.database, Provider.STRIPE, None, "re_of_nobody", world.clock.now())


@pytest.mark.parametrize("is_won", [True, False])
async def test_a_dispute_suspends_what_was_paid_until_it_is_decided(company: Stripe, is_won: bool) -> None:
    mirrored = await starter(company)

    await company.charge_back(f"pay_{(await the(mirrored, Payment)).id.hex}")
    await company.settle()
    assert not (await check(mirrored.buyer))["isActive"]
    assert (await the(mirrored, Chargeback)).status is ChargebackStatus.NEEDS_RESPONSE

    disputes.decide(company.stripe, company.stripe.all("dispute")[0], is_won=is_won)
    await company.settle()

    assert (await check(mirrored.buyer))["isActive"] is is_won
    assert (await the(mirrored, Sale)).status is (SaleStatus.PAID if is_won else SaleStatus.CHARGED_BACK)
    assert await broken(mirrored.world) == []


async def test_a_dispute_of_what_others_charged_with_the_account_is_left_alone(world: World) -> None:
    report = ReportedChargeback(
        external_id="dp_1",
        charge_key=None,
        charge_id="pi_of_others",
        amount=Money(1_900, "EUR"),
        reason="fraudulent",
        evidence_due_at=world.clock.now() + timedelta(days=7),
        state=ReportedState.NEEDS_RESPONSE,
        changed_at=world.clock.now(),
    )
    assert not await follow(world.database, Provider.STRIPE, report, world.clock.now())
    async with world.database.reader() as session:
        assert (await session.scalars(select(MoneyException))).all() == []
