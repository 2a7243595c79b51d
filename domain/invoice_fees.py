"""What the platform keeps of an invoice's fee: by what is paid of it, which holds paid, and what notes gave back."""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.fees import fee_share
from domain.invoices import Invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What a hold has paid of an invoice with the fee of its own terms, and what a bank has taken back of that."""

    hold_id: UUID
    amount_minor: int
    fee_minor: int
    lost_minor: int = 0

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.lost_minor

    @property
    def fee_left_minor(self) -> int:
        return fee_share(self.fee_minor, self.amount_minor, 0, self.left_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an invoice stands: what holds have paid of it, what came from outside, and what its notes have returned."""

    returned_minor: int = 0
    returned_outside_minor: int = 0
    fee_minor: int = 0
    """What notes have given back of the fee."""
    paid_outside_minor: int = 0
    released: tuple[Released, ...] = ()

    def losing(self, hold_id: UUID | None, amount_minor: int) -> "Standing":
        """The same once a bank has taken so much of what a hold had paid; None: no hold had paid it."""
        after = (
            replace(one, lost_minor=one.lost_minor + amount_minor) if one.hold_id == hold_id else one
            for one in self.released
        )
        return replace(self, released=tuple(after))


def fee_kept(invoice: Invoice, paid_minor: int, standing: Standing) -> int:
    """What the platform has of the fee when so much is paid of an invoice.

    What holds released carries the fees that they have frozen, other money its share of the rest of the fee. What
    credit notes gave back is off, and never more than there is.
    """
    by_holds = sum(one.left_minor for one in standing.released)
    fee_of_holds = sum(one.fee_left_minor for one in standing.released)
    others = invoice.total_minor - invoice.advances_applied_minor - by_holds
    share = fee_share((invoice.fee_minor or 0) - fee_of_holds, others, 0, paid_minor - by_holds) if others else 0
    return max(0, fee_of_holds + share - standing.fee_minor)


def fee_of_payment(invoice: Invoice, amount_minor: int, standing: Standing) -> int:
    """The fee that the next money for an invoice carries; ask before the invoice has counted it."""
    paid = invoice.paid_minor
    return fee_kept(invoice, paid + amount_minor, standing) - fee_kept(invoice, paid, standing)


def fee_of_loss(invoice: Invoice, amount_minor: int, standing: Standing, hold_id: UUID | None = None) -> int:
    """The fee that goes back with money which counts as paid no more; `hold_id` where a hold had paid it."""
    left = fee_kept(invoice, invoice.paid_minor - amount_minor, standing.losing(hold_id, amount_minor))
    return fee_kept(invoice, invoice.paid_minor, standing) - left
