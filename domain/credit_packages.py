"""Credit packages: how many credits are sold together, how long they last and what is carried into the next month."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.ids import new_id
from domain.permissions import Permission
from domain.refusals import wrong_state
from domain.states import Move, Side, Stateful

DEFAULT_VALIDITY_DAYS = 365
"""How long bought credits last, unless the package says otherwise; also those of a free quantity."""

MAX_CREDITS = 1_000_000_000
MAX_VALIDITY_DAYS = 3650
MAX_FEATURES, MAX_FEATURE = 20, 120
MAX_SORT_ORDER = 1_000_000
_CODE = re.compile(r"[a-z][a-z0-9_.]{1,63}")


class CreditPackageStatus(Enum):
    """Whether a package can be bought."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


_S = CreditPackageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageTerms:
    """What staff say of a new package; its prices are those of its product."""

    code: str
    name: str
    credits: int
    validity_days: int | None
    rollover_enabled: bool
    rollover_cap: int | None
    features: Sequence[str]
    featured: bool
    sort_order: int


@dataclass(eq=False, kw_only=True)
class CreditPackage(Stateful):
    """So many credits for one price. It never changes but that it is archived: a new size is a new package."""

    SUBJECT: ClassVar[str] = "credit_package"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("archiveCreditPackage", (_S.ACTIVE,), _S.ARCHIVED, Side.STAFF, Permission.STAFF_CATALOGUE),
    )

    id: UUID
    product_id: UUID
    """What is sold: a product of the kind CREDIT_PACKAGE, whose prices are the package's."""
    code: str
    name: str
    credits: int
    validity_days: int | None
    """How long they last once paid; None: for ever."""
    rollover_enabled: bool
    rollover_cap: int
    """How many credits of a month are carried into the next one at most."""
    features: list[str]
    featured: bool
    sort_order: int
    status: CreditPackageStatus = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        return None

    def concerned_organizations(self) -> list[UUID]:
        """Packages are nobody's own: whoever is interested reads them."""
        return []

    def require_on_sale(self) -> None:
        if self.status is not CreditPackageStatus.ACTIVE:
            message = "This package is not sold any more. Choose one of those that creditPackages shows."
            raise wrong_state(message, from_state=self.status.name, allowed=[CreditPackageStatus.ACTIVE.name])

    def archive(self, *, by: Actor, at: datetime) -> None:
        """Nobody buys it from now on; what was bought stays as it is."""
        self.move_to("archiveCreditPackage", by=by, at=at)
        self.record("archived", by=by, at=at)


def expiry_of(validity_days: int | None, *, paid_at: datetime) -> datetime | None:
    """When credits end that were paid at that instant."""
    return None if validity_days is None else paid_at + timedelta(days=validity_days)


def create_package(product_id: UUID, terms: PackageTerms, *, by: Actor, at: datetime) -> CreditPackage:
    """A package on sale; refuses INVALID naming everything that is out of its limits."""
    _check(terms)
    package = CreditPackage(
        id=new_id(),
        product_id=product_id,
        code=terms.code,
        name=terms.name.strip(),
        credits=terms.credits,
        validity_days=terms.validity_days,
        rollover_enabled=terms.rollover_enabled,
        rollover_cap=terms.credits if terms.rollover_cap is None else terms.rollover_cap,
        features=[feature.strip() for feature in terms.features],
        featured=terms.featured,
        sort_order=terms.sort_order,
    )
    package.born(CreditPackageStatus.ACTIVE, action="createCreditPackage", by=by, at=at)
    package.record("created", by=by, at=at)
    return package


def _check(terms: PackageTerms) -> None:
    checks = Checks()
    known = _CODE.fullmatch(terms.code) is not None
    checks.require(known, "Give 2 to 64 small letters, digits, dots or underscores, a letter first.", "code")
    checks.line("name", terms.name, least=1, most=120)
    checks.whole("credits", terms.credits, least=1, most=MAX_CREDITS)
    checks.whole("validityDays", terms.validity_days, least=1, most=MAX_VALIDITY_DAYS)
    checks.whole("rolloverCap", terms.rollover_cap, least=0, most=MAX_CREDITS)
    checks.texts("features", terms.features, most=MAX_FEATURES, length=MAX_FEATURE)
    checks.whole("sortOrder", terms.sort_order, least=0, most=MAX_SORT_ORDER)
    checks.refuse()
