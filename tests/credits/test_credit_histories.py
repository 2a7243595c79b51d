"""Histories of an account that nobody thought of: whatever is done in which order, its sums agree after every step."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, invariant, multiple, rule

from domain.actors import SYSTEM
from domain.credit_holds import capture, hold, lapse, release
from domain.credit_lots import LotSource
from domain.credit_movements import Movement, expire, spend, take
from domain.credit_refunds import refund, reverse
from domain.credit_transactions import NOTHING_SAID, CreditTransactionStatus, CreditTransactionType
from domain.ledger import AccountCode
from domain.refusals import Refused
from tests.makers.credit_accounts import NOON, Journal

QUANTITIES = st.integers(1, 60)


class Histories(RuleBasedStateMachine):
    """One account: credits come, are used, set aside and given back, and time goes by."""

    holds: Bundle[Movement] = Bundle("holds")
    spends: Bundle[Movement] = Bundle("spends")

    def __init__(self) -> None:
        super().__init__()
        self.journal, self.now = Journal(), NOON
        self.given_back: dict[object, int] = {}
        self.paid_minor = 0

    @rule(
        quantity=QUANTITIES,
        source=st.sampled_from([LotSource.PURCHASE, LotSource.GRANT, LotSource.PROMOTION]),
        cost_minor=st.integers(0, 999),
        days=st.none() | st.integers(1, 20),
    )
    def give(self, quantity: int, source: LotSource, cost_minor: int, days: int | None) -> None:
        self._expire()
        expires_at = None if days is None else self.now + timedelta(days=days)
        cost_minor = cost_minor if source is LotSource.PURCHASE else 0
        self.journal.give(quantity, source, cost_minor=cost_minor, expires_at=expires_at, at=self.now)
        self.paid_minor += cost_minor

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(target=spends, quantity=QUANTITIES)
    def spend(self, quantity: int) -> Movement | MultipleResults[Movement]:
        self._expire()
        before = self.journal.account.available
        try:
            return self.journal.keep(spend(self.journal.account, quantity, by=SYSTEM, at=self.now))
        except Refused:
            assert quantity > before
            return multiple()

    @rule(target=holds, quantity=QUANTITIES, hours=st.integers(1, 240))
    def hold(self, quantity: int, hours: int) -> Movement | MultipleResults[Movement]:
        self._expire()
        lasts = timedelta(hours=hours)
        try:
            return self.journal.keep(hold(self.journal.account, quantity, lasts=lasts, by=SYSTEM, at=self.now))
        except Refused:
            assert quantity > self.journal.account.available
            return multiple()

    @rule(target=spends, held=consumes(holds), part=st.integers(1, 60))
    def capture(self, held: Movement, part: int) -> Movement | MultipleResults[Movement]:
        self._expire()
        account, transaction, reserved = self.journal.account, held.transaction, self.journal.consumed(held)
        try:
            done = capture(account, transaction, reserved, min(part, transaction.quantity), by=SYSTEM, at=self.now)
        except Refused:
            assert transaction.hold_expires_at is not None
            assert transaction.hold_expires_at <= self.now
            done, captured = lapse(account, transaction, reserved, at=self.now), multiple()
        else:
            captured = held
        self.journal.keep(done, expire(account, by=SYSTEM, at=self.now))
        return captured

    @rule(held=consumes(holds), lapses=st.booleans())
    def end(self, held: Movement, lapses: bool) -> None:
        self._expire()
        account, transaction, reserved = self.journal.account, held.transaction, self.journal.consumed(held)
        done = (
            lapse(account, transaction, reserved, at=self.now)
            if lapses
            else release(account, transaction, reserved, by=SYSTEM, at=self.now)
        )
        self.journal.keep(done, expire(account, by=SYSTEM, at=self.now))
        with pytest.raises(Refused):
            capture(account, transaction, reserved, 1, by=SYSTEM, at=self.now)

    @rule(spent=spends, quantity=QUANTITIES)
    def give_back(self, spent: Movement, quantity: int) -> None:
        self._expire()
        transaction = spent.transaction
        before = self.given_back.get(transaction.id, 0)
        try:
            done = refund(
                self.journal.account,
                transaction,
                self.journal.consumed(spent),
                self.journal.lots,
                quantity=quantity,
                refunded=before,
                note=NOTHING_SAID,
                by=SYSTEM,
                at=self.now,
            )
        except Refused:
            assert before + quantity > transaction.moved
            return
        self.journal.keep(done)
        self.given_back[transaction.id] = before + quantity

    @rule(spent=consumes(spends))
    def reverse(self, spent: Movement) -> None:
        self._expire()
        transaction = spent.transaction
        before = self.given_back.get(transaction.id, 0)
        try:
            done = reverse(
                self.journal.account,
                transaction,
                self.journal.consumed(spent),
                self.journal.lots,
                refunded=before,
                note=NOTHING_SAID,
                by=SYSTEM,
                at=self.now,
            )
        except Refused:
            assert before or transaction.type is CreditTransactionType.HOLD
            return
        self.journal.keep(done)

    @rule(quantity=QUANTITIES)
    def remove(self, quantity: int) -> None:
        self._expire()
        try:
            done = take(self.journal.account, quantity, CreditTransactionType.ADJUST, by=SYSTEM, at=self.now)
        except Refused:
            assert quantity > self.journal.account.available
            return
        self.journal.keep(done)

    @invariant()
    def credits_invariants_1_2_and_7_sums_agree(self) -> None:
        self.journal.check()

    @invariant()
    def credits_invariant_3_credits_add_up_to_nothing(self) -> None:
        totals = [sum(one.amount_minor for one in transfer.postings) for transfer in self.journal.transfers()]
        assert set(totals) <= {0}
        units = [{one.account.currency for one in transfer.postings} for transfer in self.journal.transfers()]
        assert all(len(unit) == 1 for unit in units)

    @invariant()
    def credits_invariant_6_a_hold_ends_once(self) -> None:
        for movement in self.journal.movements:
            transaction = movement.transaction
            if transaction.status is CreditTransactionStatus.POSTED and transaction.captured_quantity is not None:
                assert 1 <= transaction.captured_quantity <= transaction.quantity

    @invariant()
    def credits_invariant_12_no_more_is_earned_than_was_paid(self) -> None:
        earned = self.journal.balance(AccountCode.PLATFORM_REVENUE)
        assert 0 <= earned <= self.paid_minor
        if all(lot.gone == lot.quantity for lot in self.journal.lots.values()):
            assert earned == self.paid_minor

    def _expire(self) -> None:
        if (done := expire(self.journal.account, by=SYSTEM, at=self.now)) is not None:
            self.journal.keep(done)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
