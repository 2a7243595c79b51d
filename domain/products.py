"""Products: what a catalogue sells, and the features that come with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.catalogue import (
    MAX_COUNT,
    MAX_DESCRIPTION,
    MAX_NAME,
    Catalogue,
    CatalogueStatus,
    OfCatalogue,
    check_code,
    kept_by,
)
from domain.checks import Checks
from domain.features import Feature, FeatureKind
from domain.ids import new_id
from domain.refusals import not_found
from domain.states import Move

MAX_FEATURES, MAX_TAX_CODE = 100, 40


class ProductKind(Enum):
    """What a product is to whoever buys it."""

    PLAN = "PLAN"
    ADD_ON = "ADD_ON"
    ONE_OFF = "ONE_OFF"
    CREDIT_PACKAGE = "CREDIT_PACKAGE"


class FeatureMode(Enum):
    """How the value of a limit meets those of other sources: the highest SET, plus every ADD."""

    SET = "SET"
    ADD = "ADD"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureTerms:
    """What a product shall have of a feature; no value is unlimited."""

    feature_id: UUID
    value: int | None
    mode: FeatureMode


@dataclass(eq=False, kw_only=True)
class ProductFeature:
    """What a product has of a feature."""

    id: UUID
    product_id: UUID
    feature_id: UUID
    position: int
    value: int | None
    mode: FeatureMode


@dataclass(eq=False, kw_only=True)
class Product(OfCatalogue):
    """Whoever holds an archived product keeps it; nobody else can buy it."""

    SUBJECT: ClassVar[str] = "product"
    MOVES: ClassVar[tuple[Move, ...]] = (
        *kept_by("updateProduct"),
        *kept_by("createPrice"),
        *kept_by("archiveProduct", CatalogueStatus.ARCHIVED),
    )

    id: UUID
    code: str
    name: str
    description: str | None
    kind: ProductKind
    tax_code: str | None
    revoke_on_partial_refund: bool

    def change(self, given: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
        """What open subscriptions have was copied when their period opened: they get the change with the next one."""
        self.check("updateProduct", by=by)
        _check(given)
        for name, value in _stripped(given).items():
            setattr(self, name, value)
        self.record("updated", by=by, at=at)

    def archive(self, *, by: Actor, at: datetime) -> None:
        self.move_to("archiveProduct", by=by, at=at)
        self.record("archived", by=by, at=at, data={"code": self.code})


def create(given: Mapping[str, Any], catalogue: Catalogue, *, by: Actor, at: datetime) -> Product:
    """A new product of a catalogue. Refuses INVALID naming every wrong field."""
    _check(given)
    product = Product(
        id=new_id(),
        app_id=catalogue.app_id,
        owner_organization_id=catalogue.owner_organization_id,
        **_stripped(given),
    )
    product.born(CatalogueStatus.ACTIVE, action="createProduct", by=by, at=at)
    product.record("created", by=by, at=at, data={"code": product.code})
    return product


def has_features(
    product: Product, terms: Sequence[FeatureTerms], known: Mapping[UUID, Feature]
) -> list[ProductFeature]:
    """All that the product has from now on; `known` are the ACTIVE features of its catalogue."""
    checks = Checks()
    checks.count("features", terms, most=MAX_FEATURES)
    checks.require(len({one.feature_id for one in terms}) == len(terms), "Name each feature once.", "features")
    for position, one in enumerate(terms):
        with checks.within("features", str(position)):
            feature = known.get(one.feature_id)
            if feature is None:
                raise not_found("ACTIVE feature of this catalogue", "features", str(position), "featureId")
            _check_value(checks, feature, one)
    checks.refuse()
    return [
        ProductFeature(
            id=new_id(),
            product_id=product.id,
            feature_id=one.feature_id,
            position=position,
            value=one.value,
            mode=one.mode,
        )
        for position, one in enumerate(terms, start=1)
    ]


def _check_value(checks: Checks, feature: Feature, terms: FeatureTerms) -> None:
    if feature.kind is FeatureKind.LIMIT:
        checks.whole("value", terms.value, least=0, most=MAX_COUNT)
    else:
        checks.require(terms.value is None, "Only a LIMIT has a value.", "value")


def _check(given: Mapping[str, Any]) -> None:
    checks = Checks()
    if "code" in given:
        check_code(checks, given["code"])
    if "name" in given:
        checks.line("name", given["name"] or "", least=1, most=MAX_NAME)
    checks.text("description", given.get("description"), most=MAX_DESCRIPTION)
    checks.line("taxCode", given.get("tax_code"), most=MAX_TAX_CODE)
    checks.refuse()


def _stripped(given: Mapping[str, Any]) -> dict[str, Any]:
    """Texts without the blanks around them; an empty one is none."""
    return {name: (value.strip() or None) if isinstance(value, str) else value for name, value in given.items()}
