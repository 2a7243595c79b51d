"""Reconciliation: every difference between a provider and the books is found, told once, and gone once put right."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from domain.actors import SYSTEM
from domain.cash_reconciliations import ReconciliationStatus, start
from domain.money import Money
from domain.money_exceptions import MoneyExceptionStatus
from domain.payment_methods import Provider
from domain.provider_reports import LineKind
from jobs import report_repairs
from jobs.payments import send_created
from persistence import cash_reconciliations
from persistence.unit import unit_of_work
from tests.makers.approvals import two_of_staff
from tests.makers.credits import make_paid
from tests.makers.differences import (
    approve,
    correct_fee,
    key_of,
    make_difficult_day,
    make_refunded,
    post_difference,
    subject_of,
)
from tests.makers.payments import balances, make_claim
from tests.makers.payouts import wrong_books
from tests.makers.reports import TEN, begin, found, next_night, reconcile, runs
from tests.world import World


@dataclass
class Statements:
    count: int = 0


@contextmanager
def counting(world: World) -> Iterator[Statements]:
    """Counts what is sent to the database meanwhile; many rows of one INSERT are one."""
    counted = Statements()

    def count(*_: object) -> None:
        counted.count += 1

    engine = world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", count)


async def ask_for(world: World, day: date) -> None:
    """A run on demand."""
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        db.add(start(Provider.SIMULATOR, day, by=SYSTEM, at=db.at))


async def again(world: World, day: date) -> int:
    """How many differences one more run finds."""
    await ask_for(world, day)
    run = await reconcile(world)
    assert (run.status, run.failure) == (ReconciliationStatus.COMPLETED, None)
    return run.finding_count


async def test_a_day_on_which_all_agrees_has_no_findings_and_no_drift(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    diarist.fee_minor = 30
    await make_paid(world)
    await make_refunded(world, 40_000)
    day = await next_night(world)
    run = await reconcile(world)
    assert (run.day, run.status, run.failure) == (day, ReconciliationStatus.COMPLETED, None)
    assert (run.line_count, run.matched_count, run.finding_count) == (3, 3, 0)
    (euros,) = run.currencies
    assert (euros.in_minor, euros.out_minor, euros.fee_minor) == (200_000, 40_000, 60)
    assert (euros.reported_minor, euros.ledger_minor, euros.explained_minor) == (159_940, 160_000, -60)
    assert euros.unexplained == Money(0, "EUR")
    assert await found(world) == []
    assert await again(world, day) == 0


async def test_each_of_fourteen_differences_is_found_and_gone_once_it_is_put_right(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    day, seeds = await make_difficult_day(world, diarist)
    run = await reconcile(world)
    told = await found(world, *MoneyExceptionStatus)
    assert {(one.kind.name, await subject_of(world, one)) for one in told} == set(seeds.values())
    assert (run.finding_count, run.new_count, run.repaired_count) == (14, 14, 3)
    repaired = {
        "a_failed_payment_that_was_charged",
        "a_chargeback_that_nobody_here_knows",
        "a_payout_that_came_back_to_the_provider",
    }
    settled = {
        (one.kind.name, await subject_of(world, one)) for one in await found(world, MoneyExceptionStatus.RESOLVED)
    }
    assert settled == {seeds[name] for name in repaired}
    assert await wrong_books(world) == []

    assert await again(world, day) == 11
    assert (await runs(world))[-1].new_count == 0
    assert len(await found(world, *MoneyExceptionStatus)) == 14

    asker, approver = await two_of_staff(world)
    for one in await found(world):
        subject = await subject_of(world, one)
        if subject == "re_strange":
            await asker.do(
                "waiveMoneyException", "exception { status }", exceptionId=f"mex_{one.id.hex}", reason="Staff did it."
            )
        elif one.kind.name == "FEE_MISMATCH":
            approval = await correct_fee(asker, 30)
            await approve(approver, approval)
        else:
            await approve(approver, await post_difference(asker, one))
    assert await wrong_books(world) == []
    assert await again(world, day) == 0
    assert await found(world) == []
    world.clock.advance(timedelta(days=1))
    assert (await reconcile(world)).finding_count == 0
    assert all(one.unexplained == Money(0, one.currency) for one in (await runs(world))[-1].currencies)


async def test_money_on_its_way_around_midnight_is_no_finding_and_is_judged_the_next_night(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    world.clock.advance(timedelta(hours=11, minutes=59))
    _, payment = await make_paid(world)
    late = await key_of(world, payment)
    diarist.rewrite(LineKind.CHARGE, late, at=world.clock.now() + timedelta(minutes=2))
    world.clock.advance(timedelta(minutes=5))
    _, payment = await make_paid(world)
    diarist.rewrite(LineKind.CHARGE, await key_of(world, payment), at=world.clock.now() - timedelta(minutes=6))
    world.clock.advance(timedelta(hours=2))
    run = await reconcile(world)
    (euros,) = run.currencies
    assert (run.finding_count, euros.drift, euros.unexplained) == (0, Money(0, "EUR"), Money(0, "EUR"))
    world.clock.advance(timedelta(days=1))
    assert (await reconcile(world)).finding_count == 0
    assert await found(world, *MoneyExceptionStatus) == []


async def test_what_there_was_no_time_to_ask_for_is_told_and_repaired_by_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    day, _ = await make_difficult_day(world, diarist)
    with monkeypatch.context() as during:
        during.setattr(report_repairs, "SECONDS", 0)
        assert (await reconcile(world)).repaired_count == 0
    await ask_for(world, day)
    assert (await reconcile(world)).repaired_count == 3


async def test_what_is_missing_around_midnight_is_told_the_next_night(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    world.clock.advance(timedelta(hours=11, minutes=30))
    _, payment = await make_paid(world)
    diarist.take_out(LineKind.CHARGE, await key_of(world, payment))
    await next_night(world)
    assert (await reconcile(world)).finding_count == 0
    await next_night(world)
    assert (await reconcile(world)).finding_count == 1
    assert [one.kind.name for one in await found(world)] == ["MISSING_AT_PROVIDER"]


async def test_what_the_next_report_brings_ends_what_the_last_one_lacked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    _, payment = await make_paid(world)
    line = diarist.take_out(LineKind.CHARGE, await key_of(world, payment))
    day = await next_night(world)
    await reconcile(world)
    assert [one.kind.name for one in await found(world)] == ["MISSING_AT_PROVIDER"]
    diarist.lines.append(line)
    assert await again(world, day) == 0
    (settled,) = await found(world, MoneyExceptionStatus.RESOLVED)
    assert settled.resolution == "The provider's report and the ledger agree by now."


async def test_nights_that_were_missed_are_made_up_for_by_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    day = world.clock.now().date()
    diarist.write(LineKind.CHARGE, "ch_strange", TEN, world.clock.now())
    world.clock.advance(timedelta(days=40))
    await reconcile(world)
    assert [(run.day - day).days for run in await runs(world)] == [30, 39]
    assert [run.finding_count for run in await runs(world)] == [1, 1]
    assert [one.kind.name for one in await found(world)] == ["MISSING_IN_LEDGER"]


async def test_a_run_of_today_does_not_stand_for_its_night(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    diarist = await begin(world, monkeypatch)
    day = world.clock.now().date()
    assert await again(world, day) == 0
    world.clock.advance(timedelta(minutes=10))
    diarist.write(LineKind.CHARGE, "ch_strange", TEN, world.clock.now())
    await next_night(world)
    assert ((await reconcile(world)).day, len(await found(world))) == (day, 1)


async def test_a_provider_without_an_answer_is_asked_again_an_hour_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    diarist.is_silent = True
    await next_night(world)
    run = await reconcile(world)
    assert (run.status, run.failure) == (
        ReconciliationStatus.FAILED,
        f"No report of {run.day} came from the simulator: timeout.",
    )
    diarist.is_silent = False
    world.clock.advance(timedelta(minutes=59))
    assert len(await runs(world)) == len([await reconcile(world)])
    world.clock.advance(timedelta(minutes=2))
    assert (await reconcile(world)).status is ReconciliationStatus.COMPLETED


async def test_a_run_whose_process_died_is_taken_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await begin(world, monkeypatch)
    await next_night(world)
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await cash_reconciliations.start_due(db, Provider.SIMULATOR)
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        assert await cash_reconciliations.claim(db) is not None
    assert (await reconcile(world)).status is ReconciliationStatus.RUNNING
    world.clock.advance(timedelta(minutes=6))
    assert (await reconcile(world)).status is ReconciliationStatus.COMPLETED
    assert len(await runs(world)) == 1


async def test_payments_that_are_made_during_a_run_are_no_findings(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(world, monkeypatch)
    claims = [await make_claim(world, token="sim_ok") for _ in range(4)]
    for claim in claims[:2]:
        await claim.pay()
    await send_created(world.database, world.clock.now())
    today = world.clock.now().date()

    async def pay_more() -> None:
        for claim in claims[2:]:
            await claim.pay()
            await send_created(world.database, world.clock.now())

    for _ in range(2):
        await ask_for(world, today)
    await asyncio.gather(reconcile(world), pay_more(), reconcile(world))
    assert [(run.status, run.finding_count) for run in await runs(world)] == [(ReconciliationStatus.COMPLETED, 0)] * 2
    assert await found(world, *MoneyExceptionStatus) == []
    await next_night(world)
    assert (await reconcile(world)).finding_count == 0


async def test_statements_do_not_grow_with_the_lines(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    diarist = await begin(world, monkeypatch)
    counted = []
    for many in (10, 700):
        at = world.clock.now()
        for number in range(many):
            diarist.write(LineKind.FEE, f"fee_{many}_{number}", Money(7, "EUR"), at)
        await next_night(world)
        with counting(world) as statements:
            assert (await reconcile(world)).finding_count == 0
        counted.append(statements.count)
        world.clock.advance(timedelta(hours=10))
    assert await balances(world) == {"processor_fee": 4_970, "provider_cash": -4_970}
    # A second step of posting for the last 200 fees, and nothing for each line.
    assert abs(counted[1] - counted[0]) <= 10
