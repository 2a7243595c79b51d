"""Tariffs: what Milepost's own actions cost in credits."""

from datetime import datetime

from domain.credit_tariffs import set_tariff
from persistence import credit_tariffs
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, SET_BY = credit_tariffs.LIST, credit_tariffs.SET_BY


async def set_credit_tariff(db: Unit, *, action_code: str, credits: int, starts_at: datetime | None = None) -> Changed:
    tariff = set_tariff(action_code, credits, starts_at, by=db.by, at=db.at)
    db.add(tariff)
    return Changed(tariff=tariff)
