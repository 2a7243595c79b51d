"""Invoices by themselves: money coming in, overdue, voiding."""

from datetime import UTC, date, datetime

import pytest

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.invoices import CollectionMode, Invoice, InvoiceNumber, InvoiceStatus, PaymentStatus
from domain.money import Money
from domain.refusals import RefusalCode, Refused
from tests.makers.ledger import Trade, new_invoice

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def invoice_of(total_minor: int = 10_000) -> Invoice:
    return new_invoice(Trade(new_id(), new_id(), new_id(), new_id(), "EUR"), total_minor)


def paid_how_far(invoice: Invoice) -> PaymentStatus | None:
    return invoice.payment_status


def verbs(invoice: Invoice) -> list[str]:
    return [event.type for event in invoice.take_events()]


def test_money_lowers_what_is_due_until_the_invoice_is_paid() -> None:
    invoice = invoice_of()
    assert paid_how_far(invoice) is PaymentStatus.UNPAID
    invoice.receive(4_000, by=SYSTEM, at=AT)
    assert (invoice.paid, invoice.amount_due) == (Money(4_000, "EUR"), Money(6_000, "EUR"))
    assert (invoice.status, paid_how_far(invoice)) == (InvoiceStatus.OPEN, PaymentStatus.PARTIALLY_PAID)
    invoice.receive(6_000, by=SYSTEM, at=AT)
    assert (invoice.amount_due_minor, invoice.paid_at) == (0, AT)
    assert (invoice.status, paid_how_far(invoice)) == (InvoiceStatus.PAID, PaymentStatus.PAID)
    assert verbs(invoice) == ["invoice.partially_paid", "invoice.paid"]


@pytest.mark.parametrize("amount", [0, -1, 10_001])
def test_an_invoice_receives_at_most_what_is_due(amount: int) -> None:
    invoice = invoice_of()
    with pytest.raises(ValueError, match="is not between"):
        invoice.receive(amount, by=SYSTEM, at=AT)
    assert (invoice.paid_minor, verbs(invoice)) == (0, [])


def test_an_invoice_that_collection_gave_up_is_on_hold_until_it_is_paid() -> None:
    invoice = invoice_of()
    invoice.collection_mode = CollectionMode.STOPPED
    assert paid_how_far(invoice) is PaymentStatus.ON_HOLD
    invoice.receive(1, by=SYSTEM, at=AT)
    assert paid_how_far(invoice) is PaymentStatus.ON_HOLD
    invoice.receive(9_999, by=SYSTEM, at=AT)
    assert paid_how_far(invoice) is PaymentStatus.PAID


def test_overdue_begins_with_the_day_after_the_last_in_the_issuers_zone() -> None:
    invoice = invoice_of()
    invoice.due_on, invoice.time_zone = date(2026, 3, 8), "America/New_York"
    # Clocks go forward in New York on this very day: its midnight is at four in UTC.
    assert not invoice.is_overdue_at(datetime(2026, 3, 9, 3, 59, tzinfo=UTC))
    assert invoice.is_overdue_at(datetime(2026, 3, 9, 4, tzinfo=UTC))
    invoice.receive(10_000, by=SYSTEM, at=AT)
    assert not invoice.is_overdue_at(datetime(2026, 3, 9, 4, tzinfo=UTC))


def test_a_void_invoice_has_no_payment_status_and_is_charged_no_more() -> None:
    invoice = invoice_of()
    invoice.collection_next_at = AT
    invoice.void("Sent twice", by=SYSTEM, at=AT)
    assert paid_how_far(invoice) is None
    assert invoice.voided_at == AT
    assert not invoice.collection_next_at
    assert verbs(invoice) == ["invoice.voided"]


@pytest.mark.parametrize("verb", ["void", "withdraw"])
def test_an_invoice_with_money_on_it_is_not_taken_back(verb: str) -> None:
    invoice = invoice_of()
    invoice.receive(1, by=SYSTEM, at=AT)
    with pytest.raises(Refused) as refused:
        getattr(invoice, verb)("Wrong", by=SYSTEM, at=AT)
    assert (refused.value.code, refused.value.refusal.from_state) == (RefusalCode.WRONG_STATE, "PARTIALLY_PAID")
    assert invoice.status is InvoiceStatus.OPEN


def test_a_frozen_invoice_refuses_to_be_paid_or_voided() -> None:
    invoice = invoice_of()
    invoice.is_frozen = True
    for action in ("voidInvoice", "payInvoice", "sendInvoiceReminder"):
        with pytest.raises(Refused) as refused:
            invoice.check(action, by=SYSTEM)
        assert refused.value.code is RefusalCode.DISPUTED


def test_a_number_has_at_least_four_digits() -> None:
    numbers = [str(InvoiceNumber(series="INV", year=2026, sequence=sequence)) for sequence in (1, 9_999, 10_000)]
    assert numbers == ["INV-2026-0001", "INV-2026-9999", "INV-2026-10000"]
