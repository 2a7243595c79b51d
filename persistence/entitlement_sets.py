"""Sets of entitlements as the database has them: rows of everything that gives a feature, as sources with intervals."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from domain.billing_subscriptions import SubscriptionStatus
from domain.entitlement_intervals import (
    Interval,
    SubscriptionFacts,
    of_base,
    of_grant,
    of_promotion,
    of_purchase,
    of_subscription,
)
from domain.entitlements import EntitlementSet, EntitlementSource, FeatureSources, SourceKind
from domain.features import FeatureKind, FeatureReset
from domain.products import FeatureMode

SET = Path(__file__).with_suffix(".sql").read_text()

_Given = Iterator[tuple[UUID, EntitlementSource]]
"""Sources by the feature that they give."""
_Row = dict[str, Any]


def set_of(record: Sequence[Any]) -> EntitlementSet:
    """The set in what the statement has found."""
    kind, version, catalogue_version, *documents = record
    features, subscriptions, purchases, grants, promotions, base = (orjson.loads(one or "[]") for one in documents)
    by_feature: dict[UUID, list[EntitlementSource]] = defaultdict(list)
    found = _subscribed(subscriptions), _bought(purchases), _granted(grants), _promoted(promotions), _based(base)
    for feature_id, source in chain.from_iterable(found):
        by_feature[feature_id].append(source)
    return EntitlementSet(
        key=(kind, version, catalogue_version),
        features={row["code"]: _feature(row, by_feature[UUID(row["id"])]) for row in features},
    )


def _feature(row: _Row, sources: list[EntitlementSource]) -> FeatureSources:
    return FeatureSources(
        feature_id=UUID(row["id"]),
        code=row["code"],
        kind=FeatureKind(row["kind"]),
        reset=FeatureReset(row["reset"]),
        sources=tuple(sources),
    )


def _subscribed(rows: list[_Row]) -> _Given:
    for row in rows:
        facts = SubscriptionFacts(
            status=SubscriptionStatus(row["status"]),
            starts_at=datetime.fromisoformat(row["starts_at"]),
            period_ends_at=_instant(row["period_ends_at"]),
            trial_ends_at=_instant(row["trial_ends_at"]),
            ends_at=_instant(row["ends_at"]),
            past_due_at=_instant(row["past_due_at"]),
            grace_days=row["grace_days"],
            was_paid=row["was_paid"],
            is_taken_back=row["is_taken_back"],
        )
        interval = of_subscription(facts)
        if interval is not None:
            seats = None if row["seats"] is None else frozenset(UUID(user_id) for user_id in row["seats"])
            yield from _copied(SourceKind.SUBSCRIPTION, row, interval, seats)


def _bought(rows: list[_Row]) -> _Given:
    for row in rows:
        starts_at, ends_at = datetime.fromisoformat(row["starts_at"]), _instant(row["ends_at"])
        interval = of_purchase(starts_at, ends_at, is_taken_back=row["is_taken_back"])
        yield from _copied(SourceKind.PURCHASE, row, interval)


def _copied(kind: SourceKind, row: _Row, interval: Interval, seats: frozenset[UUID] | None = None) -> _Given:
    """What a product has, as it was copied when it was sold."""
    for one in row["features"]:
        mode = FeatureMode(one["mode"])
        id_ = UUID(row["id"])
        yield (
            UUID(one["featureId"]),
            EntitlementSource(kind=kind, id=id_, value=one["value"], mode=mode, seats=seats, **interval),
        )


def _granted(rows: list[_Row]) -> _Given:
    for row in rows:
        starts_at, ends_at = datetime.fromisoformat(row["starts_at"]), _instant(row["ends_at"])
        yield _set_by(SourceKind.GRANT, row, of_grant(starts_at, ends_at, _instant(row["revoked_at"])))


def _promoted(rows: list[_Row]) -> _Given:
    for row in rows:
        starts_at, ends_at = datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"])
        yield _set_by(SourceKind.PROMOTION, row, of_promotion(starts_at, ends_at, _instant(row["ended_at"])))


def _based(rows: list[_Row]) -> _Given:
    """What the free plan has now: an edit of it reaches everybody at once."""
    for row in rows:
        yield from _copied(SourceKind.BASE, row, of_base(datetime.fromisoformat(row["starts_at"])))


def _set_by(kind: SourceKind, row: _Row, interval: Interval) -> tuple[UUID, EntitlementSource]:
    source = EntitlementSource(kind=kind, id=UUID(row["id"]), value=row["value"], **interval)
    return UUID(row["feature_id"]), source


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
