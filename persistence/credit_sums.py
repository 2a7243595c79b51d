"""Writing what a movement leaves of its account and lots in one statement, as most movements do nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm.attributes import set_committed_value

from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.credit_movements import Movement
from persistence.unit import Unit

_WRITE = Path(__file__).with_suffix(".sql").read_text()


def is_plain(movement: Movement) -> bool:
    """Whether it is new, opens and drops nothing, and its account has nothing to tell besides."""
    return movement.is_new and not movement.new_lots and not movement.dropped and not movement.account.has_news


async def write(db: Unit, movement: Movement) -> None:
    """Account, lots and which of them were touched; the movement itself is written with its events, as any object is.

    The session holds these objects for unchanged from here on: what they have become is in the database.
    """
    account, wanted = movement.account, {one.lot_id for one in movement.touched}
    lots = [lot for lot in account.lots if lot.id in wanted]
    connection = await db.session.connection()
    await connection.exec_driver_sql(_WRITE, tuple(_values(db, movement, lots)))
    _keep(account, ("available", "held", "lapses", "alert_armed"), db)
    for lot in lots:
        _keep(lot, ("remaining", "held"), db)


def _values(db: Unit, movement: Movement, lots: list[CreditLot]) -> Iterator[object]:
    account, touched = movement.account, movement.touched
    yield from (account.id, account.available, account.held, json.dumps(account.lapses), account.alert_armed, db.at)
    yield from ([lot.id for lot in lots], [lot.remaining for lot in lots], [lot.held for lot in lots])
    yield from (movement.transaction.id, account.organization_id)
    yield from ([one.id for one in touched], [one.lot_id for one in touched], [one.position for one in touched])
    yield from ([one.quantity for one in touched], [one.direction.value for one in touched])


def _keep(changed: CreditAccount | CreditLot, names: tuple[str, ...], db: Unit) -> None:
    for name in names:
        set_committed_value(changed, name, getattr(changed, name))
    set_committed_value(changed, "version", changed.version + 1)
    set_committed_value(changed, "updated_at", db.at)
