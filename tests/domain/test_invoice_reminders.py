"""When the next reminder of an invoice may follow."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.invoice_reminders import InvoiceReminder, remind
from domain.invoices import Invoice, InvoiceStatus
from domain.refusals import RefusalCode, Refused
from tests.makers.ledger import Trade, new_invoice

T0 = datetime(2026, 3, 1, 9, tzinfo=UTC)


def invoice_of() -> Invoice:
    return new_invoice(Trade(new_id(), new_id(), new_id(), new_id(), "EUR"), 10_000)


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def test_reminders_keep_48_hours_twice_and_72_from_then_on() -> None:
    invoice, sent = invoice_of(), list[InvoiceReminder]()
    for hours in (0, 48, 96, 168, 240):
        for early in (hours - 0.01,) if sent else ():
            with pytest.raises(Refused) as refused:
                remind(invoice, sent, by=SYSTEM, at=at(early))
            assert (refused.value.code, refused.value.refusal.retry_after_seconds) == (RefusalCode.RATE_LIMITED, 36)
        sent.append(remind(invoice, sent, by=SYSTEM, at=at(hours)))
    assert [one.number for one in sent] == [1, 2, 3, 4, 5]
    assert [event.data["number"] for event in invoice.take_events()] == [1, 2, 3, 4, 5]


def test_forty_hours_after_the_first_there_are_eight_left() -> None:
    invoice = invoice_of()
    first = remind(invoice, [], by=SYSTEM, at=T0)
    with pytest.raises(Refused) as refused:
        remind(invoice, [first], by=SYSTEM, at=at(40))
    assert refused.value.refusal.retry_after_seconds == 8 * 3600


@pytest.mark.parametrize("status", [InvoiceStatus.DRAFT, InvoiceStatus.PAID, InvoiceStatus.VOID])
def test_only_an_open_invoice_is_reminded_of(status: InvoiceStatus) -> None:
    invoice = invoice_of()
    invoice.status = status
    with pytest.raises(Refused) as refused:
        remind(invoice, [], by=SYSTEM, at=T0)
    assert refused.value.refusal.from_state == status.name
    assert invoice.take_events() == []
