"""Deliveries of webhooks: when one is tried again, and when it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.webhook_deliveries import LEASE, WAITS, Answer, WebhookDelivery, WebhookDeliveryStatus

AT = datetime(2026, 3, 1, tzinfo=UTC)
S = WebhookDeliveryStatus


def waiting() -> WebhookDelivery:
    delivery = WebhookDelivery(
        id=new_id(),
        organization_id=new_id(),
        endpoint_id=new_id(),
        event_id=new_id(),
        redelivery=0,
        turn=1,
        event_type="invoice.paid",
        subject_type="invoice",
        subject_id=new_id(),
        subject_version=3,
        occurred_at=AT,
        next_attempt_at=AT,
    )
    delivery.born(S.PENDING, action="makeDelivery", by=SYSTEM, at=AT)
    return delivery


def answered(status_code: int | None, **details: timedelta | bool) -> WebhookDelivery:
    """A delivery after its first attempt was answered so."""
    delivery = waiting()
    delivery.lease(at=AT)
    error = None if status_code else "nothing"
    delivery.answered(Answer(latency_ms=7, status_code=status_code, error=error, **details), at=AT)
    return delivery


@pytest.mark.parametrize("status_code", [200, 201, 204, 299])
def test_any_status_of_2xx_is_a_delivery(status_code: int) -> None:
    delivery = answered(status_code)
    assert (delivery.status, delivery.next_attempt_at, delivery.lease_until) == (S.DELIVERED, None, None)


@pytest.mark.parametrize("status_code", [500, 503, 429, None])
def test_what_may_pass_is_tried_again_after_five_seconds(status_code: int | None) -> None:
    delivery = answered(status_code)
    assert (delivery.status, delivery.next_attempt_at) == (S.RETRYING, AT + timedelta(seconds=5))


@pytest.mark.parametrize("status_code", [301, 302, 307, 400, 401, 404, 410, 422])
def test_what_is_refused_for_good_has_failed_at_once(status_code: int) -> None:
    assert answered(status_code).status is S.FAILED


def test_a_blocked_address_has_failed_at_once() -> None:
    assert answered(None, is_blocked=True).status is S.FAILED


def test_too_many_requests_wait_at_least_as_long_as_they_are_asked_to_and_a_day_at_most() -> None:
    assert answered(429, retry_after=timedelta(minutes=2)).next_attempt_at == AT + timedelta(minutes=2)
    assert answered(429, retry_after=timedelta(seconds=1)).next_attempt_at == AT + timedelta(seconds=5)
    assert answered(429, retry_after=timedelta(days=-1)).next_attempt_at == AT + timedelta(seconds=5)
    assert answered(429, retry_after=timedelta(days=400)).next_attempt_at == AT + timedelta(days=1)


def test_eight_attempts_are_made_over_31_hours_and_then_it_has_failed() -> None:
    delivery, at, waits = waiting(), AT, []
    while delivery.status is not S.FAILED:
        delivery.lease(at=at)
        attempt = delivery.answered(Answer(latency_ms=1, status_code=500), at=at)
        if delivery.next_attempt_at is not None:
            waits.append(delivery.next_attempt_at - at)
            at = delivery.next_attempt_at
    assert (waits, attempt.number, delivery.attempts) == (list(WAITS), 8, 8)
    assert at - AT == timedelta(hours=31, minutes=35, seconds=5)


def test_whoever_comes_back_too_late_is_not_believed() -> None:
    delivery = waiting()
    delivery.lease(at=AT)
    assert delivery.is_held_by(1)
    lost = delivery.lease(at=AT + LEASE)
    assert lost is not None
    assert (lost.number, lost.status_code, lost.at) == (1, None, AT)
    assert (delivery.is_held_by(1), delivery.is_held_by(2)) == (False, True)


def test_an_eighth_attempt_that_is_lost_is_the_last() -> None:
    delivery = waiting()
    for number in range(8):
        delivery.lease(at=AT + number * LEASE)
    lost = delivery.lease(at=AT + 8 * LEASE)
    assert lost is not None
    assert (lost.number, delivery.status, delivery.attempts) == (8, S.FAILED, 8)


def test_the_id_of_a_message_is_that_of_its_event() -> None:
    delivery = answered(200)
    again = delivery.again(1, 9, by=SYSTEM, at=AT)
    assert again.message_id == delivery.message_id == f"evt_{delivery.event_id.hex}"
    assert (again.redelivery, again.turn, again.attempts, again.status) == (1, 9, 0, S.PENDING)
