"""What is told of money between two sides: invoices, payments, payouts, refunds, held money and what banks dispute."""

from domain.chargebacks import Chargeback
from domain.escrow_holds import EscrowHold
from domain.invoices import Invoice, InvoiceKind
from domain.notification_stories import Members, Stories, Story
from domain.notifications import NotificationCategory
from domain.payments import Payment
from domain.payouts import Payout
from domain.permissions import Permission
from domain.refunds import Refund

_C, _P = NotificationCategory, Permission
_ISSUER = Members("issuer_id", _P.INVOICES_WRITE)
_RECIPIENT = Members("recipient_id", _P.MONEY_MOVE)
_PAID = Members("issuer_id", _P.MONEY_READ)
_PAYER = Members("payer_id", _P.MONEY_READ)
_OWNER = Members("organization_id", _P.MONEY_READ)
_CLIENT = Members("client_organization_id", _P.MONEY_READ)
_FREELANCER = Members("freelancer_organization_id", _P.MONEY_READ)


def _story(category: NotificationCategory, to: Members, title: str, text: str, *, has_letter: bool = False) -> Story:
    return Story(category=category, to=to, title=title, text=text, has_letter=has_letter)


def _asked_to_pay(*, has_letter: bool) -> Story:
    """Some invoices are paid as they are opened, by held money or by a sale. The letter of a period that is asked for
    on one has a page to pay it on."""

    def is_told(invoice: Invoice) -> bool:
        return invoice.amount_due_minor > 0 and (invoice.kind is InvoiceKind.PLATFORM) is has_letter

    return Story(
        category=_C.INVOICES,
        to=_RECIPIENT,
        title="Invoice {number} of {issuer}",
        text="{issuer} asks you to pay {total} with {number}, until {due_on}.",
        has_letter=has_letter,
        while_true=is_told,
    )


_INVOICES = {
    "invoice.opened": (_asked_to_pay(has_letter=False), _asked_to_pay(has_letter=True)),
    "invoice.paid": (_story(_C.INVOICES, _ISSUER, "Invoice {number} is paid", "{number} over {total} is paid."),),
    "invoice.voided": (
        _story(
            _C.INVOICES, _RECIPIENT, "Invoice {number} is void", "{issuer} has taken back {number}: nothing is to pay."
        ),
    ),
    "invoice.reminded": (
        _story(
            _C.INVOICES,
            _RECIPIENT,
            "A reminder of invoice {number}",
            "{issuer} reminds you of {number}, of which {amount_due} is to pay.",
            has_letter=True,
        ),
    ),
    "invoice.payment_failed": (
        _story(
            _C.PAYMENT_FAILURE,
            _RECIPIENT,
            "The payment of invoice {number} has failed",
            "{amount_due} for {number} of {issuer} could not be charged. Look at your default payment method.",
        ),
    ),
    "invoice.put_on_hold": (
        _story(
            _C.PAYMENT_FAILURE,
            _RECIPIENT,
            "Invoice {number} is not charged again by itself",
            "Charging {number} of {issuer} has failed too often. Pay it with payInvoice.",
        ),
        _story(
            _C.PAYMENT_FAILURE,
            _ISSUER,
            "Collecting invoice {number} has stopped",
            "{number} could not be charged; {amount_due} is still to pay. It is not tried again by itself.",
        ),
    ),
    "invoice.marked_uncollectible": (
        _story(
            _C.INVOICES,
            _RECIPIENT,
            "Invoice {number} was given up",
            "{issuer} no longer expects that {amount_due} of {number} is paid.",
        ),
    ),
}
_PAYMENTS = {
    "payment.succeeded": (
        _story(_C.MONEY, _PAID, "{payer} has paid", "{payer} has paid you {captured_amount}."),
        _story(
            _C.MONEY, _PAYER, "You have paid {issuer}", "You have paid {captured_amount} to {issuer}.", has_letter=True
        ),
    ),
}
_PAYOUTS = {
    "payout.paid": (_story(_C.MONEY, _OWNER, "Your payout has arrived", "{amount} was paid out."),),
    "payout.held": (
        _story(_C.MONEY, _OWNER, "Your payout is being looked at", "A payout of {amount} waits for our staff."),
    ),
    "payout.failed": (
        _story(
            _C.PAYMENT_FAILURE,
            _OWNER,
            "Your payout has failed",
            "{amount} could not be paid out and is in your wallet again. Look at your payout method.",
        ),
    ),
    "payout.reversed": (
        _story(
            _C.PAYMENT_FAILURE,
            _OWNER,
            "Your payout has come back",
            "{amount} that was paid out has come back and is in your wallet again. Look at your payout method.",
        ),
    ),
}
_REFUNDS = {
    "refund.succeeded": (
        _story(_C.MONEY, _PAYER, "{issuer} has refunded you", "{issuer} has given back {amount} of what you paid."),
    ),
    "refund.failed": (
        _story(
            _C.PAYMENT_FAILURE,
            _PAID,
            "A refund to {payer} has failed",
            "{amount} could not be given back to {payer}.",
        ),
    ),
}
_HELD = {
    "escrow.funded": (
        _story(_C.MONEY, _FREELANCER, "Money for {milestone} is there", "{amount} is held for {milestone}."),
    ),
    "escrow.released": (
        _story(_C.MONEY, _FREELANCER, "Held money was released", "{moved} that was held for {milestone} is yours."),
    ),
    "escrow.refunded": (
        _story(_C.MONEY, _CLIENT, "Held money was given back", "{moved} that was held for {milestone} came back."),
    ),
    "escrow.frozen": tuple(
        _story(
            _C.LEGAL, side, "Money for {milestone} is in dispute", "Until that ends, nothing of {remaining} is moved."
        )
        for side in (_CLIENT, _FREELANCER)
    ),
    "escrow.unfrozen": tuple(
        _story(_C.LEGAL, side, "The dispute over {milestone} has ended", "{remaining} is held, and can be moved again.")
        for side in (_CLIENT, _FREELANCER)
    ),
}
_CHARGEBACKS = {
    "chargeback.opened": (
        _story(
            _C.LEGAL,
            _ISSUER,
            "A bank disputes a payment to you",
            "The payer's bank disputes {amount}. Answer with submitChargebackEvidence until {evidence_due_at}.",
        ),
    ),
    "chargeback.won": (
        _story(_C.LEGAL, _ISSUER, "A disputed payment is yours", "The bank has decided: {amount} stays yours."),
    ),
    "chargeback.lost": (
        _story(_C.LEGAL, _ISSUER, "A disputed payment is lost", "The bank has decided: {amount} went back."),
    ),
}

MONEY_STORIES: Stories = {
    Invoice: _INVOICES,
    Payment: _PAYMENTS,
    Payout: _PAYOUTS,
    Refund: _REFUNDS,
    EscrowHold: _HELD,
    Chargeback: _CHARGEBACKS,
}
