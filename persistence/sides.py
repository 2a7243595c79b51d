"""What belongs to the two sides of a project: each side reads all of it, nobody else does."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, false, or_, true

from domain.permissions import Permission
from planner.edges import Condition


def visible_to_sides(table: Table) -> Callable[[Any], Condition]:
    """Rows whose client or freelancer organization the viewer reads the work of; staff read all."""

    def visible_to(viewer: Any) -> Condition:
        if viewer.may(Permission.STAFF_READ):
            return true()
        if viewer.organization_id is None or not viewer.may(Permission.WORK_READ):
            return false()
        mine = viewer.organization_id
        return or_(table.c.client_organization_id == mine, table.c.freelancer_organization_id == mine)

    return visible_to
