"""Who sees what an organization is billed for: its billing readers, and staff."""

from collections.abc import Callable

from sqlalchemy import Table, false, true

from domain.actors import Actor
from domain.permissions import Permission
from planner.edges import Condition


def visible_to_payer(table: Table) -> Callable[[Actor], Condition]:
    """For tables whose rows say whose they are in `organization_id`."""

    def visible_to(viewer: Actor) -> Condition:
        if viewer.may(Permission.STAFF_READ) or viewer.may(Permission.STAFF_MONEY):
            return true()
        if viewer.organization_id is None or not viewer.may(Permission.BILLING_READ):
            return false()
        return table.c.organization_id == viewer.organization_id

    return visible_to
