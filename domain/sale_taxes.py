"""Taxes on Milepost's own sales: what is asked of whoever knows the rates, and the rule without anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.refusals import RefusalCode, Refused
from domain.taxes import TaxCategory, TaxType


class TaxTreatment(Enum):
    """How a sale is taxed. Only STANDARD charges anything."""

    STANDARD = "STANDARD"
    REVERSE_CHARGE = "REVERSE_CHARGE"
    EXEMPT = "EXEMPT"
    ZERO = "ZERO"


_CATEGORIES = {
    TaxTreatment.STANDARD: TaxCategory.S,
    TaxTreatment.REVERSE_CHARGE: TaxCategory.AE,
    TaxTreatment.EXEMPT: TaxCategory.E,
    TaxTreatment.ZERO: TaxCategory.Z,
}
_NAMES = {
    TaxTreatment.STANDARD: "Tax",
    TaxTreatment.REVERSE_CHARGE: "Reverse charge",
    TaxTreatment.EXEMPT: "Exempt",
    TaxTreatment.ZERO: "Zero rate",
}


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer, as far as taxes depend on them."""

    organization_id: UUID
    country: str | None


@dataclass(frozen=True, slots=True)
class TaxQuote:
    """The tax of one line: its rate, where it is owed, and how it is treated."""

    rate_bps: int = 0
    jurisdiction: str | None = None
    treatment: TaxTreatment = TaxTreatment.EXEMPT

    def __post_init__(self) -> None:
        if not 0 <= self.rate_bps <= 10_000 or (self.rate_bps and self.treatment is not TaxTreatment.STANDARD):
            raise ValueError(f"{self.treatment.name} at {self.rate_bps} basis points is no tax")

    def tax_type(self, seller_id: UUID) -> TaxType:
        """The same tax on a document. Its id follows from what it says, as no issuer keeps a list of these."""
        place = self.jurisdiction or "none"
        said = f"milepost:tax:{place}:{self.treatment.value}:{self.rate_bps}"
        return TaxType(
            id=uuid5(NAMESPACE_URL, said),
            organization_id=seller_id,
            name=_NAMES[self.treatment] + (f" {self.jurisdiction}" if self.jurisdiction else ""),
            rate_bps=self.rate_bps,
            category=_CATEGORIES[self.treatment],
            exemption_reason=None,
            is_default=False,
            is_active=True,
        )

    @property
    def document(self) -> dict[str, Any]:
        """As a sale keeps it; read again by `read_quote`."""
        return {"rateBps": self.rate_bps, "jurisdiction": self.jurisdiction, "treatment": self.treatment.value}


def read_quote(document: dict[str, Any]) -> TaxQuote:
    return TaxQuote(document["rateBps"], document["jurisdiction"], TaxTreatment(document["treatment"]))


class TaxService(Protocol):
    """Whoever knows the rates. It answers from what it has at hand: it is asked inside a transaction, which waits for
    no network."""

    def quote(
        self, seller: Party, buyer: Party, tax_codes: Sequence[str | None], on: date
    ) -> Sequence[TaxQuote] | None:
        """One quote for the tax code of each line; None while it cannot tell."""
        ...


class NoService:
    """The rule of a platform that has set up no service: its sales carry no tax."""

    def quote(self, seller: Party, buyer: Party, tax_codes: Sequence[str | None], on: date) -> Sequence[TaxQuote]:
        return [TaxQuote() for _ in tax_codes]


def unavailable() -> Refused:
    message = "The service that knows the taxes of this sale cannot be asked just now. Try again in a moment."
    return Refused(RefusalCode.PROVIDER_UNAVAILABLE, message)
