"""When what is owed apart from periods is charged again."""

from datetime import UTC, datetime, timedelta

from domain import owed_charges as rules
from domain.actors import SYSTEM
from domain.dunning import NO_METHOD
from domain.ids import new_id
from domain.sale_lines import SaleLine
from domain.sale_taxes import TaxQuote
from domain.sales import Sale, SaleKind, opened
from domain.taxes import TaxMode

NOW = datetime(2027, 6, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def owed() -> Sale:
    """A fee of 10.00 that is owed since NOW, with its first charge under way."""
    sale = opened(
        kind=SaleKind.CHANGE,
        subject_id=new_id(),
        organization_id=new_id(),
        seller_id=new_id(),
        currency="EUR",
        lines=[SaleLine("Early end", 1, 1_000)],
        quotes=[TaxQuote()],
        tax_mode=TaxMode.EXCLUSIVE,
        by=SYSTEM,
        at=NOW,
    )
    rules.owe(sale, new_id(), at=NOW)
    rules.begin_try(sale)
    return sale


def test_it_is_tried_again_after_2_7_14_and_21_days_counted_from_when_each_try_was_due() -> None:
    sale, days = owed(), []
    while True:
        rules.fail(sale, NO_METHOD, None, is_scheduled=True, at=NOW)
        if sale.next_try_at is None:
            break
        days.append((sale.next_try_at - NOW) // DAY)
        rules.begin_try(sale)
    assert days == [2, 7, 14, 21]
    assert [event.type for event in sale.take_events()] == ["sale.payment_failed"] * 5


def test_what_people_try_moves_no_try() -> None:
    sale = owed()
    rules.fail(sale, NO_METHOD, None, is_scheduled=True, at=NOW)
    rules.fail(sale, "INSUFFICIENT_FUNDS", new_id(), is_scheduled=False, at=NOW + DAY)
    assert (sale.next_try_at, sale.tries, sale.failure_code) == (NOW + 2 * DAY, 1, "INSUFFICIENT_FUNDS")


def test_a_method_that_was_declined_for_good_is_skipped_until_it_is_another() -> None:
    sale, method_id = owed(), new_id()
    rules.fail(sale, "METHOD_UNUSABLE", method_id, is_scheduled=True, at=NOW)
    assert rules.is_hopeless(sale, method_id)
    assert not rules.is_hopeless(sale, new_id())
    rules.skip(sale)
    assert (sale.next_try_at, sale.tries) == (NOW + 7 * DAY, 2)


def test_while_somebody_pays_it_the_clock_looks_again_in_an_hour() -> None:
    sale = owed()
    rules.wait(sale, at=NOW)
    assert sale.next_try_at == NOW + timedelta(hours=1)


def test_what_is_paid_is_tried_no_more() -> None:
    sale = owed()
    rules.fail(sale, NO_METHOD, None, is_scheduled=True, at=NOW)
    sale.pay(new_id(), at=NOW + DAY)
    assert sale.next_try_at is None
