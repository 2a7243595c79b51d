"""Overrides of permissions as clients see them."""

from datetime import datetime
from typing import Any

import strawberry

from domain import permission_overrides as domain
from domain.permission_overrides import OverrideEffect
from resolvers import permission_overrides as resolve
from schema.connections import one
from schema.enums import describe
from schema.shapes import Node, plain, shows
from schema.users import User

describe(
    OverrideEffect,
    "What an override does.",
    ALLOW="The member has the permission, whatever their role says.",
    DENY="The member lacks it, whatever their role says.",
)


@shows(domain.PermissionOverride, "A permission that one member has, or lacks, whatever their role says.")
class PermissionOverride(Node):
    effect: OverrideEffect = plain("What it does.")
    reason: str = plain("Why.")
    expires_at: datetime | None = plain("When it lapses, in real time; null: not by itself.")
    set_by: User | None = one(resolve.SET_BY, User, "The person who set it last, for those who may know them.")
    version: int = plain("Counts the committed changes, from 1.")
    created_at: datetime = plain("When there was one first.")
    updated_at: datetime = plain("When it was set last.")

    @strawberry.field(description="The permission, such as work:write.")
    def permission(self: Any) -> str:
        return str(self.permission.value)
