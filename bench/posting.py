"""Postings of two entries: how many a second Milepost writes, and what part that is of one function in the database."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from bench.books import made_books
from bench.tables import Row, table
from domain.actors import SYSTEM
from domain.ids import new_id
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.payment_methods import Provider
from persistence import ledger
from persistence.database import Database
from persistence.unit import Unit, transact
from server.embedded import EmbeddedPostgres

WRITERS = (1, 2, 4, 8, 16, 32)
MOST_USUAL = 8
_SCRIPT = Path(__file__).with_suffix(".sql")
_CALL = "SELECT post_two($1, $2, $3, $4, $5, $6, $7, $8, 1)"

Post = Callable[[UUID | None], Awaitable[object]]
"""One posting in a transaction of its own: of an issuer's wallet, or of the platform's accounts for None."""


@dataclass(frozen=True, slots=True)
class _Books:
    """Books of a size, and both ways to post in them."""

    entries: int
    issuers: Sequence[UUID]
    ours: Post
    limit: Post


async def posted(postgres: EmbeddedPostgres, sizes: Sequence[int], rounds: int, seconds: float) -> str:
    """The report."""
    rows: dict[bool, list[Row]] = {True: [], False: []}
    for entries in sizes:
        async with _prepared(postgres.url, entries) as books:
            for is_wallet, found in rows.items():
                for writers in WRITERS if entries == sizes[0] else (MOST_USUAL,):
                    cells = await _compared(books, writers, rounds, seconds, is_wallet=is_wallet)
                    found.append(("an issuer's wallet" if is_wallet else "the platform's", *cells))
    heading = ("accounts", "entries", "writers", "postings/s", "of one function", "half of the rounds")
    load = f"The load of the machine was {os.getloadavg()[2]:.1f} in the last 15 minutes, our own included."
    pace = f"{rounds} rounds of {seconds:g} s for each, one after the other in shuffled order; ratios within a round."
    return f"{load} {pace}\n\n{table([heading, *rows[True], *rows[False]])}\n"


async def _compared(
    books: _Books, writers: int, rounds: int, seconds: float, *, is_wallet: bool
) -> tuple[str, str, str, str, str]:
    ratios, rates = [], []
    shuffled = random.Random(1)
    for _ in range(rounds):
        rate = {}
        for way in shuffled.sample(("ours", "limit"), 2):
            rate[way] = await _rate(books, getattr(books, way), writers, seconds, is_wallet=is_wallet)
        rates.append(rate["ours"])
        ratios.append(rate["ours"] / rate["limit"])
    low, middle, high = statistics.quantiles(ratios, n=4) if rounds > 1 else ratios * 3
    return (
        f"{books.entries:,}",
        f"{writers}",
        f"{statistics.median(rates):.0f}",
        f"{middle:.2f}",
        f"{low:.2f} to {high:.2f}",
    )


async def _rate(books: _Books, post: Post, writers: int, seconds: float, *, is_wallet: bool) -> float:
    """Postings a second by so many writers, each for another issuer at every posting."""
    began, done = time.perf_counter(), 0

    async def write(turn: random.Random) -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            await post(turn.choice(books.issuers) if is_wallet else None)
            done += 1

    await asyncio.gather(*(write(random.Random(number)) for number in range(writers)))
    return done / (time.perf_counter() - began)


@asynccontextmanager
async def _prepared(server_url: str, entries: int) -> AsyncIterator[_Books]:
    url, count = await made_books(server_url, entries)
    pool = await asyncpg.create_pool(url, min_size=max(WRITERS), max_size=max(WRITERS))
    await pool.execute(_SCRIPT.read_text())
    issuers = [row[0] for row in await pool.fetch("SELECT id FROM organizations WHERE kind = 'FREELANCER' ORDER BY id")]
    database = Database(url, pool_size=max(WRITERS))

    async def ours(owner: UUID | None) -> None:
        transfer = _transfer(owner)

        async def work(db: Unit) -> None:
            await ledger.post(db, transfer)

        await transact(database, work, by=SYSTEM, at=transfer.at)

    async def limit(owner: UUID | None) -> None:
        one = _transfer(owner)
        debit, credit = (posting.account.code.value for posting in one.postings)
        named = (one.kind.value, one.source_type.value, one.source_id, one.at, debit, credit)
        await pool.execute(_CALL, *named, owner, Provider.SIMULATOR.value)

    try:
        yield _Books(count, issuers, ours, limit)
    finally:
        await database.close()
        await pool.close()


def _transfer(owner: UUID | None) -> Transfer:
    """Something set aside in a wallet, or a charge of the provider."""
    keys: tuple[AccountKey, AccountKey]
    if owner is None:
        kind, source = PostingKind.P14, TransferSource.PAYMENT
        keys = (
            AccountKey(code=AccountCode.PROCESSOR_FEE, currency="EUR"),
            AccountKey(code=AccountCode.PROVIDER_CASH, currency="EUR", provider=Provider.SIMULATOR),
        )
    else:
        kind, source = PostingKind.P12, TransferSource.PAYOUT
        keys = (
            AccountKey(code=AccountCode.WALLET_AVAILABLE, currency="EUR", organization_id=owner),
            AccountKey(code=AccountCode.WALLET_HELD, currency="EUR", organization_id=owner),
        )
    return Transfer(
        kind=kind,
        source_type=source,
        source_id=new_id(),
        by=SYSTEM,
        at=datetime.now(UTC),
        postings=(Posting(keys[0], 1), Posting(keys[1], -1)),
    )
