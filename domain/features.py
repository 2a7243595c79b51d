"""Features: what a product can switch on, or limit, or count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.catalogue import MAX_NAME, Catalogue, CatalogueStatus, OfCatalogue, check_code, kept_by
from domain.checks import Checks
from domain.ids import new_id
from domain.states import Move


class FeatureKind(Enum):
    """What having a feature means."""

    BOOLEAN = "BOOLEAN"
    LIMIT = "LIMIT"
    METERED = "METERED"


class FeatureReset(Enum):
    """When what was used of a limit begins at 0 again."""

    CALENDAR_MONTH = "CALENDAR_MONTH"
    BILLING_PERIOD = "BILLING_PERIOD"
    NEVER = "NEVER"


@dataclass(eq=False, kw_only=True)
class Feature(OfCatalogue):
    """Code and kind never change: what was copied to subscriptions is known by them."""

    SUBJECT: ClassVar[str] = "feature"
    MOVES: ClassVar[tuple[Move, ...]] = kept_by("archiveFeature", CatalogueStatus.ARCHIVED)

    id: UUID
    code: str
    name: str
    kind: FeatureKind
    reset: FeatureReset

    def archive(self, *, by: Actor, at: datetime) -> None:
        """No product can be given it any more; those that have it keep it."""
        self.move_to("archiveFeature", by=by, at=at)
        self.record("archived", by=by, at=at, data={"code": self.code})


def create(given: Mapping[str, Any], catalogue: Catalogue, *, by: Actor, at: datetime) -> Feature:
    """A new feature of a catalogue. Refuses INVALID naming every wrong field."""
    kind, reset = given["kind"], given["reset"]
    checks = Checks()
    check_code(checks, given["code"])
    checks.line("name", given["name"], least=1, most=MAX_NAME)
    counts = kind is FeatureKind.LIMIT or reset is FeatureReset.NEVER
    checks.require(counts, "Only what has a LIMIT begins at 0 again: leave it at NEVER.", "reset")
    checks.refuse()
    feature = Feature(
        id=new_id(),
        app_id=catalogue.app_id,
        owner_organization_id=catalogue.owner_organization_id,
        code=given["code"],
        name=given["name"].strip(),
        kind=kind,
        reset=reset,
    )
    feature.born(CatalogueStatus.ACTIVE, action="createFeature", by=by, at=at)
    feature.record("created", by=by, at=at, data={"code": feature.code})
    return feature
