"""Meters: what is counted of the usage of a catalogue's products, and how events add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.catalogue import Catalogue, check_code
from domain.checks import Checks
from domain.events import Recorder
from domain.ids import new_id
from domain.states import Versioned


class Aggregation(Enum):
    """How the events of a period become one quantity."""

    SUM = "SUM"
    MAX = "MAX"
    UNIQUE_COUNT = "UNIQUE_COUNT"


@dataclass(eq=False, kw_only=True)
class Meter(Recorder, Versioned):
    """Never changes: what it has counted would mean something else."""

    SUBJECT: ClassVar[str] = "meter"

    id: UUID
    app_id: UUID | None
    owner_organization_id: UUID | None
    code: str
    aggregation: Aggregation

    def concerned_organizations(self) -> list[UUID]:
        return [] if self.owner_organization_id is None else [self.owner_organization_id]


def create(given: Mapping[str, Any], catalogue: Catalogue, *, by: Actor, at: datetime) -> Meter:
    """A new meter of a catalogue."""
    checks = Checks()
    check_code(checks, given["code"])
    checks.refuse()
    meter = Meter(
        id=new_id(),
        app_id=catalogue.app_id,
        owner_organization_id=catalogue.owner_organization_id,
        code=given["code"],
        aggregation=given["aggregation"],
    )
    meter.record("created", by=by, at=at, data={"code": meter.code})
    return meter
