"""Whatever openings, payments and voids happen, the books stay balanced and say what a plain model says."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from domain.actors import SYSTEM
from domain.fees import fee_share
from domain.invoices import Invoice
from domain.money import share_of
from persistence.books import check_books
from persistence.database import Database
from persistence.unit import unit_of_work
from tests.makers.ledger import Trade, make_trade, open_invoice, pay_invoice, void_invoice
from tests.world import World

T = TypeVar("T")

BALANCES = """
    SELECT a.code, a.currency, -sum(e.amount_minor)::bigint AS credit, min(b.balance_minor) AS stored
    FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
    LEFT JOIN ledger_balances b ON b.account_id = a.id
    WHERE a.organization_id = ANY (:organizations) GROUP BY a.id
"""


@dataclass(slots=True)
class Claim:
    """What the model knows of an invoice."""

    id: UUID
    trade: Trade
    total: int
    fee: int
    paid: int = 0
    is_void: bool = False

    @property
    def due(self) -> int:
        return 0 if self.is_void else self.total - self.paid


class Postings(RuleBasedStateMachine):
    """Two trades in different currencies, their claims, and the balances that follow from them by plain addition."""

    world: ClassVar[World]
    run: ClassVar[asyncio.Runner]
    claims = Bundle("claims")

    def await_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.run.run(work)

    @initialize()
    def begin(self) -> None:
        self.trades = [self.await_(make_trade(self.world, currency=currency)) for currency in ("EUR", "JPY")]
        self.wallets: Counter[str] = Counter()
        self.credits: Counter[str] = Counter()
        self.due: Counter[str] = Counter()

    @rule(target=claims, which=st.integers(0, 1), total=st.integers(1, 10**13), bps=st.integers(0, 10_000))
    def open(self, which: int, total: int, bps: int) -> Claim:
        trade, fee = self.trades[which], share_of(total, bps)

        async def work() -> UUID:
            async with unit_of_work(self.world.database, by=SYSTEM, at=self.world.clock.now()) as db:
                return (await open_invoice(db, trade, total, fee_minor=fee)).id

        self.due[trade.currency] += total
        return Claim(self.await_(work()), trade, total, fee)

    @rule(claim=claims, amount=st.integers(1, 2 * 10**13), share=st.integers(1, 12_000))
    def pay(self, claim: Claim, amount: int, share: int) -> None:
        """Now any amount, now a part of the total or somewhat more than it; also for what is paid or void already."""
        amount = amount if share % 3 == 0 else max(1, share_of(claim.total, share))

        async def work() -> None:
            async with unit_of_work(self.world.database, by=SYSTEM, at=self.world.clock.now()) as db:
                await pay_invoice(db, claim.trade, await db.session.get_one(Invoice, claim.id), amount)

        self.await_(work())
        part, currency = min(amount, claim.due), claim.trade.currency
        self.wallets[currency] += part - fee_share(claim.fee, claim.total, claim.paid, claim.paid + part)
        self.credits[currency] += amount - part
        self.due[currency] -= part
        claim.paid += part

    @rule(claim=claims)
    def void(self, claim: Claim) -> None:
        if claim.paid or claim.is_void:
            return

        async def work() -> None:
            async with unit_of_work(self.world.database, by=SYSTEM, at=self.world.clock.now()) as db:
                await void_invoice(db, await db.session.get_one(Invoice, claim.id))

        self.await_(work())
        self.due[claim.trade.currency] -= claim.total
        claim.is_void = True

    @invariant()
    def every_balance_is_the_sum_of_its_entries_and_the_models(self) -> None:
        found: Counter[tuple[str, str]] = Counter()
        for code, currency, credit, stored in self.await_(self._rows(BALANCES)):
            balance = -credit if code == "receivable" else credit
            assert balance == stored >= 0
            found[code, currency] += balance
        for code, expected in (
            ("wallet_available", self.wallets),
            ("customer_credit", self.credits),
            ("receivable", self.due),
            ("billed", self.due),
        ):
            assert {currency: found[code, currency] for currency in ("EUR", "JPY")} == {
                currency: expected[currency] for currency in ("EUR", "JPY")
            }

    @invariant()
    def every_currency_adds_up_to_zero(self) -> None:
        sums = self.await_(self._rows("SELECT sum(amount_minor) FROM ledger_entries GROUP BY currency"))
        assert all(total == 0 for (total,) in sums)

    def teardown(self) -> None:
        assert self.await_(check_books(self.world.database, self.world.clock.now())) == []

    async def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        organizations = [trade.issuer_id for trade in self.trades]
        parameters = {"organizations": organizations} if ":organizations" in statement else {}
        async with self.world.database.connection() as connection:
            return [tuple(row) for row in await connection.execute(text(statement), parameters)]


@pytest.fixture
def machine(world: World) -> Iterator[type[Postings]]:
    """The machine over a pool of its own, because it waits for the database itself, step by step."""
    with asyncio.Runner() as runner:
        database = Database(world.database.url, pool_size=2)
        Postings.world, Postings.run = replace(world, database=database), runner
        yield Postings
        runner.run(database.close())


def test_books_stay_balanced_whatever_happens(machine: type[Postings]) -> None:
    quick = settings(
        max_examples=10, stateful_step_count=10, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(machine, settings=quick)
