"""Writing a movement that opens no lot, with its account, its lots and its events, in one statement: as most are."""

import json
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.credit_movements import Movement
from persistence.tables.credits import credit_consumptions, credit_transactions
from persistence.unit import Unit

_WRITE = Path(__file__).with_suffix(".sql").read_text()


def is_plain(movement: Movement) -> bool:
    """Whether it is new, and opens and drops nothing."""
    return movement.is_new and not movement.new_lots and not movement.dropped


async def write(db: Unit, movement: Movement) -> None:
    """All of it but its postings. The session holds account and lots for unchanged from here on: what they have become
    is in the database. The movement is no object of the session, as it never changes there."""
    wanted = {one.lot_id for one in movement.touched}
    lots = [lot for lot in movement.account.lots if lot.id in wanted]
    connection = await db.session.connection()
    await connection.exec_driver_sql(_WRITE, tuple(_values(db, movement, lots)))
    _keep(movement.account, ("available", "held", "lapses", "alert_armed"), db)
    for lot in lots:
        _keep(lot, ("remaining", "held"), db)


def _values(db: Unit, movement: Movement, lots: list[CreditLot]) -> Iterator[object]:
    account, transaction = movement.account, movement.transaction
    transaction.version, transaction.created_at, transaction.updated_at = 1, db.at, db.at
    changes, events = db.take_news((transaction, 1), (account, account.version + 1))
    yield from (account.id, account.available, account.held, json.dumps(account.lapses), account.alert_armed, db.at)
    yield from ([lot.id for lot in lots], [lot.remaining for lot in lots], [lot.held for lot in lots])
    touched = [_row(credit_consumptions, one) for one in movement.touched]
    for rows in (_row(credit_transactions, transaction), touched, changes, events):
        yield json.dumps(rows, default=_text)


def _row(table: Table, one: object) -> dict[str, Any]:
    return {column.name: getattr(one, column.name) for column in table.c}


def _text(value: Any) -> str:
    """What JSON has no form of its own for, as PostgreSQL reads it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value.value if isinstance(value, Enum) else value)


def _keep(changed: CreditAccount | CreditLot, names: tuple[str, ...], db: Unit) -> None:
    for name in names:
        set_committed_value(changed, name, getattr(changed, name))
    set_committed_value(changed, "version", changed.version + 1)
    set_committed_value(changed, "updated_at", db.at)
    state = instance_state(changed)
    if not state.committed_state:
        # Nothing else of it waits to be written: what is flushed later need not look at it.
        state._commit_all(state.dict, db.session.sync_session.identity_map)
