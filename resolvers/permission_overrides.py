"""Overrides: giving one member a permission, or taking one from them, whatever their role says."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain import permission_overrides as rules
from domain.permission_overrides import OverrideEffect
from domain.refusals import not_found
from persistence import api_keys, memberships
from persistence import permission_overrides as overrides
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

OF_MEMBERSHIP, SET_BY = overrides.OF_MEMBERSHIP, overrides.SET_BY


async def prepare_override(context: Context, **arguments: Any) -> dict[str, Any]:
    """Overrides lapse on real time, as sessions do."""
    return arguments | {"real": datetime.now(UTC)}


async def set_permission_override(
    db: Unit,
    *,
    membership_id: UUID,
    permission: str,
    effect: OverrideEffect | None,
    reason: str | None,
    expires_at: datetime | None,
    real: datetime,
) -> Changed:
    membership, _ = await memberships.for_member_change(db, membership_id)
    await api_keys.require_for_others(db, membership.user_id)
    named = rules.permission_named(permission, "permission")
    rules.check_override(membership, named, effect, expires_at, by=db.by, real=real)
    override = await overrides.for_setting(db, membership.id, named)
    if effect is None:
        if override is None:
            raise not_found("override", "permission")
        override.lift(by=db.by, at=db.at)
        await db.session.delete(override)
        return Changed(membership=membership, override=None)
    if override is None:
        override = rules.override_of(membership, named)
    override.set(effect, reason, expires_at, by=db.by, at=db.at)
    db.add(override)
    return Changed(membership=membership, override=override)
