"""Rollover: what of the credits of a paid period goes on into the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot, LotSource, burned
from domain.credit_lots import opened as lot_opened
from domain.credit_movements import Movement, add_lot, begin, finish, lapse
from domain.credit_transactions import NOTHING_SAID, CreditTransactionType, Direction


@dataclass(frozen=True, slots=True)
class Rollover:
    """What of the credits of a period goes on into the next one."""

    is_enabled: bool
    cap: int


def roll_over(
    account: CreditAccount,
    ending: Sequence[CreditLot],
    *,
    period_id: UUID,
    rule: Rollover,
    expires_at: datetime,
    by: Actor,
    at: datetime,
) -> list[Movement]:
    """The next period is paid: up to the cap of what is left of the last one is carried, the rest expires now.

    What is carried is one lot, which ends with the new period and is never carried again. Its cost goes with it.
    """
    left = sum(lot.remaining for lot in ending)
    carried = min(left, rule.cap) if rule.is_enabled else 0
    movements = []
    if carried:
        movement = begin(account, CreditTransactionType.ROLLOVER, carried, NOTHING_SAID, by=by, at=at)
        for lot, part in burned(ending, carried, at=at):
            movement.cost(lot, lot.take(part))
            movement.touch(lot, part, Direction.OUT)
        _carry_on(account, movement, carried, period_id, expires_at, at=at)
        finish(account, movement, earns=False, by=by, at=at)
        movements.append(movement)
    ended = lapse(account, ending, by=by, at=at)
    return [*movements, *([ended] if ended else [])]


def _carry_on(
    account: CreditAccount, movement: Movement, carried: int, period_id: UUID, expires_at: datetime, *, at: datetime
) -> None:
    currency, cost_minor = next(iter(movement.costs.items()), (None, 0))
    if len(movement.costs) > 1:
        raise AssertionError("the lots of one period have one currency")
    lot = lot_opened(
        account.id,
        account.organization_id,
        source=LotSource.ROLLOVER,
        source_id=period_id,
        quantity=carried,
        cost_minor=cost_minor,
        currency=currency,
        expires_at=expires_at,
        at=at,
    )
    add_lot(account, movement, lot)
