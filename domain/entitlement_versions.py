"""Versions of what organizations may use in a catalogue, which tell whether a set that is known is still true."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.actors import Actor
from domain.events import Recorder

_SETS = UUID("00dc6acf-ac00-7000-8000-000000000000")


@dataclass(eq=False, kw_only=True)
class EntitlementVersion(Recorder):
    """Of one organization in one catalogue; without an organization, of the catalogue itself. `id` says of which."""

    SUBJECT: ClassVar[str] = "entitlements"

    id: UUID
    organization_id: UUID | None
    app_id: UUID | None
    version: int

    def concerned_organizations(self) -> Iterable[UUID]:
        return () if self.organization_id is None else (self.organization_id,)

    def concerned_objects(self) -> Iterable[UUID | None]:
        return (self.app_id,)

    def raised(self, *, by: Actor, at: datetime) -> None:
        names = {"organizationId": self.organization_id, "appId": self.app_id}
        data = {name: str(id_) for name, id_ in names.items() if id_ is not None}
        self.record("changed", by=by, at=at, data={**data, "entitlementsVersion": str(self.version)})


def id_of(organization_id: UUID | None, app_id: UUID | None) -> UUID:
    """The id of a version, which its feeds follow: known before there is one."""
    return uuid5(_SETS, f"{organization_id or ''}/{app_id or ''}")
