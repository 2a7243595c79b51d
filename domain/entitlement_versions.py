"""Versions of what organizations may use in a catalogue, which tell whether a set that is known is still true."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.events import Recorder

MILEPOSTS = UUID(int=1)
"""The topic of what changes in Milepost's own catalogue, which has no app to name."""


@dataclass(eq=False, kw_only=True)
class EntitlementVersion(Recorder):
    """Of one organization in one catalogue; without an organization, of the catalogue itself."""

    SUBJECT: ClassVar[str] = "entitlements"

    id: UUID
    organization_id: UUID | None
    app_id: UUID | None
    version: int

    def concerned_organizations(self) -> Iterable[UUID]:
        return () if self.organization_id is None else (self.organization_id,)

    def concerned_objects(self) -> Iterable[UUID | None]:
        return (topic_of(self.app_id),)

    def raised(self, *, by: Actor, at: datetime) -> None:
        names = {"organizationId": self.organization_id, "appId": self.app_id}
        data = {name: str(id_) for name, id_ in names.items() if id_ is not None}
        self.record("changed", by=by, at=at, data={**data, "entitlementsVersion": str(self.version)})


def topic_of(app_id: UUID | None) -> UUID:
    """What feeds follow to learn of a catalogue."""
    return app_id or MILEPOSTS
