"""Each invariant of money, broken by plain SQL where SQL can break it: PostgreSQL refuses, whoever asks.

The tests of each table's guards try more of each; here every invariant has its own, in the order in which the books
promise them.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from domain.ids import new_id
from tests.makers.approvals import make_waiting
from tests.makers.books import copy, insert
from tests.makers.escrow import make_delivered_project, release
from tests.makers.payments import Claim, make_claim
from tests.makers.payouts import make_payout_method, request_payout
from tests.makers.simulator import lose_webhooks
from tests.makers.traces import nothing_changes
from tests.world import World

CHECKED, KEPT, UNIQUE = asyncpg.CheckViolationError, asyncpg.RestrictViolationError, asyncpg.UniqueViolationError
Lines = dict[str, int]


@dataclass(slots=True)
class Sql:
    """A connection that speaks plain SQL."""

    world: World
    connection: asyncpg.Connection

    async def refuse(self, error: type[Exception], match: str, *statements: str) -> None:
        """Runs the statements as one transaction, which must fail and leave everything as it was."""
        async with nothing_changes(self.world):
            with pytest.raises(error, match=match):
                await self.connection.execute(";".join(statements))

    async def only(self, table: str, where: str = "true") -> UUID:
        (row,) = await self.connection.fetch(f"SELECT id FROM {table} WHERE {where}")
        return UUID(str(row["id"]))

    async def transfer(self, lines: Lines, **names: UUID) -> list[str]:
        """Statements for a transfer with an entry on each of these accounts; `names` are columns of the entries."""
        id_ = new_id()
        head = {"id": id_, "kind": "P1", "source_type": "Invoice", "source_id": new_id(), "ordinal": 1}
        statements = [insert("ledger_transfers", **head, entry_count=len(lines), posted_at="2026-03-01T00:00Z")]
        for code, amount in lines.items():
            account = await self.only("ledger_accounts", f"code = '{code}'")
            entry = {"transfer_id": id_, "account_id": account, "amount_minor": amount, "currency": "EUR"}
            statements.append(insert("ledger_entries", **entry, **names))
        return statements

    async def move(self, code: str, change_minor: int) -> str:
        """Moves the balance to where its newest entry is."""
        account = await self.only("ledger_accounts", f"code = '{code}'")
        newest = f"(SELECT max(id) FROM ledger_entries WHERE account_id = '{account}')"
        return (
            f"UPDATE ledger_balances SET balance_minor = balance_minor + {change_minor}, last_entry_id = {newest},"
            f" version = version + 1 WHERE account_id = '{account}'"
        )


@pytest.fixture
async def sql(world: World) -> AsyncIterator[Sql]:
    connection = await asyncpg.connect(world.database.url)
    try:
        yield Sql(world, connection)
    finally:
        await connection.close()


@pytest.fixture
async def hold(world: World) -> UUID:
    """1000.00 EUR, of which 300.00 are released and pay an invoice; the freelancer has 285.00."""
    made, hold = await make_delivered_project(world)
    await make_payout_method(made.freelancer)
    await release(made, hold, 30_000)
    await request_payout(made.freelancer, 10_000)
    return UUID(hex=hold[4:])


@pytest.fixture
async def claim(world: World) -> Claim:
    """An invoice of 1000.00 EUR that is open, with a payment that is not sent yet."""
    claim = await make_claim(world, token="sim_timeout_charged")
    await claim.pay()
    return claim


async def test_1_entries_add_up_to_zero_and_stay_as_they_are(sql: Sql, hold: UUID) -> None:
    unbalanced = await sql.transfer({"provider_cash": 100, "platform_fee": -99})
    await sql.refuse(CHECKED, "add up to zero", *unbalanced)
    await sql.refuse(KEPT, "append-only", "UPDATE ledger_entries SET amount_minor = amount_minor + 1")
    await sql.refuse(KEPT, "append-only", "DELETE FROM ledger_entries")
    await sql.refuse(KEPT, "append-only", "UPDATE ledger_transfers SET posted_at = now()")


async def test_2_a_balance_is_the_sum_of_its_entries_and_never_negative(sql: Sql, hold: UUID) -> None:
    await sql.refuse(CHECKED, "new entries only", "UPDATE ledger_balances SET balance_minor = balance_minor + 1")
    unmoved = await sql.transfer({"provider_cash": 100, "wallet_available": -100})
    await sql.refuse(CHECKED, "does not hold entry", *unmoved)
    overdrawn = await sql.transfer({"wallet_available": 18_501, "provider_cash": -18_501})
    await sql.refuse(CHECKED, "not_negative", *overdrawn, await sql.move("wallet_available", -18_501))


async def test_3_what_is_receivable_is_what_is_due(sql: Sql, claim: Claim) -> None:
    for change in (
        "paid_minor = paid_minor + 1, amount_due_minor = amount_due_minor - 1",
        "paid_minor = total_minor, amount_due_minor = 0, status = 'PAID'",
        "status = 'VOID'",
        "status = 'UNCOLLECTIBLE'",
    ):
        await sql.refuse(CHECKED, "invoice|invoices", f"UPDATE invoices SET {change}")
    lines = {"receivable": 100, "billed": -100}
    posted = await sql.transfer(lines, invoice_id=claim.invoice_id)
    moves = [await sql.move(code, 100) for code in lines]
    await sql.refuse(CHECKED, "is posted as receivable", *posted, *moves)


async def test_4_a_hold_is_what_was_released_refunded_and_remains_and_escrow_has_it(sql: Sql, hold: UUID) -> None:
    for change, match in {
        "remaining_minor = -1, released_minor = amount_minor + 1": "escrow_holds_amounts",
        "remaining_minor = remaining_minor - 1": "escrow_holds_amounts",
        "remaining_minor = remaining_minor - 1, released_minor = released_minor + 1": "escrow has",
        "remaining_minor = remaining_minor - 1, refunded_minor = refunded_minor + 1": "escrow has",
        "remaining_minor = 0, refunded_minor = 70000, status = 'REFUNDED'": "escrow has",
    }.items():
        await sql.refuse(CHECKED, match, f"UPDATE escrow_holds SET {change}")
    taken = await sql.transfer({"escrow": 100, "platform_fee": -100}, hold_id=hold)
    await sql.refuse(CHECKED, "escrow has", *taken, await sql.move("escrow", -100))


async def test_5_a_release_pays_its_invoice_with_its_fee(sql: Sql, hold: UUID) -> None:
    movement = await sql.only("hold_movements")
    await sql.refuse(KEPT, "append-only", "UPDATE hold_movements SET fee_minor = fee_minor - 1")
    await sql.refuse(CHECKED, "hold", copy("hold_movements", movement, source_id=new_id()))
    await sql.refuse(UNIQUE, "uq_hold_movements_source", copy("hold_movements", movement))


async def test_6_a_balance_moves_once_for_each_release_refund_and_payout(sql: Sql, hold: UUID) -> None:
    payout = await sql.only("payouts")
    await sql.refuse(CHECKED, "its entries should leave", copy("payouts", payout))
    posted = await sql.only("ledger_transfers", f"source_id = '{payout}'")
    await sql.refuse(UNIQUE, "uq_ledger_transfers_kind", copy("ledger_transfers", posted))
    second = copy("escrow_holds", hold, status="HELD", released_minor=0, remaining_minor=100_000)
    await sql.refuse(UNIQUE, "uq_escrow_holds_live", second)


async def test_7_no_more_is_refunded_than_was_captured_and_one_payment_at_a_time_is_made(
    world: World, sql: Sql, claim: Claim
) -> None:
    payment = (await claim.payment()).id
    await sql.refuse(UNIQUE, "uq_payments_live", copy("payments", payment))
    await world.settle()
    await sql.refuse(CHECKED, "payments_refunded", "UPDATE payments SET refunded_minor = captured_minor + 1")
    refund = insert(
        "refunds",
        id=new_id(),
        payment_id=payment,
        invoice_id=claim.invoice_id,
        issuer_id=claim.trade.issuer_id,
        payer_id=claim.trade.payer_id,
        provider="SIMULATOR",
        amount_minor=1,
        currency="EUR",
        cause="SURPLUS",
        reason="By hand",
        awaits_approval=False,
        asked=0,
        status="PENDING",
        version=1,
        created_at="2026-03-01T00:00Z",
        updated_at="2026-03-01T00:00Z",
    )
    await sql.refuse(CHECKED, "refund", refund)


async def test_8_a_key_and_an_answer_of_a_provider_count_once(world: World, sql: Sql, hold: UUID) -> None:
    key = await sql.only("idempotency_records", "mutation = 'releaseEscrow'")
    await sql.refuse(UNIQUE, "uq_idempotency_records_key", copy("idempotency_records", key))
    attempt = await sql.only("payment_attempts")
    await sql.refuse(UNIQUE, "payment_attempts_provider_id", copy("payment_attempts", attempt, number=2))


async def test_9_what_a_wallet_sends_leaves_it(sql: Sql, hold: UUID) -> None:
    for change in ("amount_minor = amount_minor - 1", "currency = 'USD'", "status = 'PAID'", "status = 'CANCELED'"):
        await sql.refuse(CHECKED, "its entries should leave", f"UPDATE payouts SET {change}")


async def test_10_what_a_provider_keeps_is_what_payments_captured(world: World, sql: Sql, hold: UUID) -> None:
    await sql.refuse(CHECKED, "was posted", "UPDATE payments SET captured_minor = captured_minor + 1")
    payment = await sql.only("payments")
    await sql.refuse(CHECKED, "was posted", copy("payments", payment))


async def test_11_nobody_approves_what_they_have_asked_for(world: World, sql: Sql) -> None:
    request = await make_waiting(world, await world.freelancer_side())
    decided = "status = 'APPROVED', decided_by_id = requested_by_id, decided_at = created_at"
    await sql.refuse(CHECKED, "approval_requests", f"UPDATE approval_requests SET {decided} WHERE id = '{request.id}'")


async def test_12_an_unknown_payment_succeeds_with_its_posting_only(world: World, sql: Sql, claim: Claim) -> None:
    await lose_webhooks(world)
    await world.settle()
    assert (await claim.payments()) == ["UNKNOWN"]
    succeeded = "status = 'SUCCEEDED', captured_minor = amount_minor"
    await sql.refuse(CHECKED, "was posted", f"UPDATE payments SET {succeeded}")
    await sql.refuse(UNIQUE, "uq_payments_live", copy("payments", (await claim.payment()).id))
    attempt = await sql.only("payment_attempts")
    await sql.refuse(UNIQUE, "uq_payment_attempts_number", copy("payment_attempts", attempt))
