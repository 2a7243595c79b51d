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
    """How many credits of a period go on into the next one at most: none, unless it is enabled."""

    is_enabled: bool
    cap: int


NO_ROLLOVER = Rollover(False, 0)


def roll_over(
    account: CreditAccount,
    ending: Sequence[CreditLot],
    *,
    period_id: UUID,
    part: int = 0,
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
        for lot, taken in burned(ending, carried, at=at):
            movement.cost(lot, lot.take(taken))
            movement.touch(lot, taken, Direction.OUT)
        _carry_on(account, movement, carried, (period_id, part), expires_at, at=at)
        finish(account, movement, earns=False, by=by, at=at)
        movements.append(movement)
    ended = lapse(account, ending, by=by, at=at)
    return [*movements, *([ended] if ended else [])]


def _carry_on(
    account: CreditAccount,
    movement: Movement,
    carried: int,
    source: tuple[UUID, int],
    expires_at: datetime,
    *,
    at: datetime,
) -> None:
    currency, cost_minor = next(iter(movement.costs.items()), (None, 0))
    if len(movement.costs) > 1:
        raise AssertionError("the lots of one period have one currency")
    lot = lot_opened(
        account.id,
        account.organization_id,
        source=LotSource.ROLLOVER,
        source_id=source[0],
        part=source[1],
        quantity=carried,
        cost_minor=cost_minor,
        currency=currency,
        expires_at=expires_at,
        at=at,
    )
    add_lot(account, movement, lot)
