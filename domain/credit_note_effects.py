"""What a credit note does to its invoice: what is not due any more, what is returned, and who gives it."""

from dataclasses import dataclass

from domain.fees import fee_share
from domain.invoice_fees import Standing, fee_kept
from domain.invoices import Invoice
from domain.money import Money
from domain.refusals import invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a note does with its total. `applied` is not due any more, `returned` is kept for the customer."""

    applied_minor: int
    returned_minor: int
    outside_minor: int
    """The part of what is returned that was paid outside Milepost; there the issuer keeps it for the customer."""
    fee_minor: int
    """The part of the invoice's fee that Milepost gives back with what is returned."""
    debt_minor: int
    """What the issuer's wallet does not cover and the issuer owes instead."""

    @property
    def inside_minor(self) -> int:
        return self.returned_minor - self.outside_minor

    @property
    def wallet_minor(self) -> int:
        """What the issuer's wallet gives; below zero, what it gets back of the fee on money from outside."""
        return self.inside_minor - self.fee_minor - self.debt_minor


def effect_of(invoice: Invoice, total: Money, standing: Standing, wallet_minor: int, *, may_owe: bool) -> Effect:
    """What a note over `total` would do to a locked invoice: it lowers what is due first, and returns the rest.

    What was paid through Milepost is returned before what was paid outside. The fee comes back cumulatively.
    What the issuer's wallet does not cover is debt where the issuer `may_owe` it; else posting it is refused. Refuses
    INVALID for more than is left of the invoice.
    """
    left = Money(invoice.amount_due_minor + invoice.paid_minor - standing.returned_minor, invoice.currency)
    if total.amount_minor > left.amount_minor:
        raise invalid(f"{total} are credited; at most {left} of the invoice are left.", "lines")
    applied = min(total.amount_minor, invoice.amount_due_minor)
    returned = total.amount_minor - applied
    inside_left = invoice.paid_minor - standing.paid_outside_minor
    inside_left -= standing.returned_minor - standing.returned_outside_minor
    inside = min(returned, max(0, inside_left))
    fee = _fee_of(invoice, standing, returned)
    return Effect(
        applied_minor=applied,
        returned_minor=returned,
        outside_minor=returned - inside,
        fee_minor=fee,
        debt_minor=max(0, inside - fee - wallet_minor) if may_owe else 0,
    )


def _fee_of(invoice: Invoice, standing: Standing, returned: int) -> int:
    """The fee that comes back with what is returned: all notes together carry its share of all that was returned."""
    base = invoice.total_minor - invoice.advances_applied_minor
    share = fee_share(invoice.fee_minor or 0, base, 0, standing.returned_minor + returned)
    # Where a note in between is void the proportion may be off by a unit; a bank may have taken what carried the fee.
    return min(max(0, share - standing.fee_minor), returned, fee_kept(invoice, invoice.paid_minor, standing))
