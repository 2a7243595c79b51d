"""Rules of giving credits back: refunds of spends, and reversals."""

from datetime import datetime, timedelta

import pytest

from domain.actors import SYSTEM
from domain.credit_lots import LotSource
from domain.credit_movements import Movement, spend
from domain.credit_refunds import refund, reverse
from domain.credit_transactions import NOTHING_SAID, Direction
from domain.ledger import AccountCode
from domain.refusals import RefusalCode, Refused
from tests.makers.credit_accounts import NOON, Journal

DAY = timedelta(days=1)


def give_back(journal: Journal, spent: Movement, quantity: int, refunded: int = 0, at: datetime = NOON) -> Movement:
    """A refund of a spend, of which so much was given back before."""
    parts = (spent.transaction, spent.touched, journal.lots)
    return journal.keep(
        refund(
            journal.account,
            *parts,
            quantity=quantity,
            refunded=refunded,
            note=NOTHING_SAID,
            by=SYSTEM,
            at=at,
        )
    )


def undo(journal: Journal, movement: Movement, refunded: int = 0) -> Movement:
    """A reversal of a movement."""
    parts = (movement.transaction, movement.touched, journal.lots)
    return journal.keep(reverse(journal.account, *parts, refunded=refunded, note=NOTHING_SAID, by=SYSTEM, at=NOON))


def test_a_spend_is_given_back_to_the_lots_it_came_from_and_never_more_than_was_spent() -> None:
    journal = Journal()
    granted = journal.give(10, LotSource.GRANT)
    bought = journal.give(20, cost_minor=200)
    spent = journal.keep(spend(journal.account, 25, by=SYSTEM, at=NOON))

    give_back(journal, spent, 10, refunded=0)
    assert (granted.remaining, bought.remaining) == (0, 15)
    give_back(journal, spent, 15, refunded=10)

    assert (granted.remaining, bought.remaining) == (10, 20)
    assert journal.balance(AccountCode.PLATFORM_REVENUE) == 0
    assert journal.balance(AccountCode.CREDIT_SPENT) == 0
    journal.check()
    with pytest.raises(Refused) as refused:
        give_back(journal, spent, 1, refunded=25)
    assert refused.value.refusal.path == ("quantity",)


def test_what_comes_back_to_an_expired_lot_is_a_new_one_for_thirty_days_and_stays_earned() -> None:
    journal = Journal()
    journal.give(10, cost_minor=100, expires_at=NOON + DAY)
    spent = journal.keep(spend(journal.account, 10, by=SYSTEM, at=NOON))
    late = NOON + 2 * DAY

    movement = give_back(journal, spent, 6, at=late)

    (lot,) = movement.new_lots
    assert (lot.source, lot.quantity, lot.cost_minor, lot.expires_at) == (LotSource.REFUND, 6, 0, late + 30 * DAY)
    assert journal.balance(AccountCode.PLATFORM_REVENUE, "USD") == 100
    journal.check()


def test_a_reversal_mirrors_what_it_undoes_and_there_is_one_of_it() -> None:
    journal = Journal()
    lot = journal.give(30, LotSource.GRANT)
    granted = journal.movements[-1]

    movement = undo(journal, granted)

    assert [(one.lot_id, one.quantity, one.direction) for one in movement.touched] == [(lot.id, 30, Direction.OUT)]
    assert movement.transfers[0].reverses == granted.transaction.ledger_transfer_id
    assert journal.balance(AccountCode.CREDIT_ISSUED) == 0
    journal.check()
    with pytest.raises(Refused) as refused:
        undo(journal, granted, refunded=30)
    assert refused.value.refusal.from_state == "REVERSED"


def test_a_grant_that_is_used_in_part_cannot_be_reversed_as_a_whole() -> None:
    journal = Journal()
    journal.give(30, LotSource.GRANT)
    granted = journal.movements[-1]
    journal.keep(spend(journal.account, 1, by=SYSTEM, at=NOON))

    with pytest.raises(Refused) as refused:
        undo(journal, granted)

    assert refused.value.code is RefusalCode.INSUFFICIENT_CREDITS
