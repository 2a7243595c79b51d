"""Queries of status history. An entry is reached through its object only, so the object's visibility is its own."""

from sqlalchemy import true

from domain.history import HistoryEntry
from persistence.organizations import ORGANIZATIONS
from persistence.tables.platform import status_changes
from persistence.users import USERS
from planner.edges import Connection, One, Source

HISTORY = Source(HistoryEntry, status_changes, lambda viewer: true())

LIST = Connection(HISTORY, orders={"AT": status_changes.c.id}, default_order=(("AT", False),), column="subject_id")
USER = One(USERS, "actor_user_id")
ORGANIZATION = One(ORGANIZATIONS, "actor_organization_id")
