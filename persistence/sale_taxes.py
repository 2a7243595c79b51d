"""Which taxes a sale carries: asked of the service that this process was given, or of nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.organizations import Organization
from domain.sale_lines import SaleLine
from domain.sale_taxes import NoService, Party, TaxQuote, TaxService, unavailable
from persistence.unit import Unit


@dataclass(slots=True)
class _Process:
    service: TaxService = field(default_factory=NoService)


_process = _Process()


def use_taxes(service: TaxService) -> None:
    """Says once, where a process starts, who knows the taxes of what Milepost sells."""
    _process.service = service


def quoted(db: Unit, seller: Organization, buyer: Organization, lines: Sequence[SaleLine]) -> Sequence[TaxQuote]:
    """One quote for each line, as of today; refuses PROVIDER_UNAVAILABLE while nobody can tell."""
    parties = (Party(seller.id, seller.country), Party(buyer.id, buyer.country))
    quotes = _process.service.quote(*parties, [line.tax_code for line in lines], db.at.date())
    if quotes is None:
        raise unavailable()
    return quotes
