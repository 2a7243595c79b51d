"""Postings in the database: accounts, entries and balances of one transaction, and of many at once."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.organizations import OrganizationKind
from domain.payment_methods import Provider
from domain.postings.invoices import invoice_opened
from domain.refusals import RefusalCode, Refused
from persistence.ledger import post
from persistence.unit import unit_of_work
from tests.makers.books import wallet_account
from tests.makers.ledger import make_trade, open_invoice, pay_invoice, void_invoice
from tests.world import World

NOW = datetime(2026, 3, 1, tzinfo=UTC)


async def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    async with world.database.connection() as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


async def balances(world: World) -> dict[str, int]:
    """The balance of each account code, in the direction in which the account grows."""
    return dict(
        await rows(
            world,
            "SELECT code, sum(CASE side WHEN 'DEBIT' THEN amount_minor ELSE -amount_minor END)::bigint"
            " FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY code",
        )
    )


async def wrong_balances(world: World) -> list[tuple[Any, ...]]:
    """Guarded accounts whose balance row is not the sum of their entries."""
    return await rows(
        world,
        "SELECT a.code, b.balance_minor, s.total FROM ledger_accounts a"
        " LEFT JOIN ledger_balances b ON b.account_id = a.id"
        " LEFT JOIN LATERAL (SELECT coalesce(sum(CASE a.side WHEN 'DEBIT' THEN amount_minor ELSE -amount_minor END), 0)"
        "  AS total FROM ledger_entries WHERE account_id = a.id) s ON true"
        " WHERE a.guarded AND b.balance_minor IS DISTINCT FROM s.total",
    )


async def test_an_invoice_is_opened_paid_in_parts_and_overpaid(world: World) -> None:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await open_invoice(db, trade, 100_000, fee_minor=5_000)
    assert await balances(world) == {"receivable": 100_000, "billed": 100_000}
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        known = await db.session.get_one(Invoice, invoice.id)
        await pay_invoice(db, trade, known, 25_050)
        await pay_invoice(db, trade, known, 80_000)
    assert await balances(world) == {
        "receivable": 0,
        "billed": 0,
        "provider_cash": 105_050,
        "wallet_available": 95_000,
        "platform_fee": 5_000,
        "customer_credit": 5_050,
    }
    assert await wrong_balances(world) == []
    fees = await rows(world, "SELECT -amount_minor FROM ledger_entries WHERE account_id IN"
                             " (SELECT id FROM ledger_accounts WHERE code = 'platform_fee') ORDER BY id")  # fmt: skip
    assert fees == [(1_253,), (3_747,)]


async def test_a_void_invoice_leaves_nothing_and_names_what_it_reverses(world: World) -> None:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await void_invoice(db, await open_invoice(db, trade, 100_000))
    assert await balances(world) == {"receivable": 0, "billed": 0}
    reversals = await rows(
        world,
        "SELECT v.kind, o.kind, v.reason FROM ledger_transfers v JOIN ledger_transfers o ON o.id = v.reverses_id",
    )
    assert reversals == [("P2", "P1", "Sent by mistake")]


async def test_a_transfer_keeps_who_posted_it_and_when(world: World) -> None:
    trade = await make_trade(world)
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        invoice = await open_invoice(db, trade, 100_000)
    posted = await rows(
        world,
        "SELECT kind, source_type, source_id, ordinal, entry_count, posted_at, actor_user_id FROM ledger_transfers",
    )
    assert posted == [("P1", "Invoice", invoice.id, 1, 2, at, None)]


async def test_posting_the_same_event_twice_fails_and_leaves_one_posting(world: World) -> None:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await open_invoice(db, trade, 100_000)
    with pytest.raises(IntegrityError, match="uq_ledger_transfers_kind"):
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            await post(db, invoice_opened(invoice, by=SYSTEM, at=world.clock.now()))
    assert await balances(world) == {"receivable": 100_000, "billed": 100_000}


async def test_a_credited_wallet_tells_of_it_once_per_payment(world: World) -> None:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await open_invoice(db, trade, 100_000)
        await pay_invoice(db, trade, invoice, 60_000)
        await pay_invoice(db, trade, invoice, 40_000)
    told = await rows(world, "SELECT type, subject_id, organization_ids, subject_version FROM outbox"
                              " WHERE subject_type = 'wallet' ORDER BY written")  # fmt: skip
    [wallet] = await rows(world, "SELECT id FROM ledger_accounts WHERE code = 'wallet_available'")
    assert told == [("wallet.credited", *wallet, [trade.issuer_id], version) for version in (1, 2)]


async def test_a_posting_among_known_accounts_takes_few_statements(world: World) -> None:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        first = await open_invoice(db, trade, 100_000, fee_minor=5_000)
        await pay_invoice(db, trade, first, 100_000)
    counted: Counter[str] = Counter()

    def count(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        counted[statement.split()[0]] += 1

    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        transfer = transfer_between([trade.issuer_id], 100)
        event.listen(world.database.engine.sync_engine, "before_cursor_execute", count)
        try:
            await post(db, transfer)
        finally:
            event.remove(world.database.engine.sync_engine, "before_cursor_execute", count)
    assert counted == {"WITH": 1, "INSERT": 1}


def wallet(organization_id: UUID) -> AccountKey:
    return AccountKey(code=AccountCode.WALLET_AVAILABLE, currency="EUR", organization_id=organization_id)


def transfer_between(organization_ids: list[UUID], amount_minor: int) -> Transfer:
    """Moves an amount from the first wallet to the second or, where there is one only, into it from the provider."""
    cash = AccountKey(code=AccountCode.PROVIDER_CASH, currency="EUR", provider=Provider.SIMULATOR)
    giver, taker = (cash, wallet(organization_ids[0])) if len(organization_ids) == 1 else map(wallet, organization_ids)
    return Transfer(
        kind=PostingKind.P1,
        source_type=TransferSource.INVOICE,
        source_id=new_id(),
        by=SYSTEM,
        at=NOW,
        postings=(Posting(giver, amount_minor), Posting(taker, -amount_minor)),
    )


async def test_two_hundred_random_postings_at_once_lose_nothing_and_never_deadlock(world: World) -> None:
    chance = random.Random(20_260_301)
    owners = [(await world.organization(OrganizationKind.FREELANCER, f"Owner {n}")).id for n in range(10)]
    expected: Counter[UUID] = Counter()
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        for owner in owners:
            await post(db, transfer_between([owner], 1_000_000))
            expected[owner] += 1_000_000

    async def move(giver: UUID, taker: UUID, amount: int) -> None:
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            await post(db, transfer_between([giver, taker], amount))

    moves = []
    for _ in range(200):
        giver, taker = chance.sample(owners, 2)
        amount = chance.randint(1, 999)
        expected[giver] -= amount
        expected[taker] += amount
        moves.append(move(giver, taker, amount))
    await asyncio.gather(*moves)
    found = await rows(world, "SELECT organization_id, balance_minor FROM ledger_balances JOIN ledger_accounts"
                              " ON id = account_id")  # fmt: skip
    assert dict(found) == expected
    assert await wrong_balances(world) == []
    assert await rows(world, "SELECT count(*), sum(amount_minor) FROM ledger_entries") == [(420, 0)]


async def test_first_postings_at_once_make_each_account_once(world: World) -> None:
    trades = [await make_trade(world) for _ in range(3)]

    async def first(sequence: int) -> None:
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            trade = trades[sequence % 3]
            invoice = await open_invoice(db, trade, 1_000, fee_minor=50)
            await pay_invoice(db, trade, invoice, 1_100)

    await asyncio.gather(*(first(sequence) for sequence in range(1, 25)))
    made = await rows(world, "SELECT code, count(*) FROM ledger_accounts GROUP BY code ORDER BY code")
    assert made == [
        ("billed", 3),
        ("customer_credit", 3),
        ("platform_fee", 1),
        ("provider_cash", 1),
        ("receivable", 3),
        ("wallet_available", 3),
    ]
    assert (await balances(world))["wallet_available"] == 24 * 950
    assert await wrong_balances(world) == []


async def test_an_account_of_a_transaction_that_came_to_nothing_is_made_anew(world: World) -> None:
    owner = (await world.organization(OrganizationKind.FREELANCER, "Owner")).id

    async def change_ones_mind() -> None:
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            await post(db, transfer_between([owner], 1_000))
            raise LookupError("on second thoughts")

    with pytest.raises(LookupError, match="on second thoughts"):
        await change_ones_mind()
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await post(db, transfer_between([owner], 500))
    assert await balances(world) == {"provider_cash": 500, "wallet_available": 500}
    assert await wrong_balances(world) == []


async def test_an_account_without_a_balance_row_gets_an_empty_one_first(world: World) -> None:
    trade = await make_trade(world)
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        made = wallet_account(trade, "EUR", new_id())
        await db.session.execute(text(made))
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await pay_invoice(db, trade, await open_invoice(db, trade, 1_000), 1_000)
    assert await rows(world, "SELECT count(*) FROM ledger_accounts WHERE code = 'wallet_available'") == [(1,)]
    assert await wrong_balances(world) == []


async def test_a_lost_balance_row_is_never_started_anew(world: World) -> None:
    trade = await make_trade(world)
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await open_invoice(db, trade, 1_000)
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await db.session.execute(text("SET LOCAL session_replication_role = replica"))
        await db.session.execute(text("DELETE FROM ledger_balances"))
    with pytest.raises(IntegrityError, match="by its new entries only"):
        async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
            await open_invoice(db, trade, 1_000)


async def test_of_many_who_take_from_one_wallet_only_as_many_succeed_as_it_covers(world: World) -> None:
    giver, taker = [(await world.organization(OrganizationKind.FREELANCER, name)).id for name in ("Giver", "Taker")]
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await post(db, transfer_between([giver], 1_000))

    async def take() -> None:
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            await post(db, transfer_between([giver, taker], 300))

    outcomes = await asyncio.gather(*(take() for _ in range(12)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert [outcome.code for outcome in refused if isinstance(outcome, Refused)] == [RefusalCode.INSUFFICIENT_FUNDS] * 9
    assert {str(outcome) for outcome in refused} == {"This needs 3.00 EUR; the wallet has 1.00 EUR."}
    assert (await balances(world))["wallet_available"] == 1_000
    assert await wrong_balances(world) == []
