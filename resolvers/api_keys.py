"""API keys: making them, replacing them by others, and ending them. The secret is in the answer and nowhere else."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain import api_keys as rules
from domain.api_keys import LONGEST_OVERLAP, KeyTerms, KeyText
from domain.checks import Checks
from persistence import api_keys
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

LIST, ITSELF = api_keys.LIST, api_keys.ITSELF
ORGANIZATION, CREATED_BY, SUCCESSOR = api_keys.ORGANIZATION, api_keys.CREATED_BY, api_keys.SUCCESSOR


async def prepare_key(context: Context, **arguments: Any) -> dict[str, Any]:
    """Adds a fresh key of this kind of place, and when in real time."""
    text = rules.new_key(is_sandbox=context.platform.is_sandbox)
    return arguments | {"text": text, "real": context.visit().at}


async def create_api_key(
    db: Unit,
    *,
    name: str,
    scopes: list[str],
    allowed_ips: list[str] | None,
    expires_at: datetime | None,
    text: KeyText,
    real: datetime,
) -> Changed:
    terms = KeyTerms(name=name, scopes=scopes, allowed_ips=allowed_ips, expires_at=expires_at)
    key = rules.create(db.by.require_organization(), text, terms, by=db.by, at=db.at, real=real)
    db.add(key)
    return Changed(key=key, secret=text.whole)


async def rotate_api_key(db: Unit, *, key_id: UUID, overlap_hours: int, text: KeyText, real: datetime) -> Changed:
    checks = Checks()
    checks.whole("overlapHours", overlap_hours, least=0, most=LONGEST_OVERLAP // timedelta(hours=1))
    checks.refuse()
    former = await api_keys.for_change(db, key_id)
    key = former.rotate(text, timedelta(hours=overlap_hours), by=db.by, at=db.at, real=real)
    db.add(key)
    return Changed(key=key, former=former, secret=text.whole)


async def revoke_api_key(db: Unit, *, key_id: UUID) -> Changed:
    key = await api_keys.for_change(db, key_id)
    key.revoke(by=db.by, at=db.at)
    return Changed(key=key)
