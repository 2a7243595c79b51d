"""Makers of months of credits: random movements of a few organizations, one of them a day."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccount
from domain.credit_holds import capture, hold, release
from domain.credit_lots import LotSource
from domain.credit_movements import expire, spend, take
from domain.credit_rollovers import Rollover, roll_over
from domain.credit_transactions import NOTHING_SAID, CreditTransactionType
from domain.credit_transfers import transfer
from domain.ids import new_id
from domain.refusals import Refused
from persistence import credit_accounts, credit_movements, credit_transactions
from persistence.unit import Unit, transact
from tests.world import World

CURRENCY = "USD"
_Do = Callable[[Unit, CreditAccount], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Lives:
    """Organizations whose credits come and go by chance; what cannot be done on a day is not done."""

    world: World
    owners: list[UUID]
    random: Random
    holds: list[tuple[UUID, UUID]] = field(default_factory=list)
    spends: list[tuple[UUID, UUID]] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    async def live(self, days: int) -> None:
        ways: list[_Do] = [
            self._buy,
            self._pay_period,
            self._spend,
            self._spend,
            self._hold,
            self._take,
            self._roll_over,
            self._send,
        ]
        for _ in range(days):
            self.world.clock.advance(timedelta(days=1))
            await self._try(self.random.choice([*ways, self._end_hold, self._give_back]))

    async def _try(self, do: _Do) -> None:
        owner = self.random.choice(self.owners)

        async def work(db: Unit) -> None:
            await do(db, await credit_accounts.locked(db, owner))

        try:
            await transact(self.world.database, work, by=SYSTEM, at=self.world.clock.now())
        except Refused:
            return
        self.done.add(do.__name__)

    async def _lot(self, db: Unit, account: CreditAccount, source: LotSource) -> None:
        lasts = timedelta(days=self.random.randint(8, 60))
        lot = {"source": source, "source_id": new_id(), "quantity": self.random.randint(5, 80)}
        paid = {"cost_minor": self.random.randint(0, 999), "currency": CURRENCY}
        await credit_movements.issue(db, account, **lot, **paid, expires_at=db.at + lasts)

    async def _buy(self, db: Unit, account: CreditAccount) -> None:
        await self._lot(db, account, LotSource.PURCHASE)

    async def _pay_period(self, db: Unit, account: CreditAccount) -> None:
        await self._lot(db, account, LotSource.SUBSCRIPTION)

    async def _spend(self, db: Unit, account: CreditAccount) -> None:
        movement = spend(account, self.random.randint(1, 30), by=SYSTEM, at=db.at)
        await credit_movements.write(db, movement)
        self.spends.append((account.organization_id, movement.transaction.id))

    async def _hold(self, db: Unit, account: CreditAccount) -> None:
        movement = hold(account, self.random.randint(2, 20), lasts=timedelta(days=29), by=SYSTEM, at=db.at)
        await credit_movements.write(db, movement)
        self.holds.append((account.organization_id, movement.transaction.id))

    async def _end_hold(self, db: Unit, account: CreditAccount) -> None:
        found = next((one for one in self.holds if one[0] == account.organization_id), None)
        if found is None:
            return
        self.holds.remove(found)
        _, held = await credit_transactions.for_change(db, found[1])
        reserved, _ = await credit_movements.touched_by(db, held)
        if self.random.random() < 0.7:
            some = self.random.randint(1, held.quantity)
            ended = capture(account, held, reserved, some, by=SYSTEM, at=db.at)
        else:
            ended = release(account, held, reserved, by=SYSTEM, at=db.at)
        await credit_movements.write(db, ended, expire(account, by=SYSTEM, at=db.at))

    async def _give_back(self, db: Unit, account: CreditAccount) -> None:
        for owner, id_ in reversed(self.spends):
            if owner == account.organization_id:
                _, spent = await credit_transactions.for_change(db, id_)
                await credit_movements.give_back(db, account, spent, self.random.randint(1, spent.quantity))
                return

    async def _take(self, db: Unit, account: CreditAccount) -> None:
        """Staff take some, or some go back with their money."""
        kind = self.random.choice([CreditTransactionType.ADJUST, CreditTransactionType.CLAWBACK])
        some, earns = self.random.randint(1, 15), kind is CreditTransactionType.ADJUST
        await credit_movements.write(db, take(account, some, kind, NOTHING_SAID, earns=earns, by=SYSTEM, at=db.at))

    async def _roll_over(self, db: Unit, account: CreditAccount) -> None:
        ending = [lot for lot in account.lots if lot.source is LotSource.SUBSCRIPTION and lot.remaining][:1]
        rule, until = Rollover(True, self.random.randint(1, 40)), db.at + timedelta(days=20)
        done = roll_over(account, ending, period_id=new_id(), rule=rule, expires_at=until, by=SYSTEM, at=db.at)
        await credit_movements.write(db, *done)

    async def _send(self, db: Unit, account: CreditAccount) -> None:
        other = next(owner for owner in self.owners if owner != account.organization_id)
        sender, receiver = await credit_accounts.both_locked(db, account.organization_id, other)
        both = transfer(sender, receiver, self.random.randint(1, 10), NOTHING_SAID, by=SYSTEM, at=db.at)
        await credit_movements.write(db, *both)
