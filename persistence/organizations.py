"""Queries of organizations."""

from sqlalchemy import true

from domain.actors import Actor
from domain.organizations import Organization
from persistence.tables.identity import organizations
from planner.edges import Condition, Source


def visible_to(viewer: Actor) -> Condition:
    """Names of organizations are public to whoever is signed in; what is private is guarded field by field."""
    return true()


ORGANIZATIONS = Source(Organization, organizations, visible_to)
