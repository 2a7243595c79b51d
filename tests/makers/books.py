"""The books as plain SQL sees them, to try what the database refuses and what a check of the books finds."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.invoices import Invoice
from domain.payments import Payment
from persistence.books import check_books
from persistence.unit import unit_of_work
from tests.makers.ledger import Trade, make_trade, open_invoice, pay_invoice
from tests.world import World

LEDGER = ("ledger_accounts", "ledger_transfers", "ledger_entries", "ledger_balances")


@dataclass(slots=True)
class Books:
    """An invoice of 100.00 EUR with a fee of 5.00, a tenth of it paid, and a connection that speaks plain SQL."""

    sql: asyncpg.Connection
    trade: Trade
    invoice: Invoice
    payment: Payment

    async def refuse(self, error: type[Exception], match: str, *statements: str) -> None:
        """Runs the statements as one transaction, which must fail and leave everything as it was."""
        before = await self.state()
        with pytest.raises(error, match=match):
            await self.sql.execute(";".join(statements))
        assert await self.state() == before

    async def state(self) -> list[Any]:
        tables = (*LEDGER, "invoices", "payments")
        return [await self.sql.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in tables]

    async def account(self, code: str, *, currency: str = "EUR", organization_id: UUID | None = None) -> UUID:
        found: UUID = await self.sql.fetchval(
            "SELECT id FROM ledger_accounts WHERE code = $1 AND currency = $2"
            " AND ($3::uuid IS NULL OR organization_id = $3)",
            code,
            currency,
            organization_id,
        )
        return found

    async def open_account(self, code: str, *, side: str) -> UUID:
        """A new account of the platform for what the payment's provider keeps, in euros."""
        id_, provider = new_id(), self.payment.charged_by.name
        row = {"id": id_, "code": code, "currency": "EUR", "provider": provider, "side": side, "guarded": False}
        await self.sql.execute(insert("ledger_accounts", **row))
        return id_

    async def transfer(
        self,
        lines: Mapping[str, int] | Mapping[UUID, int],
        *,
        currency: str = "EUR",
        invoice_id: UUID | None = None,
        **head: Any,
    ) -> list[str]:
        """Statements for a transfer with an entry on each account, named by code or id; `head` changes its columns."""
        invoice_id = invoice_id or self.invoice.id
        columns = {
            "id": new_id(),
            "kind": "P1",
            "source_type": "Invoice",
            "source_id": self.invoice.id,
            "ordinal": 9,
            "entry_count": len(lines),
            "posted_at": "2026-03-01T00:00Z",
            **head,
        }
        statements = [insert("ledger_transfers", **columns)]
        for key, amount in lines.items():
            account = await self.account(key) if isinstance(key, str) else key
            names = {"transfer_id": columns["id"], "account_id": account, "invoice_id": invoice_id}
            statements.append(insert("ledger_entries", **names, amount_minor=amount, currency=currency))
        return statements


def insert(table: str, **columns: Any) -> str:
    values = ", ".join("NULL" if value is None else f"'{value}'" for value in columns.values())
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"


def copy(table: str, id_: UUID, **changes: Any) -> str:
    """Inserts a row like that one, but for its id and the changes."""
    new = ", ".join(f"'{name}', '{value}'" for name, value in {"id": new_id(), **changes}.items())
    return (
        f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(t, jsonb_build_object({new}))).*"
        f" FROM {table} t WHERE id = '{id_}'"
    )


def move(account: UUID, change_minor: int) -> str:
    """Moves a balance row by hand, to where the newest entry is."""
    newest = f"(SELECT max(id) FROM ledger_entries WHERE account_id = '{account}')"
    return (
        f"UPDATE ledger_balances SET balance_minor = balance_minor + {change_minor}, last_entry_id = {newest},"
        f" version = version + 1 WHERE account_id = '{account}'"
    )


def wallet_account(trade: Trade, currency: str, id_: UUID) -> str:
    return insert(
        "ledger_accounts",
        id=id_,
        code="wallet_available",
        currency=currency,
        organization_id=trade.issuer_id,
        side="CREDIT",
        guarded=True,
    )


async def broken_by(world: World, statement: str) -> set[str]:
    """The rules of the books that hold no more after a statement which no trigger watches, and which changes rows."""
    before = await _broken(world)
    connection = await asyncpg.connect(world.database.url)
    try:
        await connection.execute("SET session_replication_role = replica")
        assert await connection.execute(statement) not in ("UPDATE 0", "DELETE 0")
    finally:
        await connection.close()
    return await _broken(world) - before


async def _broken(world: World) -> set[str]:
    return {check.code for check in await check_books(world.database, world.clock.now())}


@asynccontextmanager
async def kept_books(world: World) -> AsyncIterator[Books]:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await open_invoice(db, trade, 10_000, fee_minor=500)
        payment = await pay_invoice(db, trade, invoice, 1_000)
    connection = await asyncpg.connect(world.database.url)
    try:
        yield Books(connection, trade, invoice, payment)
    finally:
        await connection.close()
