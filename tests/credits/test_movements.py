"""Rules of credits: burn order, holds, refunds, reversals, and what is earned with each credit."""

from datetime import timedelta

import pytest

from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccountStatus
from domain.credit_holds import capture, hold, lapse, release
from domain.credit_lots import LotSource, LotStatus
from domain.credit_movements import expire, spend, take
from domain.credit_transactions import CreditTransactionType
from domain.ledger import AccountCode, PostingKind
from domain.refusals import RefusalCode, Refused
from tests.makers.credit_accounts import NOON, Journal

DAY = timedelta(days=1)


def test_credits_example_3_lots_burn_by_priority_then_by_what_expires_first() -> None:
    journal = Journal()
    promotion = journal.give(20, LotSource.PROMOTION, expires_at=NOON + 29 * DAY)
    subscription = journal.give(100, LotSource.SUBSCRIPTION, expires_at=NOON + 14 * DAY)
    december = journal.give(50, expires_at=NOON + 180 * DAY)
    september = journal.give(50, expires_at=NOON + 90 * DAY)

    movement = journal.keep(spend(journal.account, 180, by=SYSTEM, at=NOON))

    burned = [(one.lot_id, one.quantity) for one in movement.touched]
    assert burned == [(promotion.id, 20), (subscription.id, 100), (september.id, 50), (december.id, 10)]
    assert movement.transaction.balance_after == 40
    journal.check()


def test_lots_of_equal_rank_burn_in_the_order_in_which_they_came_and_without_an_end_last() -> None:
    journal = Journal()
    endless = journal.give(5, at=NOON - DAY)
    second = journal.give(5, expires_at=NOON + DAY)
    first = journal.give(5, expires_at=NOON + DAY, at=NOON - DAY)

    movement = spend(journal.account, 11, by=SYSTEM, at=NOON)

    assert [(one.lot_id, one.quantity) for one in movement.touched] == [(first.id, 5), (second.id, 5), (endless.id, 1)]


def test_more_than_there_is_is_refused_as_a_whole() -> None:
    journal = Journal()
    lot = journal.give(10)

    with pytest.raises(Refused) as refused:
        spend(journal.account, 11, by=SYSTEM, at=NOON)

    assert refused.value.code is RefusalCode.INSUFFICIENT_CREDITS
    assert (refused.value.refusal.required_credits, refused.value.refusal.available_credits) == (11, 10)
    assert (lot.remaining, journal.account.available) == (10, 10)


def test_what_has_expired_is_not_there_from_its_instant_on_and_is_posted_by_the_next_movement() -> None:
    journal = Journal()
    lot = journal.give(10, expires_at=NOON + DAY)
    journal.give(5)

    assert journal.account.available_at(NOON + DAY - timedelta(microseconds=1)) == 15
    assert journal.account.available_at(NOON + DAY) == 5
    movement = journal.keep(expire(journal.account, by=SYSTEM, at=NOON + DAY))

    assert movement.transaction.type is CreditTransactionType.EXPIRE
    assert (movement.transaction.quantity, lot.remaining, journal.account.available) == (10, 0, 5)
    assert journal.balance(AccountCode.CREDIT_EXPIRED) == 10
    assert expire(journal.account, by=SYSTEM, at=NOON + DAY) is None
    journal.check()


def test_credits_example_4_a_hold_is_captured_in_part_and_the_rest_returns() -> None:
    journal = Journal()
    journal.give(50)
    held = journal.keep(hold(journal.account, 30, by=SYSTEM, at=NOON))
    assert (journal.account.available, journal.account.held) == (20, 30)
    journal.check()

    journal.keep(capture(journal.account, held.transaction, held.touched, 18, by=SYSTEM, at=NOON))

    assert (journal.account.available, journal.account.held) == (32, 0)
    assert journal.balance(AccountCode.CREDIT_SPENT) == 18
    assert [one.quantity for one in journal.consumed(held)] == [18]
    journal.check()
    with pytest.raises(Refused) as refused:
        capture(journal.account, held.transaction, held.touched, 1, by=SYSTEM, at=NOON)
    assert refused.value.code is RefusalCode.WRONG_STATE
    assert refused.value.refusal.from_state == "POSTED"


def test_a_captured_part_is_the_first_in_burn_order_and_lots_it_does_not_reach_are_not_touched() -> None:
    journal = Journal()
    granted = journal.give(10, LotSource.GRANT)
    bought = journal.give(20)
    held = journal.keep(hold(journal.account, 25, by=SYSTEM, at=NOON))

    journal.keep(capture(journal.account, held.transaction, held.touched, 4, by=SYSTEM, at=NOON))

    assert [(one.lot_id, one.quantity) for one in journal.consumed(held)] == [(granted.id, 4)]
    assert (granted.remaining, bought.remaining) == (6, 20)
    journal.check()


def test_more_than_was_held_cannot_be_captured() -> None:
    journal = Journal()
    journal.give(10)
    held = journal.keep(hold(journal.account, 5, by=SYSTEM, at=NOON))

    with pytest.raises(Refused) as refused:
        capture(journal.account, held.transaction, held.touched, 6, by=SYSTEM, at=NOON)

    assert (refused.value.code, refused.value.refusal.path) == (RefusalCode.INVALID, ("quantity",))


@pytest.mark.parametrize("lasts", [timedelta(seconds=59), timedelta(days=30, seconds=1)])
def test_a_hold_lasts_a_minute_at_least_and_thirty_days_at_most(lasts: timedelta) -> None:
    journal = Journal()
    journal.give(10)

    with pytest.raises(Refused) as refused:
        hold(journal.account, 5, lasts=lasts, by=SYSTEM, at=NOON)

    assert refused.value.refusal.path == ("expiresIn",)


def test_a_hold_outlives_its_lot_and_what_returns_too_late_expires_at_once() -> None:
    journal = Journal()
    lot = journal.give(10, expires_at=NOON + DAY)
    captured = journal.keep(hold(journal.account, 4, lasts=2 * DAY, by=SYSTEM, at=NOON))
    lapsed = journal.keep(hold(journal.account, 6, lasts=2 * DAY, by=SYSTEM, at=NOON))
    late = NOON + 2 * DAY - timedelta(minutes=1)

    assert expire(journal.account, by=SYSTEM, at=late) is None
    assert lot.status_at(late) is LotStatus.EXPIRED
    journal.keep(capture(journal.account, captured.transaction, captured.touched, 4, by=SYSTEM, at=late))
    journal.keep(lapse(journal.account, lapsed.transaction, lapsed.touched, at=late))
    journal.keep(expire(journal.account, by=SYSTEM, at=late))

    assert (journal.balance(AccountCode.CREDIT_SPENT), journal.balance(AccountCode.CREDIT_EXPIRED)) == (4, 6)
    assert lot.status_at(late) is LotStatus.EXHAUSTED
    journal.check()


def test_a_frozen_account_spends_and_holds_nothing_but_lets_an_earlier_hold_end_and_credits_come_in() -> None:
    journal = Journal()
    journal.give(20)
    first = journal.keep(hold(journal.account, 5, by=SYSTEM, at=NOON))
    second = journal.keep(hold(journal.account, 5, by=SYSTEM, at=NOON))
    journal.account.freeze("Looked into.", by=SYSTEM, at=NOON)

    for outflow in (spend, hold):
        with pytest.raises(Refused) as refused:
            outflow(journal.account, 1, by=SYSTEM, at=NOON)
        assert refused.value.refusal.from_state == "FROZEN"
        assert refused.value.refusal.allowed == ["ACTIVE"]
    journal.keep(capture(journal.account, first.transaction, first.touched, 5, by=SYSTEM, at=NOON))
    journal.keep(release(journal.account, second.transaction, second.touched, by=SYSTEM, at=NOON))
    journal.give(7)

    assert journal.account.available == 22
    journal.check()


def test_credits_example_7_the_cost_of_a_lot_is_earned_credit_by_credit_and_adds_up_to_its_price() -> None:
    journal = Journal()
    journal.give(200, cost_minor=1999)

    earned = []
    for quantity in (7, 7, 186):
        movement = journal.keep(spend(journal.account, quantity, by=SYSTEM, at=NOON))
        earned += [one.postings[0].amount_minor for one in movement.transfers if one.kind is PostingKind.P21]

    assert earned == [70, 70, 1859]
    assert journal.balance(AccountCode.PLATFORM_REVENUE, "USD") == 1999


def test_what_staff_take_back_with_its_money_is_not_earned() -> None:
    journal = Journal()
    lot = journal.give(200, cost_minor=1999)

    movement = take(journal.account, 50, CreditTransactionType.CLAWBACK, lots=[lot], earns=False, by=SYSTEM, at=NOON)
    journal.keep(movement)

    assert movement.costs == {"USD": 500}
    assert journal.balance(AccountCode.PLATFORM_REVENUE) == 0
    assert journal.balance(AccountCode.CREDIT_ISSUED) == 150
    journal.check()


def test_the_alert_comes_once_when_the_balance_falls_below_its_threshold_and_is_armed_again_above_it() -> None:
    journal = Journal()
    journal.give(25)
    account = journal.account
    spend(account, 5, by=SYSTEM, at=NOON)
    assert [one.type for one in account.take_events()] == []

    spend(account, 1, by=SYSTEM, at=NOON)
    spend(account, 1, by=SYSTEM, at=NOON)
    assert [one.type for one in account.take_events()] == ["credits.balance_low"]

    journal.give(2)
    spend(account, 1, by=SYSTEM, at=NOON)
    assert [one.type for one in account.take_events()] == ["credits.balance_low"]


def test_an_account_is_closed_only_when_nothing_is_in_it() -> None:
    journal = Journal()
    journal.give(2)

    with pytest.raises(Refused) as refused:
        journal.account.close(None, [], by=SYSTEM, at=NOON)
    assert refused.value.code is RefusalCode.WRONG_STATE

    spend(journal.account, 2, by=SYSTEM, at=NOON)
    journal.account.close(None, [], by=SYSTEM, at=NOON)
    assert journal.account.status is CreditAccountStatus.CLOSED
