"""What belongs to the two sides of a project: each side reads all of it and finds it by its own part in it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, false, or_, true

from domain.permissions import Permission
from domain.sides import ProjectSide
from planner.edges import ByViewer, Condition


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


def on_side(table: Table) -> ByViewer:
    """The filter for rows in which the viewer's organization is that party."""
    columns = {
        ProjectSide.CLIENT: table.c.client_organization_id,
        ProjectSide.FREELANCER: table.c.freelancer_organization_id,
    }
    return ByViewer(lambda viewer, side: columns[side] == viewer.organization_id)
