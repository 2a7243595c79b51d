"""What all parts of a catalogue share: whose it is, the codes in it, and that nothing in it is ever deleted."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.checks import Checks
from domain.permissions import Permission
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful

_CODE = re.compile(r"[a-z][a-z0-9_.]{1,63}")
MAX_NAME, MAX_DESCRIPTION = 120, 2000
MAX_COUNT = 10**15
"""The largest limit, tier or number of credits; sums of them never overflow 64 bits."""


class CatalogueStatus(Enum):
    """Whether a part of a catalogue can be chosen for something new."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Milepost's own catalogue, or that of an app, whose owner's developers keep it."""

    app_id: UUID | None = None
    owner_organization_id: UUID | None = None


@dataclass(eq=False, kw_only=True)
class OfCatalogue(Stateful):
    """A part of a catalogue. Staff may keep every catalogue, an organization those of its apps."""

    app_id: UUID | None
    owner_organization_id: UUID | None
    """Whose app it is; none in Milepost's own catalogue."""
    status: CatalogueStatus = field(init=False)

    MOVES: ClassVar[tuple[Move, ...]]

    def organization_of(self, side: Side) -> UUID | None:
        return self.owner_organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        """The owner of the app; of Milepost's own catalogue staff learn."""
        return [] if self.owner_organization_id is None else [self.owner_organization_id]

    @property
    def is_active(self) -> bool:
        return self.status is CatalogueStatus.ACTIVE


def kept_by(action: str, target: CatalogueStatus | None = None) -> tuple[Move, ...]:
    """The moves of what can be done with an ACTIVE part of a catalogue, by staff and by the owner of the app."""
    sources = (CatalogueStatus.ACTIVE,)
    return (
        Move(action, sources, target, Side.STAFF, Permission.STAFF_CATALOGUE),
        Move(action, sources, target, Side.OWNER, Permission.APPS_DEVELOP),
    )


def check_code(checks: Checks, code: str) -> None:
    shape = "Give 2 to 64 characters of a-z, 0-9, _ and ., beginning with a letter."
    checks.require(_CODE.fullmatch(code) is not None, shape, "code")


def archived(what: str) -> Refused:
    """The refusal to use what holders keep and nobody else can choose any more."""
    state = CatalogueStatus.ARCHIVED.name
    return wrong_state(
        f"This {what} is archived: choose another one.", from_state=state, allowed=[CatalogueStatus.ACTIVE.name]
    )
