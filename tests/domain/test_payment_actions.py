"""Payments in which the payer has to act, or whose money is reserved first, as the domain knows them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.attempts import AttemptState
from domain.money import Money
from domain.payment_attempts import PaymentAttempt, Question
from domain.payment_texts import standing
from domain.payments import (
    Payment,
    PaymentState,
    PaymentTrigger,
)
from domain.refusals import RefusalCode, Refused
from tests.makers.intents import (
    AT,
    PAYER,
    TRADE,
    acting_payment,
    lost_payment,
    minutes,
    new_payment,
    reserved_payment,
    sent_payment,
    somebody_of,
    types_of,
)


def test_a_payer_who_has_to_act_has_a_day_and_is_asked_about_meanwhile() -> None:
    payment, attempt = acting_payment()
    assert (payment.status, attempt.status) == (PaymentState.REQUIRES_ACTION, AttemptState.REQUIRES_ACTION)
    assert (payment.next_action_url, payment.act_by) == ("https://bank.example/act", minutes(24 * 60))
    assert (payment.next_ask_at, payment.question) == (minutes(5), Question.FIND)
    payment.ask(attempt, at=minutes(23 * 60))
    assert (payment.next_ask_at, payment.cancel_asked_at) == (minutes(23 * 60 + 10), None)
    payment.ask(attempt, at=minutes(24 * 60))
    assert (payment.question, payment.cancel_asked_at) == (Question.VOID, minutes(24 * 60))
    assert types_of(payment) == ["payment.created", "payment.action_required"]


def test_a_payer_who_has_acted_is_not_sent_there_again() -> None:
    payment, attempt = acting_payment()
    payment.go_on(attempt, "sim_1", at=minutes(1))
    assert (payment.status, payment.next_action_url) == (PaymentState.PROCESSING, None)
    assert payment.confirm(attempt, "sim_1", at=minutes(2)) is True
    assert payment.captured_minor == 60_000


def test_what_waits_for_the_payer_is_canceled_only_once_its_provider_agrees() -> None:
    payment, attempt = acting_payment()
    payment.cancel(by=PAYER, at=minutes(1))
    assert (payment.status, payment.question) == (PaymentState.REQUIRES_ACTION, Question.VOID)
    assert payment.next_ask_at == minutes(1)
    with pytest.raises(Refused, match="cancellation is asked for"):
        payment.cancel(by=PAYER, at=minutes(2))
    assert payment.void(attempt, at=minutes(3)) is True
    assert (payment.status, payment.failure_code, payment.next_action_url) == (PaymentState.CANCELED, None, None)
    assert payment.void(attempt, at=minutes(4)) is False


def test_money_that_was_taken_before_the_cancellation_counts() -> None:
    payment, attempt = acting_payment()
    payment.cancel(by=PAYER, at=minutes(1))
    assert payment.confirm(attempt, "sim_1", at=minutes(2)) is True
    assert (payment.status, payment.captured_minor) == (PaymentState.SUCCEEDED, 60_000)


def test_an_automatic_charge_that_nobody_confirms_says_what_it_lacked() -> None:
    payment, attempt = acting_payment(PaymentTrigger.COLLECTION)
    payment.ask(attempt, at=minutes(24 * 60))
    assert payment.void(attempt, at=minutes(24 * 60)) is True
    assert payment.failure_code == "AUTHENTICATION_REQUIRED"


def test_reserved_money_is_taken_in_part_and_only_by_the_issuer() -> None:
    payment, attempt = reserved_payment()
    assert (payment.status, payment.captured_minor) == (PaymentState.AUTHORIZED, 0)
    with pytest.raises(Refused) as refused:
        payment.capture(20_000, by=PAYER, at=minutes(1))
    assert refused.value.code is RefusalCode.FORBIDDEN
    payment.capture(20_000, by=somebody_of(TRADE.issuer_id), at=minutes(1))
    assert (payment.question, payment.to_take) == (Question.CAPTURE, Money(20_000, "EUR"))
    with pytest.raises(Refused, match="is being taken"):
        payment.cancel(by=PAYER, at=minutes(2))
    payment.confirm(attempt, "sim_1", at=minutes(2))
    assert (payment.status, payment.captured_minor) == (PaymentState.SUCCEEDED, 20_000)


def test_what_should_have_been_taken_at_once_is_captured_at_once() -> None:
    payment, attempt = sent_payment()
    payment.authorize(attempt, "sim_1", at=minutes(1))
    assert (payment.question, payment.next_ask_at, payment.to_take) == (Question.CAPTURE, minutes(1), payment.amount)


def test_a_provider_is_asked_by_impatient_people_at_most_every_five_seconds() -> None:
    payment, attempt = sent_payment()
    payment.check_now(attempt, None, by=PAYER, at=AT + timedelta(seconds=4))
    assert payment.next_ask_at == minutes(10)
    payment.check_now(attempt, "redirectResult=x", by=PAYER, at=AT + timedelta(seconds=5))
    assert (payment.next_ask_at, attempt.returned) == (AT + timedelta(seconds=5), "redirectResult=x")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (new_payment, "It is sent in a moment."),
        (sent_payment, "The simulator is working on it."),
        (lost_payment, "It is being checked: the simulator has not said yet whether the money was taken."),
        (acting_payment, "The payer has to confirm it at the simulator until 2026-03-03 12:00 UTC."),
        (reserved_payment, "600.00 EUR are reserved; nothing was taken yet."),
    ],
)
def test_people_are_told_how_a_payment_stands(made: Callable[[], tuple[Payment, PaymentAttempt]], said: str) -> None:
    assert standing(made()[0]).startswith(said)
