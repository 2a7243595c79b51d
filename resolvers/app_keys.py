"""Keys of apps: what their backends show. What they may do is decided by who has let the app in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.api_keys import KeyTerms, KeyText, create
from persistence import apps
from persistence.unit import Unit
from resolvers.api_keys import prepare_key
from resolvers.apps import prepare_fields
from resolvers.context import Context
from resolvers.mutations import Changed


async def prepare_app_key(context: Context, **arguments: Any) -> dict[str, Any]:
    return await prepare_fields(context, **await prepare_key(context, **arguments))


async def create_app_key(
    db: Unit,
    *,
    app_id: UUID,
    name: str,
    allowed_ips: list[str] | None,
    expires_at: datetime | None,
    text: KeyText,
    real: datetime,
    is_sandbox: bool,
) -> Changed:
    app = await apps.for_change(db, app_id)
    app.check_key(is_sandbox=is_sandbox, by=db.by)
    terms = KeyTerms(name=name, scopes=(), allowed_ips=allowed_ips, expires_at=expires_at, app_id=app.id)
    key = create(app.owner_organization_id, text, terms, by=db.by, at=db.at, real=real)
    db.add(key)
    return Changed(key=key, secret=text.whole)
