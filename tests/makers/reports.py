"""Makers of what a provider reports: a company that keeps a diary of all it moves, in which differences are put."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.actors import SYSTEM
from domain.cash_reconciliations import CashReconciliation, start
from domain.money import Money
from domain.money_exceptions import MoneyException, MoneyExceptionStatus
from domain.payment_methods import Provider
from domain.provider_reports import SIGNS, DayReport, LineKind, ReportLine
from integrations.chargebacks import ReportedChargeback
from integrations.payments import (
    Answer,
    Charge,
    Charged,
    Declined,
    NoAnswer,
    PaidOut,
    PayingOut,
    PayoutFinding,
    Refunded,
    RefundFinding,
    Refunding,
    UnderWay,
)
from jobs import reconciliation
from persistence import provider_reports
from persistence.tables.losses import money_exceptions
from persistence.tables.reconciliation import cash_reconciliations
from persistence.unit import unit_of_work
from tests.makers.providers import Stand, put_in_place, simulator
from tests.world import World

TEN = Money(1_000, "EUR")


@dataclass
class Diarist(Stand):
    """Does what the simulator does and writes a line for each movement; the lines are what it reports."""

    lines: list[ReportLine] = field(default_factory=list)
    is_silent: bool = False
    fee_minor: int = 0
    denies: bool = False
    """Says of a charge that it was declined although the money was taken."""
    drift: Counter[str] = field(default_factory=Counter)
    """By how much its balances differ from its lines."""

    def write(
        self, kind: LineKind, external_id: str, amount: Money, at: datetime, *, key: UUID | None = None, fee: int = 0
    ) -> ReportLine:
        line = ReportLine(external_id=external_id, kind=kind, key=key, amount=amount, fee_minor=fee, at=at)
        self.lines.append(line)
        return line

    def take_out(self, kind: LineKind, key: UUID) -> ReportLine:
        """Forgets a movement that it has made."""
        line = next(one for one in self.lines if (one.kind, one.key) == (kind, key))
        self.lines.remove(line)
        return line

    def rewrite(self, kind: LineKind, key: UUID, **changes: object) -> None:
        self.lines.append(replace(self.take_out(kind, key), **changes))

    async def charge(self, charge: Charge) -> Answer:
        answer = await self.real.charge(charge)
        if isinstance(answer, Charged):
            self.write(
                LineKind.CHARGE, answer.provider_id, answer.amount, charge.at, key=charge.key, fee=self.fee_minor
            )
            return Declined(code="CARD_DECLINED") if self.denies else answer
        return answer

    async def refund(self, refunding: Refunding) -> RefundFinding:
        answer = await self.real.refund(refunding)
        if isinstance(answer, Refunded):
            self.write(LineKind.REFUND, answer.provider_id, answer.amount, refunding.at, key=refunding.key)
        return answer

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        answer = await self.real.pay_out(paying)
        if isinstance(answer, PaidOut | UnderWay):
            self.write(LineKind.PAYOUT, answer.provider_id, paying.amount, paying.at, key=paying.key)
        return answer

    async def report(self, day: date, now: datetime) -> DayReport | NoAnswer:
        if self.is_silent:
            return NoAnswer(reason="timeout")
        balances = Counter(self.drift)
        for line in self.lines:
            if line.at.date() <= day:
                balances[line.amount.currency] += SIGNS[line.kind] * line.amount.amount_minor - line.fee_minor
        return DayReport(day=day, lines=tuple(one for one in self.lines if one.at.date() == day), balances=balances)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        """Tells of none by itself: whoever wants to know asks for them one by one."""
        return []


def keep_diary(world: World, monkeypatch: pytest.MonkeyPatch, **traits: object) -> Diarist:
    """From now on the simulator's methods are charged through this provider."""
    diarist = Diarist(simulator(world), **traits)
    put_in_place(monkeypatch, diarist)
    return diarist


async def begin(world: World, monkeypatch: pytest.MonkeyPatch) -> Diarist:
    """Noon of a day whose night is the first to be reconciled."""
    diarist = keep_diary(world, monkeypatch)
    now = world.clock.now()
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    world.clock.advance(noon - now)
    assert await reconciliation.reconcile(world.database, world.clock.now()) == 0
    return diarist


async def next_night(world: World) -> date:
    """Goes to 02:00 of the next day, without anything happening on the way; the day that is over then."""
    day = world.clock.now().date()
    until = datetime.combine(day, datetime.min.time(), world.clock.now().tzinfo) + timedelta(days=1, hours=2)
    world.clock.advance(until - world.clock.now())
    return day


async def reconcile(world: World) -> CashReconciliation:
    """Has the runs made that are due; the last of them."""
    while await reconciliation.reconcile(world.database, world.clock.now()):
        pass
    return (await runs(world))[-1]


async def runs(world: World) -> list[CashReconciliation]:
    async with world.database.reader() as session:
        return list(await session.scalars(select(CashReconciliation).order_by(cash_reconciliations.c.id)))


async def found(world: World, *statuses: MoneyExceptionStatus) -> list[MoneyException]:
    """The exceptions that comparisons have opened, oldest first."""
    wanted = statuses or (MoneyExceptionStatus.OPEN,)
    mine = select(MoneyException).where(
        money_exceptions.c.provider == Provider.SIMULATOR, money_exceptions.c.status.in_(wanted)
    )
    async with world.database.reader() as session:
        return list(await session.scalars(mine.order_by(money_exceptions.c.id)))


def unknown_key() -> UUID:
    return uuid4()


async def make_reported(world: World) -> None:
    """A run on demand of today, and a line that belongs to nothing."""
    at = world.clock.now()
    line = ReportLine(
        external_id=uuid4().hex, kind=LineKind.ADJUSTMENT, key=None, amount=TEN, fee_minor=0, at=at - timedelta(days=90)
    )
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        db.add(start(Provider.SIMULATOR, at.date(), by=SYSTEM, at=at))
        await provider_reports.add_lines(db, Provider.SIMULATOR, [line])
