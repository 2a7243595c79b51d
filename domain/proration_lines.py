"""Lines that wait for the next charge of a subscription: what changes give back or cost, and usage."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.amounts import Amount
from domain.money import rounded, share_of
from domain.prorations import ProrationKind
from domain.taxes import TaxMode


@dataclass(eq=False, kw_only=True)
class ProrationLine:
    """Below zero where something is given back. Once a period has taken it up, `period_id` says which."""

    id: UUID
    subscription_id: UUID
    change_id: UUID | None
    kind: ProrationKind
    description: str
    quantity: int
    tax_code: str | None
    tax_mode: TaxMode
    """Whether the amount contains its tax, like the price that it comes from."""
    amount_minor: int
    currency: str
    period_id: UUID | None
    created_at: datetime

    amount = Amount("amount_minor")

    def tax_like(self, mode: TaxMode, rate_bps: int) -> None:
        """Says the same with its tax or without, so that it can be charged together with what is priced like that."""
        if self.tax_mode is mode:
            return
        if mode is TaxMode.INCLUSIVE:
            self.amount_minor += share_of(self.amount_minor, rate_bps)
        else:
            self.amount_minor -= rounded(self.amount_minor * rate_bps, 10_000 + rate_bps)
        self.tax_mode = mode
