"""The posting table: what is debited and credited, and that nothing unbalanced can be made."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.invoices import InvoiceStatus
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.postings.invoices import invoice_opened, invoice_voided
from domain.postings.payments import allocated_minor, payment_succeeded
from tests.makers.ledger import Trade, new_invoice, new_payment

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TRADE = Trade(new_id(), new_id(), new_id(), new_id(), "EUR")


def lines(transfer: Transfer) -> dict[str, int]:
    return {posting.account.code.value: posting.amount_minor for posting in transfer.postings}


def test_an_opened_invoice_is_receivable_and_billed() -> None:
    invoice = new_invoice(TRADE, 100_000, fee_minor=5_000)
    transfer = invoice_opened(invoice, by=SYSTEM, at=AT)
    assert lines(transfer) == {"receivable": 100_000, "billed": -100_000}
    assert (transfer.kind, transfer.source_type, transfer.source_id) == (
        PostingKind.P1,
        TransferSource.INVOICE,
        invoice.id,
    )
    assert (transfer.invoice_id, transfer.payment_id) == (invoice.id, None)
    assert {posting.account.organization_id for posting in transfer.postings} == {TRADE.issuer_id}


def test_a_void_undoes_the_opening_line_by_line() -> None:
    invoice = new_invoice(TRADE, 100_000)
    opened, voided = invoice_opened(invoice, by=SYSTEM, at=AT), invoice_voided(invoice, by=SYSTEM, at=AT)
    assert lines(voided) == {"billed": 100_000, "receivable": -100_000}
    assert {(one.account, -one.amount_minor) for one in opened.postings} == {
        (one.account, one.amount_minor) for one in voided.postings
    }
    assert voided.reverses == (PostingKind.P1, 1)


def test_a_payment_pays_the_issuer_less_the_fee() -> None:
    invoice = new_invoice(TRADE, 333_333, fee_minor=16_667)
    payment = new_payment(TRADE, invoice, 333_333)
    transfer = payment_succeeded(payment, invoice, received_minor=333_333, fee_minor=16_667, by=SYSTEM, at=AT)
    assert lines(transfer) == {
        "provider_cash": 333_333,
        "billed": 333_333,
        "receivable": -333_333,
        "wallet_available": -316_666,
        "platform_fee": -16_667,
    }
    assert (transfer.source_id, transfer.invoice_id, transfer.payment_id) == (payment.id, invoice.id, payment.id)


def test_money_above_what_is_due_stays_the_customers() -> None:
    invoice = new_invoice(TRADE, 10_000)
    payment = new_payment(TRADE, invoice, 12_500)
    transfer = payment_succeeded(payment, invoice, received_minor=12_500, fee_minor=0, by=SYSTEM, at=AT)
    assert lines(transfer) == {
        "provider_cash": 12_500,
        "billed": 10_000,
        "receivable": -10_000,
        "wallet_available": -10_000,
        "customer_credit": -2_500,
    }
    surplus = next(one.account for one in transfer.postings if one.account.code is AccountCode.CUSTOMER_CREDIT)
    assert (surplus.organization_id, surplus.customer_id) == (TRADE.issuer_id, TRADE.customer_id)


@pytest.mark.parametrize("status", [InvoiceStatus.PAID, InvoiceStatus.VOID])
def test_money_for_an_invoice_that_is_not_open_any_more_is_all_surplus(status: InvoiceStatus) -> None:
    invoice = new_invoice(TRADE, 10_000)
    invoice.status = status
    payment = new_payment(TRADE, invoice, 10_000)
    assert allocated_minor(invoice, 10_000) == 0
    transfer = payment_succeeded(payment, invoice, received_minor=10_000, fee_minor=0, by=SYSTEM, at=AT)
    assert lines(transfer) == {"provider_cash": 10_000, "customer_credit": -10_000}


@given(st.integers(1, 10**13), st.integers(1, 10**13), st.data())
def test_every_posting_balances_whatever_the_amounts(due: int, received: int, data: st.DataObject) -> None:
    invoice = new_invoice(TRADE, due)
    fee = data.draw(st.integers(0, min(due, received)))
    transfer = payment_succeeded(
        new_payment(TRADE, invoice, received), invoice, received_minor=received, fee_minor=fee, by=SYSTEM, at=AT
    )
    assert sum(one.amount_minor for one in transfer.postings) == 0
    assert all(one.amount_minor for one in transfer.postings)


def transfer_of(*postings: Posting) -> Transfer:
    return Transfer(
        kind=PostingKind.P1,
        source_type=TransferSource.INVOICE,
        source_id=new_id(),
        by=SYSTEM,
        at=AT,
        postings=postings,
    )


def account(code: AccountCode, currency: str = "EUR") -> AccountKey:
    return AccountKey(code=code, currency=currency, organization_id=TRADE.issuer_id)


RECEIVABLE, BILLED = account(AccountCode.RECEIVABLE), account(AccountCode.BILLED)


@pytest.mark.parametrize(
    "postings",
    [
        (),
        (Posting(RECEIVABLE, 100),),
        (Posting(RECEIVABLE, 100), Posting(BILLED, -99)),
        (Posting(RECEIVABLE, 0), Posting(BILLED, 0)),
        (Posting(RECEIVABLE, 100), Posting(account(AccountCode.BILLED, "USD"), -100)),
        (Posting(RECEIVABLE, 100), Posting(RECEIVABLE, -100)),
    ],
    ids=["no lines", "one line", "a cent missing", "lines of zero", "two currencies", "twice the same account"],
)
def test_a_transfer_that_does_not_balance_cannot_be_made(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(AssertionError):
        transfer_of(*postings)


def test_a_fee_above_the_part_it_is_taken_from_cannot_be_posted() -> None:
    invoice = new_invoice(TRADE, 100)
    with pytest.raises(AssertionError):
        payment_succeeded(
            new_payment(TRADE, invoice, 100), invoice, received_minor=100, fee_minor=101, by=SYSTEM, at=AT
        )


def test_an_account_has_exactly_the_key_its_code_asks_for() -> None:
    with pytest.raises(AssertionError):
        AccountKey(code=AccountCode.RECEIVABLE, currency="EUR")
    with pytest.raises(AssertionError):
        AccountKey(code=AccountCode.PLATFORM_FEE, currency="EUR", organization_id=TRADE.issuer_id)
    with pytest.raises(AssertionError):
        AccountKey(code=AccountCode.CUSTOMER_CREDIT, currency="EUR", organization_id=TRADE.issuer_id)


def test_a_debit_grows_debit_accounts_and_a_credit_grows_credit_accounts() -> None:
    assert (Posting(RECEIVABLE, 100).change_minor, Posting(BILLED, -100).change_minor) == (100, 100)
    assert (Posting(RECEIVABLE, -100).change_minor, Posting(BILLED, 100).change_minor) == (-100, -100)
