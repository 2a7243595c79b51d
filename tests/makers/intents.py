"""Makers of payments as the domain knows them, in each state that a provider can bring them to."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.actors import Actor, ActorKind
from domain.ids import new_id
from domain.payment_attempts import CaptureMode, PaymentAttempt
from domain.payment_methods import MethodDetails, PaymentMethod, Provider, added
from domain.payment_starts import Means, started
from domain.payments import (
    Payment,
    PaymentTrigger,
)
from domain.permissions import BY_ROLE, Role
from tests.makers.ledger import Trade, new_invoice

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRADE = Trade(new_id(), new_id(), new_id(), new_id(), "EUR")


def minutes(count: int) -> datetime:
    return AT + timedelta(minutes=count)


def somebody_of(organization_id: UUID, role: Role = Role.OWNER) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        user_id=new_id(),
        organization_id=organization_id,
        is_verified=True,
        permissions=BY_ROLE[role],
    )


PAYER = somebody_of(TRADE.payer_id)


def method(currency: str = "EUR") -> PaymentMethod:
    details = MethodDetails(token="sim_ok", label="Card", last4="4242")
    return added(
        organization_id=TRADE.payer_id,
        provider=Provider.SIMULATOR,
        details=details,
        currency=currency,
        by=PAYER,
        at=AT,
    )


def new_payment(trigger: PaymentTrigger = PaymentTrigger.PAYER) -> tuple[Payment, PaymentAttempt]:
    invoice = new_invoice(TRADE, 100_000)
    return started(invoice, Means.of(method()), amount_minor=60_000, trigger=trigger, by=PAYER, at=AT)


def sent_payment() -> tuple[Payment, PaymentAttempt]:
    payment, attempt = new_payment()
    payment.send(attempt, at=AT)
    return payment, attempt


def lost_payment() -> tuple[Payment, PaymentAttempt]:
    payment, attempt = sent_payment()
    payment.lose(attempt, "timeout", at=AT)
    return payment, attempt


def acting_payment(trigger: PaymentTrigger = PaymentTrigger.PAYER) -> tuple[Payment, PaymentAttempt]:
    payment, attempt = new_payment(trigger)
    payment.send(attempt, at=AT)
    payment.require_action(attempt, "sim_1", "https://bank.example/act", at=AT)
    return payment, attempt


def reserved_payment() -> tuple[Payment, PaymentAttempt]:
    payment, attempt = new_payment()
    payment.capture_mode = CaptureMode.MANUAL
    payment.send(attempt, at=AT)
    payment.authorize(attempt, "sim_1", at=AT)
    return payment, attempt


def types_of(payment: Payment) -> list[str]:
    return [event.type for event in payment.take_events()]
