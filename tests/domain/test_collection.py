"""The collection clock: three automatic charges 48 hours apart, then a person has to act."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import collection
from domain.actors import SYSTEM, Actor, ActorKind
from domain.ids import new_id
from domain.invoices import CollectionMode, Invoice, InvoiceStatus, PaymentStatus
from domain.permissions import BY_ROLE, Role
from domain.refusals import RefusalCode, Refused
from tests.makers.ledger import Trade, new_invoice

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRADE = Trade(new_id(), new_id(), new_id(), new_id(), "EUR")
PAYER = Actor(kind=ActorKind.USER, user_id=new_id(), organization_id=TRADE.payer_id, permissions=BY_ROLE[Role.FINANCE])


def collected() -> Invoice:
    invoice = new_invoice(TRADE, 100_000)
    invoice.collection_mode = CollectionMode.AUTO
    return invoice


def on_hold() -> Invoice:
    invoice = collected()
    for _ in range(3):
        collection.charge_failed(invoice, "CARD_DECLINED", at=AT)
    invoice.take_events()
    return invoice


def test_a_failed_charge_is_repeated_after_48_hours_twice_then_it_is_on_hold() -> None:
    invoice, at = collected(), AT
    for attempts in (1, 2):
        collection.charge_started(invoice)
        assert not collection.is_due(invoice, at)
        collection.charge_failed(invoice, "CARD_DECLINED", at=at)
        assert (invoice.collection_attempts, invoice.collection_next_at) == (attempts, at + timedelta(hours=48))
        assert invoice.payment_status is PaymentStatus.UNPAID
        assert not collection.is_due(invoice, at + timedelta(hours=48, seconds=-1))
        at += timedelta(hours=48)
        assert collection.is_due(invoice, at)
    collection.charge_started(invoice)
    collection.charge_failed(invoice, "NO_PAYMENT_METHOD", at=at)
    assert (invoice.collection_mode, invoice.collection_next_at) == (CollectionMode.STOPPED, None)
    assert (invoice.payment_status, invoice.collection_last_failure) == (PaymentStatus.ON_HOLD, "NO_PAYMENT_METHOD")
    assert [(event.type, dict(event.data)) for event in invoice.take_events()] == [
        ("invoice.payment_failed", {"code": "CARD_DECLINED", "attempts": 1}),
        ("invoice.payment_failed", {"code": "CARD_DECLINED", "attempts": 2}),
        ("invoice.payment_failed", {"code": "NO_PAYMENT_METHOD", "attempts": 3}),
        ("invoice.put_on_hold", {}),
    ]


@pytest.mark.parametrize("mode", [CollectionMode.MANUAL, CollectionMode.STOPPED])
def test_a_failure_counts_only_while_collection_is_automatic(mode: CollectionMode) -> None:
    invoice = collected()
    invoice.collection_mode = mode
    collection.charge_failed(invoice, "CARD_DECLINED", at=AT)
    assert (invoice.collection_attempts, invoice.collection_next_at, invoice.take_events()) == (0, None, [])


def test_nothing_is_collected_that_is_frozen_settled_or_paid_by_hand() -> None:
    invoice = collected()
    assert collection.is_collected(invoice)
    invoice.is_frozen = True
    assert not collection.is_collected(invoice)
    invoice.is_frozen = False
    invoice.collection_mode = CollectionMode.MANUAL
    assert not collection.is_collected(invoice)
    invoice.collection_mode = CollectionMode.AUTO
    invoice.receive(100_000, by=SYSTEM, at=AT)
    assert not collection.is_collected(invoice)


def test_resuming_starts_a_round_of_three_anew() -> None:
    invoice = on_hold()
    collection.resume(invoice, by=PAYER)
    assert (invoice.collection_mode, invoice.collection_attempts) == (CollectionMode.AUTO, 0)
    assert invoice.payment_status is PaymentStatus.UNPAID
    collection.charge_failed(invoice, "CARD_DECLINED", at=AT)
    assert (invoice.collection_attempts, invoice.collection_next_at) == (1, AT + timedelta(hours=48))


def test_only_a_collection_that_gave_up_is_resumed() -> None:
    with pytest.raises(Refused) as refused:
        collection.resume(collected(), by=PAYER)
    assert refused.value.code is RefusalCode.WRONG_STATE
    assert (refused.value.refusal.from_state, refused.value.refusal.allowed) == ("AUTO", ["STOPPED"])


def test_a_frozen_invoice_refuses_payment_and_resumption() -> None:
    invoice = on_hold()
    invoice.is_frozen = True
    for action in ("payInvoice", "resumeCollection"):
        with pytest.raises(Refused) as refused:
            invoice.check(action, by=PAYER)
        assert refused.value.code is RefusalCode.DISPUTED


def test_money_that_is_under_way_when_an_invoice_is_frozen_still_settles_it() -> None:
    invoice = collected()
    invoice.is_frozen = True
    invoice.receive(100_000, by=SYSTEM, at=AT)
    assert invoice.status is InvoiceStatus.PAID


def test_the_issuer_and_roles_without_money_neither_pay_nor_resume() -> None:
    invoice = on_hold()
    issuer = Actor(kind=ActorKind.USER, organization_id=TRADE.issuer_id, permissions=BY_ROLE[Role.OWNER])
    member = Actor(kind=ActorKind.USER, organization_id=TRADE.payer_id, permissions=BY_ROLE[Role.MEMBER])
    for action in ("payInvoice", "resumeCollection"):
        for by in (issuer, member):
            with pytest.raises(Refused) as refused:
                invoice.check(action, by=by)
            assert refused.value.code is RefusalCode.FORBIDDEN
