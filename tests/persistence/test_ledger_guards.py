"""What the database itself refuses, whoever asks: each rule of the books, broken by plain SQL."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from domain.actors import SYSTEM
from domain.ids import new_id
from persistence.unit import unit_of_work
from tests.makers.books import LEDGER, Books, copy, insert, kept_books, move, wallet_account
from tests.makers.ledger import make_trade, open_invoice, pay_invoice
from tests.world import World

CHECKED, KEPT, UNIQUE = asyncpg.CheckViolationError, asyncpg.RestrictViolationError, asyncpg.UniqueViolationError


@pytest.fixture
async def books(world: World) -> AsyncIterator[Books]:
    async with kept_books(world) as kept:
        yield kept


@pytest.mark.parametrize("table", LEDGER[:3])
async def test_what_is_posted_is_never_edited(books: Books, table: str) -> None:
    await books.refuse(KEPT, "append-only", f"UPDATE {table} SET id = DEFAULT")


@pytest.mark.parametrize("table", LEDGER)
async def test_what_is_posted_is_never_deleted(books: Books, table: str) -> None:
    await books.refuse(KEPT, "append-only", f"DELETE FROM {table}")
    await books.refuse(KEPT, "append-only", f"TRUNCATE {table} CASCADE")


async def test_owners_that_are_no_superusers_lack_the_rights_to_change_entries(books: Books) -> None:
    granted = await books.sql.fetch(
        "SELECT relname, privilege_type FROM pg_class, aclexplode(relacl) WHERE relname = ANY ($1)", list(LEDGER)
    )
    by_table = {table: {row[1] for row in granted if row[0] == table} for table in LEDGER}
    assert by_table["ledger_entries"] >= {"SELECT", "INSERT"}
    assert by_table["ledger_entries"].isdisjoint({"UPDATE", "DELETE", "TRUNCATE"})
    for table in LEDGER:
        assert by_table[table].isdisjoint({"DELETE", "TRUNCATE"}), table


async def test_a_transfer_adds_up_to_zero(books: Books) -> None:
    statements = await books.transfer({"provider_cash": 100, "platform_fee": -99})
    await books.refuse(CHECKED, "add up to zero", *statements)


async def test_a_transfer_adds_up_to_zero_in_each_currency(world: World, books: Books) -> None:
    dollars = await make_trade(world, currency="USD")
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await open_invoice(db, dollars, 5_000, fee_minor=500)
        await pay_invoice(db, dollars, invoice, 5_000)
    id_, fee = new_id(), await books.account("platform_fee", currency="USD")
    euros = await books.transfer({"provider_cash": 100}, id=id_, entry_count=2)
    _, entry = await books.transfer({fee: -100}, currency="USD", id=id_, invoice_id=invoice.id)
    await books.refuse(CHECKED, "add up to zero", *euros, entry)


async def test_a_transfer_has_as_many_entries_as_it_says(books: Books) -> None:
    pair = {"provider_cash": 100, "platform_fee": -100}
    await books.refuse(CHECKED, "has 3 entries", *await books.transfer(pair, entry_count=3))
    await books.refuse(CHECKED, "has 2 entries", *await books.transfer({}, entry_count=2))
    await books.refuse(CHECKED, "ck_ledger_transfers_counts", *await books.transfer({}))


async def test_nothing_is_added_to_a_posted_transfer(books: Books) -> None:
    posted = await books.sql.fetchval("SELECT id FROM ledger_transfers WHERE kind = 'P3'")
    _, *entries = await books.transfer({"provider_cash": 100, "platform_fee": -100}, id=posted)
    await books.refuse(CHECKED, "no more and no less", *entries)


async def test_an_event_is_posted_once(books: Books) -> None:
    again = await books.transfer({"provider_cash": 100, "platform_fee": -100}, ordinal=1)
    await books.refuse(UNIQUE, "uq_ledger_transfers_kind", *again)


async def test_an_entry_has_the_currency_of_its_account(books: Books) -> None:
    statements = await books.transfer({"provider_cash": 100, "platform_fee": -100}, currency="USD")
    await books.refuse(CHECKED, "currency of its account", *statements)


async def test_an_entry_of_zero_is_none(books: Books) -> None:
    statements = await books.transfer({"provider_cash": 0, "platform_fee": 0})
    await books.refuse(CHECKED, "ck_ledger_entries_not_zero", *statements)


async def test_what_is_receivable_or_billed_names_its_invoice(books: Books) -> None:
    for code in ("receivable", "billed"):
        statements = await books.transfer({code: 100, "provider_cash": -100})
        nameless = [one.replace(f"'{books.invoice.id}', '100'", "NULL, '100'") for one in statements]
        await books.refuse(CHECKED, f"entry of {code} names its invoice", *nameless)


async def test_an_entry_of_a_guarded_account_moves_its_balance(books: Books) -> None:
    statements = await books.transfer({"provider_cash": 100, "wallet_available": -100})
    await books.refuse(CHECKED, "does not hold entry", *statements)


async def test_an_entry_of_a_guarded_account_cannot_be_slipped_in_before_the_last(books: Books) -> None:
    head, early, late = await books.transfer({"wallet_available": -100, "provider_cash": 100})
    early = early.replace("(transfer_id", "(id, transfer_id").replace(
        "VALUES (", "OVERRIDING SYSTEM VALUE VALUES (-1, "
    )
    await books.refuse(CHECKED, "follows the last entry", head, early, late)


async def test_an_entry_of_a_guarded_account_needs_a_balance_row(books: Books) -> None:
    account = new_id()
    statements = await books.transfer({account: -5}, currency="USD", entry_count=2)
    await books.refuse(CHECKED, "needs its balance row", wallet_account(books.trade, "USD", account), *statements)


async def test_a_balance_moves_by_its_entries_only(books: Books) -> None:
    wallet = await books.account("wallet_available")
    gift = f"UPDATE ledger_balances SET balance_minor = balance_minor + 1 WHERE account_id = '{wallet}'"
    await books.refuse(CHECKED, "by its new entries only", gift)
    statements = await books.transfer({"provider_cash": 100, "wallet_available": -100})
    await books.refuse(CHECKED, "by its new entries only", *statements, move(wallet, 101))
    await books.refuse(CHECKED, "by its new entries only", *statements, move(wallet, 100), move(wallet, 0))
    uncounted = move(wallet, 100).replace("version + 1", "version")
    await books.refuse(CHECKED, "by its new entries only", *statements, uncounted)


async def test_a_balance_row_starts_at_zero_and_belongs_to_a_guarded_account(books: Books) -> None:
    cash, wallet = await books.account("provider_cash"), new_id()
    row = insert("ledger_balances", account_id=cash, balance_minor=0, last_entry_id=0, version=0)
    await books.refuse(CHECKED, "belongs to a guarded account", row)
    row = insert("ledger_balances", account_id=wallet, balance_minor=5, last_entry_id=0, version=0)
    await books.refuse(CHECKED, "starts at 0", wallet_account(books.trade, "USD", wallet), row)


async def test_no_guarded_balance_goes_below_zero(books: Books) -> None:
    wallet = await books.account("wallet_available")
    statements = await books.transfer({"provider_cash": -951, "wallet_available": 951})
    await books.refuse(CHECKED, "ck_ledger_balances_not_negative", *statements, move(wallet, -951))


async def test_a_reversal_undoes_what_it_reverses_and_only_once(books: Books) -> None:
    lines, undone = ({"provider_cash": one, "platform_fee": -one} for one in (100, -100))
    await books.sql.execute(";".join(await books.transfer(lines, ordinal=20)))
    posted = await books.sql.fetchval("SELECT id FROM ledger_transfers WHERE ordinal = 20")
    for wrong in (lines, {"provider_cash": -99, "platform_fee": 99}):
        statements = await books.transfer(wrong, ordinal=21, reverses_id=posted)
        await books.refuse(CHECKED, "does not undo", *statements)
    await books.sql.execute(";".join(await books.transfer(undone, ordinal=21, reverses_id=posted)))
    again = await books.transfer(undone, ordinal=22, reverses_id=posted)
    await books.refuse(UNIQUE, "reverses_id", *again)


@pytest.mark.parametrize(
    "change",
    [
        "paid_minor = paid_minor + 1, amount_due_minor = amount_due_minor - 1",
        "paid_minor = total_minor, amount_due_minor = 0, status = 'PAID'",
        "status = 'VOID'",
    ],
)
async def test_an_invoice_does_not_change_what_is_due_without_a_posting(books: Books, change: str) -> None:
    await books.refuse(CHECKED, "is posted as receivable", f"UPDATE invoices SET {change}")


async def test_an_invoice_does_not_open_without_a_posting(books: Books) -> None:
    opened = copy("invoices", books.invoice.id, sequence=2, number="INV-2026-0002")
    await books.refuse(CHECKED, "9000 is due, but 0 is posted", opened)


async def test_a_posting_does_not_change_what_is_receivable_without_its_invoice(books: Books) -> None:
    receivable, billed = await books.account("receivable"), await books.account("billed")
    statements = await books.transfer({receivable: 100, billed: -100})
    await books.refuse(CHECKED, "is posted as receivable", *statements, move(receivable, 100), move(billed, 100))


async def test_what_is_due_on_an_invoice_is_its_issuers_in_its_currency(world: World, books: Books) -> None:
    other = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        foreign = await open_invoice(db, other, 5_000)
    mine = await books.account("receivable", organization_id=books.trade.issuer_id)
    theirs = await books.account("receivable", organization_id=other.issuer_id)
    taken = await books.transfer({mine: 5_000, theirs: -5_000}, invoice_id=foreign.id)
    await books.refuse(CHECKED, "another issuer or currency", *taken, move(mine, 5_000), move(theirs, -5_000))
    dollars = await make_trade(world, currency="USD")
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        foreign = await open_invoice(db, dollars, 5_000)
    mixed = await books.transfer({"provider_cash": 100, "platform_fee": -100}, invoice_id=foreign.id)
    await books.refuse(CHECKED, "another issuer or currency", *mixed)


async def test_a_payment_succeeds_with_exactly_one_posting_of_what_was_captured(books: Books) -> None:
    wrong = "payment .* was posted"
    await books.refuse(CHECKED, wrong, "UPDATE payments SET captured_minor = 999")
    await books.refuse(CHECKED, wrong, "UPDATE payments SET status = 'FAILED'")
    await books.refuse(CHECKED, wrong, copy("payments", books.payment.id))
    lines = {"provider_cash": 1_000, "platform_fee": -1_000}
    for source in (books.payment.id, new_id()):
        posted = await books.transfer(lines, kind="P3", source_type="Payment", source_id=source)
        await books.refuse(CHECKED, wrong, *posted)
    posted = await books.transfer(lines, kind="P3")
    await books.refuse(CHECKED, "ck_ledger_transfers_source", *posted)


@pytest.mark.parametrize("code", ["refund_payable", "payout_in_transit", "chargeback_reserve"])
async def test_no_source_takes_more_out_of_what_is_on_its_way_than_it_brought_in(books: Books, code: str) -> None:
    side = 1 if code == "chargeback_reserve" else -1
    account, mine, other = await books.open_account(code, side="DEBIT" if side > 0 else "CREDIT"), new_id(), new_id()

    async def moved(amount_minor: int, ordinal: int, source: UUID = mine) -> list[str]:
        lines = {account: side * amount_minor, await books.account("provider_cash"): -side * amount_minor}
        head = {"kind": "ADJUSTMENT", "source_type": "Chargeback", "source_id": source, "ordinal": ordinal}
        return await books.transfer(lines, **head)

    await books.refuse(CHECKED, f"Chargeback {mine} takes 1 more out of {code}", *await moved(-1, 1))
    await books.sql.execute(";".join(await moved(100, 1)))
    await books.refuse(CHECKED, f"takes 1 more out of {code}", *await moved(-101, 2))
    await books.refuse(CHECKED, f"takes 100 more out of {code}", *await moved(-100, 1, other))
    await books.sql.execute(";".join([*await moved(-60, 2), *await moved(-40, 3)]))
    await books.refuse(CHECKED, f"takes 1 more out of {code}", *await moved(-1, 4))


@pytest.mark.parametrize(
    "wrong",
    [
        {"side": "DEBIT"},
        {"guarded": False},
        {"provider": "SIMULATOR"},
        {"code": "platform_fee"},
        {"code": "customer_credit"},
        {"code": "unheard_of"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_an_account_is_as_the_chart_of_accounts_says(books: Books, wrong: dict[str, str]) -> None:
    wallet = await books.account("wallet_available")
    changed = copy("ledger_accounts", wallet, **{"currency": "USD", **wrong})
    await books.refuse(CHECKED, "ck_ledger_accounts_as_charted|ck_ledger_accounts_code", changed)


async def test_there_is_one_account_for_a_key_whatever_parts_it_lacks(books: Books) -> None:
    for code in ("provider_cash", "platform_fee", "wallet_available"):
        again = copy("ledger_accounts", await books.account(code))
        await books.refuse(UNIQUE, "uq_ledger_accounts_key", again)
