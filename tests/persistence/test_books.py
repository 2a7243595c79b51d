"""Checking the books: sound ones pass, and every corruption that gets past the triggers is found and named."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from domain.actors import SYSTEM
from domain.books import describe
from domain.invoices import Invoice
from persistence.books import check_books, rules
from persistence.unit import unit_of_work
from tests.billing import test_sale_books
from tests.credits import test_account_books, test_purchase_books
from tests.makers.books import Books, copy, kept_books
from tests.makers.ledger import make_trade, open_invoice, pay_invoice, void_invoice
from tests.makers.projects import approve, make_project, make_submitted_project
from tests.persistence import test_credit_books, test_escrow_books, test_payout_books
from tests.world import World


@pytest.fixture
async def books(world: World) -> AsyncIterator[Books]:
    async with kept_books(world) as kept:
        await kept.sql.execute("SET session_replication_role = replica")
        yield kept


async def found(world: World) -> dict[str, int]:
    """How often each broken rule is broken, by its code."""
    return {check.code: check.count for check in await check_books(world.database, world.clock.now())}


async def test_sound_books_pass_every_check(world: World) -> None:
    euros, dollars = await make_trade(world), await make_trade(world, currency="USD")
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        for trade in (euros, dollars):
            paid = await open_invoice(db, trade, 333_333, fee_minor=16_667)
            await pay_invoice(db, trade, paid, 111_111)
            await pay_invoice(db, trade, paid, 111_111)
            await pay_invoice(db, trade, paid, 222_222)
            await pay_invoice(db, trade, await open_invoice(db, trade, 10_000, fee_minor=500), 2_505)
            await void_invoice(db, await open_invoice(db, trade, 5_000, fee_minor=250))
    assert await check_books(world.database, world.clock.now()) == []
    assert describe([]) == "The books agree with themselves, the documents and the payments."


async def test_empty_books_are_sound(world: World) -> None:
    assert await check_books(world.database, world.clock.now()) == []


CORRUPTIONS = {
    "an entry grew": (
        "UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE account_id = :cash",
        {"TRIAL_BALANCE", "TRANSFER_BALANCE", "PAYMENT"},
    ),
    "money moved from one transfer to another": (
        "UPDATE ledger_entries SET transfer_id = (SELECT id FROM ledger_transfers WHERE kind = 'P1')"
        " WHERE account_id = :cash",
        {"TRANSFER_BALANCE", "TRANSFER_ENTRIES", "PAYMENT"},
    ),
    "a transfer lost its entries": (
        "DELETE FROM ledger_entries WHERE transfer_id = (SELECT id FROM ledger_transfers WHERE kind = 'P3')",
        {"TRANSFER_ENTRIES", "BALANCE", "RECEIVABLE", "BILLED", "INVOICE_PAID", "WALLET", "PLATFORM_FEE", "PAYMENT"},
    ),
    "a transfer vanished": (
        "DELETE FROM ledger_transfers WHERE kind = 'P3'",
        {"INVOICE_PAID", "PAYMENT"},
    ),
    "a payment passes for an adjustment": (
        "UPDATE ledger_transfers SET kind = 'REVERSAL', source_type = 'ApprovalRequest' WHERE kind = 'P3'",
        {"ADJUSTMENT", "INVOICE_PAID", "WALLET", "PLATFORM_FEE", "PAYMENT"},
    ),
    "an invoice was converted at another rate": (
        "INSERT INTO invoice_conversions (id, currency, exchange_rate, minor_rate, rate_source, rate_at, total_minor)"
        " SELECT id, 'USD', 2, 2, 'ECB', now(), total_minor FROM invoices",
        {"INVOICE_CONVERSION"},
    ),
    "a fee policy ended with none to follow": (
        "UPDATE fee_policies SET effective_to = now() WHERE scope = 'PROJECT'",
        {"FEE_POLICY"},
    ),
    "an account changed its currency": (
        "UPDATE ledger_accounts SET currency = 'USD' WHERE id = :cash",
        {"ENTRY_CURRENCY"},
    ),
    "a balance grew": (
        "UPDATE ledger_balances SET balance_minor = balance_minor + 1 WHERE account_id = :wallet",
        {"BALANCE"},
    ),
    "a balance forgot its last entry": ("UPDATE ledger_balances SET last_entry_id = 1", {"BALANCE"}),
    "a balance row vanished": ("DELETE FROM ledger_balances WHERE account_id = :wallet", {"BALANCE_ROW"}),
    "an unguarded account got a balance row": (
        "INSERT INTO ledger_balances (account_id, balance_minor, last_entry_id, version)"
        " SELECT account_id, sum(amount_minor), max(id), 1 FROM ledger_entries WHERE account_id = :cash"
        " GROUP BY account_id",
        {"BALANCE_ROW"},
    ),
    "an invoice became due again": (
        "UPDATE invoices SET paid_minor = 0, amount_due_minor = total_minor",
        {"RECEIVABLE", "BILLED", "INVOICE_PAID", "WALLET", "PLATFORM_FEE"},
    ),
    "an invoice was paid by nobody": (
        "UPDATE invoices SET status = 'PAID', paid_minor = total_minor, amount_due_minor = 0",
        {"RECEIVABLE", "BILLED", "INVOICE_PAID", "WALLET", "PLATFORM_FEE"},
    ),
    "an invoice was voided without a posting": ("UPDATE invoices SET status = 'VOID'", {"RECEIVABLE", "BILLED"}),
    "an open invoice turned into a draft": (
        "UPDATE invoices SET status = 'DRAFT', number = NULL, sequence = NULL",
        {"RECEIVABLE", "BILLED", "NUMBER_COUNTER"},
    ),
    "what is billed went to another invoice": (
        "UPDATE ledger_entries SET invoice_id = NULL WHERE account_id = :billed AND amount_minor > 0",
        {"BILLED"},
    ),
    "the fee of an invoice was lowered": (
        "UPDATE invoices SET fee_minor = 0, net_minor = total_minor",
        {"WALLET", "PLATFORM_FEE"},
    ),
    "a fee went to the issuer": (
        "UPDATE ledger_entries SET account_id = :wallet WHERE account_id = :fee",
        {"BALANCE", "WALLET", "PLATFORM_FEE"},
    ),
    "somebody else's wallet was credited": (
        "UPDATE ledger_accounts SET organization_id = :payer WHERE id = :wallet",
        {"WALLET"},
    ),
    "an invoice was given up without a posting": (
        "UPDATE invoices SET status = 'UNCOLLECTIBLE'",
        {"RECEIVABLE", "BILLED", "WRITTEN_OFF"},
    ),
    "money came from outside without a posting": (
        "INSERT INTO recorded_payments (id, invoice_id, issuer_id, amount_minor, allocated_minor, currency, "
        " received_on, method, reference, status, version, created_at, updated_at) SELECT id, id, issuer_id, 5, 5,"
        " 'EUR', '2026-03-01', 'CASH', '', 'RECORDED', 1, now(), now() FROM invoices",
        {"RECORDED_PAYMENT", "WALLET"},
    ),
    "a bank took money without a posting": (
        "INSERT INTO chargebacks (id, payment_id, issuer_id, provider, external_id, amount_minor, currency, reason,"
        " evidence_due_at, escrow_minor, net_minor, held_minor, status, version, created_at, updated_at) SELECT id, id,"
        " issuer_id, 'SIMULATOR', '1', 5, 'EUR', '', now(), 0, 0, 0, 'NEEDS_RESPONSE', 1, now(), now() FROM payments",
        {"CHARGEBACK"},
    ),
    "a line changed its amount": ("UPDATE invoice_lines SET net_minor = net_minor - 1", {"INVOICE_TOTALS"}),
    "the lines vanished": ("DELETE FROM invoice_lines", {"INVOICE_TOTALS"}),
    "a number was skipped": ("UPDATE invoices SET sequence = 2", {"NUMBER_GAP", "NUMBER_COUNTER"}),
    "the counter ran ahead": ("UPDATE number_series SET last_sequence = 2", {"NUMBER_COUNTER"}),
    "the counter vanished": ("DELETE FROM number_series", {"NUMBER_COUNTER"}),
    "more was captured than posted": ("UPDATE payments SET captured_minor = 999", {"PAYMENT"}),
    "a posted payment failed after all": ("UPDATE payments SET status = 'FAILED'", {"PAYMENT"}),
    "a payment was posted by nobody": (":copy_of_payment", {"PAYMENT"}),
    "a payment was posted twice": (
        'WITH again AS (INSERT INTO ledger_transfers SELECT (jsonb_populate_record(t, \'{"ordinal": 2,'
        ' "id": "01900000-0000-7000-8000-000000000009"}\')).* FROM ledger_transfers t WHERE kind = \'P3\' RETURNING id)'
        " INSERT INTO ledger_entries (transfer_id, account_id, amount_minor, currency, invoice_id, payment_id)"
        " SELECT a.id, e.account_id, e.amount_minor, e.currency, e.invoice_id, e.payment_id FROM ledger_entries e"
        " CROSS JOIN again a WHERE transfer_id = (SELECT id FROM ledger_transfers WHERE kind = 'P3')",
        {"BALANCE", "RECEIVABLE", "BILLED", "INVOICE_PAID", "WALLET", "PLATFORM_FEE", "PAYMENT"},
    ),
    "an outcome stays unknown": (":unknown_payment", {"PAYMENT_UNKNOWN"}),
}


NEVER = "approved_at = NULL, approved_via = NULL"
TODAY = "submitted_at = now(), approved_at = now(), approved_via = 'CLIENT'"
PROJECT_CORRUPTIONS = [
    (
        "MILESTONE",
        f"UPDATE milestones SET status = 'IN_PROGRESS', {NEVER} WHERE status = 'APPROVED'",
        "MILESTONE_INVOICE",
    ),
    ("MILESTONE", f"UPDATE milestones SET status = 'APPROVED', {TODAY}", "MILESTONE_INVOICE"),
    ("MILESTONE", "UPDATE invoices SET agreed_minor = agreed_minor - 1", "MILESTONE_INVOICE"),
    ("MILESTONE", "UPDATE invoices SET milestone_id = NULL", "MILESTONE_INVOICE"),
    ("COMPLETION", "UPDATE invoices SET agreed_minor = 115001", "PROJECT_BILLED"),
    ("COMPLETION", "UPDATE projects SET status = 'COMPLETED', completed_at = now()", "PROJECT_BILLED"),
    ("COMPLETION", "UPDATE projects SET budget_minor = budget_minor + 1", "PROJECT_PLAN"),
    ("COMPLETION", "UPDATE milestones SET status = 'CANCELLED' WHERE position = 2", "PROJECT_PLAN"),
]


@pytest.mark.parametrize("corruption", CORRUPTIONS)
async def test_a_corruption_is_found_and_named(world: World, books: Books, corruption: str) -> None:
    assert await found(world) == {}
    statement, codes = CORRUPTIONS[corruption]
    accounts = {
        ":cash": await books.account("provider_cash"),
        ":wallet": await books.account("wallet_available"),
        ":billed": await books.account("billed"),
        ":fee": await books.account("platform_fee"),
        ":payer": books.trade.payer_id,
    }
    unknown_since = world.clock.now() - timedelta(hours=73)
    unknown = {"status": "UNKNOWN", "captured_minor": 0, "unknown_since": unknown_since.isoformat()}
    statement = statement.replace(":copy_of_payment", copy("payments", books.payment.id))
    statement = statement.replace(":unknown_payment", copy("payments", books.payment.id, **unknown))
    for name, id_ in accounts.items():
        statement = statement.replace(name, f"'{id_}'")
    await books.sql.execute(statement)
    assert set(await found(world)) == codes


async def test_a_difference_says_where_what_was_expected_and_what_is_there(world: World, books: Books) -> None:
    wallet = await books.account("wallet_available")
    await books.sql.execute("UPDATE ledger_balances SET balance_minor = 7 WHERE account_id = $1", wallet)
    [difference] = await check_books(world.database, world.clock.now())
    newest = await books.sql.fetchval("SELECT max(id) FROM ledger_entries WHERE account_id = $1", wallet)
    [sample] = difference.samples
    assert (difference.code, difference.subject, difference.count) == ("BALANCE", "LedgerAccount", 1)
    assert (sample.id, sample.expected, sample.actual) == (
        str(wallet),
        f"950 up to entry {newest}",
        f"7 up to entry {newest}",
    )
    assert describe([difference]) == (
        "BALANCE: 1 difference. A balance row is the sum of all entries of its account, up to the last.\n"
        f"  {wallet}: expected 950 up to entry {newest}, found 7 up to entry {newest}"
    )


async def test_of_many_differences_ten_are_shown_and_all_are_counted(world: World) -> None:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        for _ in range(13):
            await open_invoice(db, trade, 1_000)
    async with kept_books(world) as books:
        await books.sql.execute("SET session_replication_role = replica")
        await books.sql.execute("DELETE FROM invoice_lines")
    [difference] = await check_books(world.database, world.clock.now())
    assert (difference.code, difference.count, len(difference.samples)) == ("INVOICE_TOTALS", 14, 10)
    assert describe([difference]).endswith("  and 4 more")


async def test_a_check_sees_one_instant_while_postings_go_on(world: World, books: Books) -> None:
    async with world.database.snapshot() as connection:
        for rule in rules()[:3]:
            assert (await connection.execute(rule.statement())).all() == []
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            known = await db.session.get_one(Invoice, books.invoice.id)
            await pay_invoice(db, books.trade, known, 500)
        for rule in rules()[3:8]:
            assert (await connection.execute(rule.statement())).all() == []
    assert await found(world) == {}


async def test_projects_that_are_billed_as_agreed_are_sound(world: World) -> None:
    milestone = await make_submitted_project(world, tasks=(1, 1))
    await approve(milestone, milestone.task)
    completion = await make_submitted_project(world, "COMPLETION", tasks=(1,))
    await approve(completion, completion.task)
    await make_project(world)
    await world.settle()
    assert await check_books(world.database, world.clock.now()) == []


@pytest.mark.parametrize(("method", "corruption", "code"), PROJECT_CORRUPTIONS)
async def test_a_wrong_project_is_found_and_named(world: World, method: str, corruption: str, code: str) -> None:
    made = await make_submitted_project(world, method, tasks=(1, 1))
    await approve(made, made.task)
    await world.settle()
    connection = await asyncpg.connect(world.database.url)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(corruption)
    await connection.close()
    assert set(await found(world)) == {code}


def test_every_rule_has_its_own_code_a_sentence_and_a_corruption_that_breaks_it() -> None:
    codes = [rule.code for rule in rules()]
    assert len(codes) == len(set(codes))
    assert all(rule.rule.endswith(".") for rule in rules())
    of_sales = (test_account_books, test_purchase_books, test_sale_books)
    others = (*of_sales, test_credit_books, test_escrow_books, test_payout_books)
    corruptions = [CORRUPTIONS, *(other.CORRUPTIONS for other in others)]
    named = [codes for them in corruptions for _, codes in them.values()]
    broken = set().union(*named, (code for *_, code in PROJECT_CORRUPTIONS))
    assert broken == set(codes)
