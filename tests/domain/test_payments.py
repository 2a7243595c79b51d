"""Payments as the domain knows them: every answer in every state, and the questions in between."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.attempts import AttemptState
from domain.ids import new_id
from domain.money import Money
from domain.payment_attempts import PaymentAttempt
from domain.payment_starts import Means, amount_to_pay, require_none_live, started
from domain.payments import (
    LIVE_STATES,
    Payment,
    PaymentState,
    PaymentTrigger,
)
from domain.permissions import Role
from domain.refusals import RefusalCode, Refused
from tests.makers.intents import (
    AT,
    PAYER,
    TRADE,
    acting_payment,
    lost_payment,
    method,
    minutes,
    new_payment,
    reserved_payment,
    sent_payment,
    somebody_of,
    types_of,
)
from tests.makers.ledger import new_invoice


def test_an_intent_knows_both_sides_and_is_not_sent_yet() -> None:
    payment, attempt = new_payment()
    assert (payment.status, attempt.status) == (PaymentState.CREATED, AttemptState.CREATED)
    assert (payment.payer_id, payment.issuer_id) == (TRADE.payer_id, TRADE.issuer_id)
    assert (payment.amount, payment.captured_amount) == (Money(60_000, "EUR"), Money(0, "EUR"))
    assert (payment.next_ask_at, attempt.sent_at, attempt.payment_id) == (None, None, payment.id)
    [event] = payment.take_events()
    assert event.type == "payment.created"
    assert event.organization_ids == (TRADE.payer_id, TRADE.issuer_id)
    assert payment.invoice_id in event.topics


def test_an_invoice_of_somebody_outside_cannot_be_charged() -> None:
    invoice = new_invoice(TRADE, 100_000)
    invoice.recipient_id = None
    with pytest.raises(Refused, match="not on Milepost"):
        started(invoice, Means.of(method()), amount_minor=1, trigger=PaymentTrigger.PAYER, by=PAYER, at=AT)


def test_success_captures_the_whole_amount_and_ends_the_questions() -> None:
    payment, attempt = sent_payment()
    asked_at = payment.next_ask_at
    assert asked_at == minutes(10)
    assert payment.confirm(attempt, "sim_1", at=minutes(1)) is True
    assert (payment.status, payment.captured_minor, payment.next_ask_at) == (PaymentState.SUCCEEDED, 60_000, None)
    assert (attempt.status, attempt.provider_id) == (AttemptState.SUCCEEDED, "sim_1")
    assert types_of(payment) == ["payment.created", "payment.succeeded"]


def test_success_counts_once() -> None:
    payment, attempt = sent_payment()
    payment.confirm(attempt, "sim_1", at=AT)
    payment.take_events()
    assert payment.confirm(attempt, "sim_1", at=AT) is False
    assert payment.fail(attempt, "CARD_DECLINED", at=AT) is False
    payment.lose(attempt, "timeout", at=AT)
    assert payment.not_found(attempt, at=AT) is False
    assert (payment.status, types_of(payment)) == (PaymentState.SUCCEEDED, [])


def test_a_decline_ends_it_with_its_code() -> None:
    payment, attempt = sent_payment()
    assert payment.fail(attempt, "CARD_DECLINED", at=AT) is True
    assert (payment.status, payment.failure_code) == (PaymentState.FAILED, "CARD_DECLINED")
    assert (payment.next_ask_at, attempt.status) == (None, AttemptState.FAILED)
    assert types_of(payment) == ["payment.created", "payment.failed"]


@pytest.mark.parametrize("end", ["fail", "cancel"])
def test_a_late_proof_of_success_still_counts(end: str) -> None:
    payment, attempt = new_payment()
    if end == "cancel":
        payment.cancel(by=PAYER, at=AT)
    else:
        payment.send(attempt, at=AT)
        payment.fail(attempt, "CARD_DECLINED", at=AT)
    payment.take_events()
    assert payment.confirm(attempt, "sim_1", at=minutes(60)) is True
    assert (payment.status, payment.failure_code, payment.captured_minor) == (PaymentState.SUCCEEDED, None, 60_000)
    [event] = payment.take_events()
    assert (event.type, event.data) == ("payment.succeeded", {"late": True})


def test_a_lost_answer_is_asked_for_after_5_15_and_60_minutes_then_every_6_hours() -> None:
    payment, attempt = lost_payment()
    assert (payment.status, payment.unknown_since) == (PaymentState.UNKNOWN, AT)
    asked_at = []
    for _ in range(5):
        assert payment.next_ask_at is not None
        asked_at.append(payment.next_ask_at - AT)
        payment.ask(attempt, at=payment.next_ask_at)
    assert asked_at == [timedelta(minutes=m) for m in (5, 15, 60, 60 + 360, 60 + 720)]


def test_losing_the_answer_again_does_not_start_the_questions_anew() -> None:
    payment, attempt = lost_payment()
    payment.ask(attempt, at=minutes(5))
    payment.lose(attempt, "timeout", at=minutes(5))
    assert (payment.unknown_since, payment.next_ask_at) == (AT, minutes(15))
    assert types_of(payment) == ["payment.created", "payment.became_unknown"]


def test_not_found_fails_a_payment_only_when_said_twice_ten_minutes_apart() -> None:
    payment, attempt = lost_payment()
    assert payment.not_found(attempt, at=minutes(5)) is False
    assert payment.not_found(attempt, at=minutes(14)) is False
    assert payment.status is PaymentState.UNKNOWN
    assert payment.not_found(attempt, at=minutes(15)) is True
    assert (payment.status, payment.failure_code) == (PaymentState.FAILED, "NEVER_ARRIVED")


def test_what_the_provider_has_known_once_has_arrived_whatever_it_says_later() -> None:
    payment, attempt = lost_payment()
    assert payment.not_found(attempt, at=minutes(5)) is False
    payment.go_on(attempt, "sim_1", at=minutes(10))
    assert payment.not_found(attempt, at=minutes(60)) is False
    assert payment.not_found(attempt, at=minutes(70)) is False
    assert payment.status is PaymentState.UNKNOWN


def test_a_sent_payment_without_any_outcome_is_asked_about_like_a_lost_one() -> None:
    payment, attempt = sent_payment()
    payment.ask(attempt, at=minutes(10))
    assert payment.not_found(attempt, at=minutes(10)) is False
    assert (payment.status, payment.unknown_since) == (PaymentState.UNKNOWN, minutes(10))
    payment.ask(attempt, at=minutes(15))
    assert payment.not_found(attempt, at=minutes(15)) is False
    assert payment.next_ask_at == minutes(25)
    assert payment.not_found(attempt, at=minutes(25)) is True


def test_only_the_payer_cancels_and_only_what_was_not_sent() -> None:
    payment, attempt = new_payment()
    for stranger in (somebody_of(TRADE.issuer_id), somebody_of(new_id()), somebody_of(TRADE.payer_id, Role.MEMBER)):
        with pytest.raises(Refused) as refused:
            payment.cancel(by=stranger, at=AT)
        assert refused.value.code is RefusalCode.FORBIDDEN
    payment.send(attempt, at=AT)
    with pytest.raises(Refused) as refused:
        payment.cancel(by=PAYER, at=AT)
    assert (refused.value.code, refused.value.refusal.from_state) == (RefusalCode.WRONG_STATE, "PROCESSING")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (new_payment, "is under way"),
        (sent_payment, "is under way"),
        (lost_payment, "is being checked"),
        (acting_payment, "waits for the payer"),
        (reserved_payment, "Money is reserved"),
    ],
)
def test_a_live_payment_takes_no_other_beside_it(
    made: Callable[[], tuple[Payment, PaymentAttempt]], message: str
) -> None:
    payment, _ = made()
    assert payment.status in LIVE_STATES
    with pytest.raises(Refused, match=message) as refused:
        require_none_live(payment)
    assert refused.value.code is RefusalCode.CONFLICT


def test_without_an_amount_everything_due_is_paid() -> None:
    invoice = new_invoice(TRADE, 100_000)
    assert amount_to_pay(invoice, None) == 100_000
    assert amount_to_pay(invoice, Money(1, "EUR")) == 1
    assert amount_to_pay(invoice, Money(100_000, "EUR")) == 100_000


@pytest.mark.parametrize(
    ("amount", "path"),
    [
        (Money(0, "EUR"), ("amount", "amountMinor")),
        (Money(-1, "EUR"), ("amount", "amountMinor")),
        (Money(100_001, "EUR"), ("amount", "amountMinor")),
        (Money(1, "USD"), ("amount", "currency")),
    ],
)
def test_an_amount_that_is_not_due_is_refused(amount: Money, path: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refused:
        amount_to_pay(new_invoice(TRADE, 100_000), amount)
    assert refused.value.code is RefusalCode.INVALID
    assert [problem.path for problem in refused.value.problems] == [path]


Verb = Callable[[Payment, PaymentAttempt], Any]
VERBS: dict[str, Verb] = {
    "sendPayment": lambda payment, attempt: payment.send(attempt, at=AT),
}


@pytest.mark.parametrize("action", VERBS)
@pytest.mark.parametrize("state", PaymentState)
def test_no_verb_leaves_the_state_table(state: PaymentState, action: str) -> None:
    payment, attempt = new_payment()
    payment.status = state
    move = next(move for move in Payment.MOVES if move.action == action)
    if state in move.sources:
        VERBS[action](payment, attempt)
        assert payment.status is move.target
    else:
        with pytest.raises(Refused):
            VERBS[action](payment, attempt)
        assert payment.status is state
