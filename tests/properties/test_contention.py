"""Many want the same money at once: it leaves once, no balance falls below zero, and nobody waits for each other.

`MILEPOST_POSTINGS=10000` makes that many random postings at once; `MILEPOST_SEED=…` those of an earlier run again.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.payment_methods import Provider
from domain.refusals import Refused
from persistence.books import check_books
from persistence.ledger import post
from persistence.unit import REPEATED, Unit, transact
from tests.makers.escrow import make_delivered_project, sums_of
from tests.makers.invoices import money
from tests.makers.ledger import Trade, make_trade, open_invoice, pay_invoice
from tests.makers.payouts import earner, figures, states_of_payouts, wrong_books
from tests.makers.work import START
from tests.world import Person, World

POSTINGS = int(os.environ.get("MILEPOST_POSTINGS", "1000"))
AT_ONCE = 24
CURRENCIES = ("EUR", "JPY")


async def codes(attempts: list[Awaitable[dict[str, Any]]]) -> Counter[str]:
    """How often each outcome came."""
    return Counter(answer.get("code", "done") for answer in await asyncio.gather(*attempts))


async def test_of_twenty_releases_and_refunds_at_once_one_takes_the_money(world: World) -> None:
    made, hold = await make_delivered_project(world)

    def attempt(by: Person, mutation: str, **input: Any) -> Awaitable[dict[str, Any]]:
        return by.attempt(mutation, "__typename", idempotencyKey=world.key(), **input)

    attempts = [attempt(made.client, "releaseEscrow", holdId=hold, amount=money(100_000)) for _ in range(8)]
    attempts += [attempt(made.freelancer, "refundEscrow", holdId=hold, reason="No time.") for _ in range(8)]
    attempts += [attempt(made.client, "approveMilestone", milestoneId=made.milestone) for _ in range(4)]
    random.shuffle(attempts)
    outcomes = await codes(attempts)
    # Once all is released in advance, an approval still bills the milestone: it moves nothing.
    assert outcomes["done"] in (1, 2)
    assert set(outcomes) <= {"done", "WRONG_STATE", "CONFLICT", "INVALID"}
    await world.settle()
    status, released, refunded, remaining = await sums_of(made.client, hold)
    assert (status, released, refunded) in {("RELEASED", "1000.00", "0.00"), ("REFUNDED", "0.00", "1000.00")}
    assert remaining == "0.00"
    assert await check_books(world.database, world.clock.now()) == []


async def test_twenty_parts_of_a_hold_at_once_are_released_as_far_as_it_goes(world: World) -> None:
    made, hold = await make_delivered_project(world)
    attempts = [
        made.client.attempt(
            "releaseEscrow", "__typename", idempotencyKey=world.key(), holdId=hold, amount=money(15_000)
        )
        for _ in range(20)
    ]
    outcomes = await codes(attempts)
    assert outcomes["done"] == 6
    assert outcomes.total() == 20
    assert await sums_of(made.client, hold) == ["PARTIALLY_RELEASED", "900.00", "0.00", "100.00"]
    assert await check_books(world.database, world.clock.now()) == []


async def test_fifty_payouts_of_a_wallet_at_once_take_no_more_than_it_holds(world: World) -> None:
    person = await earner(world, 95_000)
    attempts = [
        person.attempt("requestPayout", "__typename", idempotencyKey=world.key(), amount=money(10_000))
        for _ in range(50)
    ]
    assert await codes(attempts) == {"done": 9, "INSUFFICIENT_FUNDS": 41}
    assert (await figures(person))["available"] == 5_000
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"] * 9
    assert await figures(person) == {"available": 5_000, "paidOut": 90_000, "earned": 95_000}
    assert await wrong_books(world) == []


class Postings:
    """Random postings among few trades, wallets and the platform's own accounts, as many at once as have a turn."""

    def __init__(self, world: World, trades: list[Trade], chance: random.Random) -> None:
        self.world, self.trades, self.chance = world, trades, chance
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.outcomes: Counter[str] = Counter()
        self.open: list[tuple[Trade, UUID]] = []

    async def one(self) -> None:
        verb = self.chance.choices((self._open, self._pay, self._move), weights=(2, 3, 5))[0]
        async with self.turns:
            work = verb()
            try:
                self.outcomes[await transact(self.world.database, work, by=SYSTEM, at=self.world.clock.now())] += 1
            except Refused as refused:
                self.outcomes[refused.code.name] += 1

    def _open(self) -> Any:
        trade, total = self.chance.choice(self.trades), self.chance.randint(1, 99_999)

        async def work(db: Unit) -> str:
            invoice = await open_invoice(db, trade, total, fee_minor=total // 20)
            self.open.append((trade, invoice.id))
            return "opened"

        return work

    def _pay(self) -> Any:
        """A part of one of the newest invoices, which others pay at the same time; what is too much is kept."""
        if not self.open:
            return self._open()
        trade, invoice_id = self.chance.choice(self.open[-8:])
        amount = self.chance.randint(1, 60_000)

        async def work(db: Unit) -> str:
            invoice = await db.session.get(Invoice, invoice_id, with_for_update=True)
            if invoice is None:
                return "not there yet"
            await pay_invoice(db, trade, invoice, amount)
            return "paid"

        return work

    def _move(self) -> Any:
        """Between two wallets of a currency, in either direction; now and then more than is there."""
        currency = self.chance.choice(CURRENCIES)
        giver, taker = self.chance.sample([one for one in self.trades if one.currency == currency], 2)
        transfer = moved(wallet(giver), wallet(taker), self.chance.randint(1, 20_000))

        async def work(db: Unit) -> str:
            await post(db, transfer)
            return "moved"

        return work


def wallet(trade: Trade) -> AccountKey:
    return AccountKey(code=AccountCode.WALLET_AVAILABLE, currency=trade.currency, organization_id=trade.issuer_id)


def cash(trade: Trade) -> AccountKey:
    return AccountKey(code=AccountCode.PROVIDER_CASH, currency=trade.currency, provider=Provider.SIMULATOR)


def moved(giver: AccountKey, taker: AccountKey, amount_minor: int) -> Transfer:
    return Transfer(
        kind=PostingKind.P1,
        source_type=TransferSource.INVOICE,
        source_id=new_id(),
        by=SYSTEM,
        at=START,
        postings=(Posting(giver, amount_minor), Posting(taker, -amount_minor)),
    )


async def test_random_postings_at_once_deadlock_never_and_lose_nothing(world: World) -> None:
    """Those that a deadlock or a serialization failure made repeat themselves are counted and shown.

    All accounts are there: two that make the same one while they hold others may end in a deadlock, and are repeated.
    """
    number = int(os.environ.get("MILEPOST_SEED", "1"))
    trades = [await make_trade(world, currency=currency) for currency in CURRENCIES for _ in range(5)]
    await _make_accounts(world, trades)
    repeated = REPEATED.copy()
    postings = Postings(world, trades, random.Random(number))
    await asyncio.gather(*(postings.one() for _ in range(POSTINGS)))
    deadlocks = (REPEATED - repeated)["deadlock"]
    print(f"MILEPOST_SEED={number}: {dict(postings.outcomes)}; repeated: {dict(REPEATED - repeated)}")
    assert postings.outcomes.total() == POSTINGS
    assert set(postings.outcomes) <= {"opened", "paid", "moved", "INSUFFICIENT_FUNDS", "not there yet"}
    assert deadlocks == 0
    negative = "SELECT account_id FROM ledger_balances WHERE balance_minor < 0"
    sums = "SELECT currency FROM ledger_entries GROUP BY currency HAVING sum(amount_minor) <> 0"
    async with world.database.connection() as connection:
        assert (await connection.execute(text(negative))).all() == []
        assert (await connection.execute(text(sums))).all() == []
    wrong = {check.code for check in await check_books(world.database, world.clock.now())}
    # Moves between wallets are no posting of money.md: they are there for the contention alone.
    assert wrong <= {"TRANSFER_SOURCE"}


async def _make_accounts(world: World, trades: list[Trade]) -> None:
    """An invoice that was paid with more than was due has touched every account of its trade."""
    for trade in trades:

        async def work(db: Unit, trade: Trade = trade) -> None:
            await pay_invoice(db, trade, await open_invoice(db, trade, 1_000, fee_minor=50), 1_100)

        await transact(world.database, work, by=SYSTEM, at=world.clock.now())


async def test_a_transaction_that_a_deadlock_ends_is_repeated_and_counted(world: World) -> None:
    """Two that lock the same two rows in opposite orders, as nothing of ours does."""
    first, second = [(await world.client_side()).organization_id for _ in range(2)]
    lock = text("SELECT id FROM organizations WHERE id = :id FOR UPDATE")
    both_wait, waiting = asyncio.Event(), 0

    async def cross(one: UUID, other: UUID) -> None:
        async def work(db: Unit) -> None:
            nonlocal waiting
            await db.session.execute(lock, {"id": one})
            waiting += 1
            if waiting == 2:
                both_wait.set()
            await both_wait.wait()
            await db.session.execute(lock, {"id": other})

        await transact(world.database, work, by=SYSTEM, at=world.clock.now())

    repeated = REPEATED.copy()
    await asyncio.gather(cross(first, second), cross(second, first))
    # Which of the two is ended, and whether its repetition meets the other again, is for PostgreSQL to say.
    assert set(REPEATED - repeated) == {"deadlock"}
