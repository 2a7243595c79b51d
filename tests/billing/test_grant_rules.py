"""Grants and promotions of features: who decides, what they need, and how they end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import feature_promotions as promotions
from domain.actors import SYSTEM, Actor, ActorKind
from domain.catalogue import Catalogue
from domain.entitlement_grants import EntitlementGrant, GivenFeature, GrantReason, GrantStatus, grant
from domain.feature_promotions import Audience, FeaturePromotion, FeaturePromotionStatus
from domain.features import Feature, FeatureKind, FeatureReset, create
from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused

AT = datetime(2027, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
OWNER, OTHER = new_id(), new_id()
STAFF = Actor(kind=ActorKind.USER, user_id=new_id(), permissions=frozenset({Permission.STAFF_GRANTS}))


def developer(organization_id: Any) -> Actor:
    may = frozenset({Permission.APPS_DEVELOP})
    return Actor(kind=ActorKind.USER, user_id=new_id(), organization_id=organization_id, permissions=may)


def feature(catalogue: Catalogue | None = None, kind: FeatureKind = FeatureKind.LIMIT) -> Feature:
    given = {"code": "gigs.open", "name": "Open gigs", "kind": kind, "reset": FeatureReset.NEVER}
    made = create(given, catalogue or Catalogue(), by=SYSTEM, at=AT)
    made.take_events()
    return made


OF_APP = Catalogue(app_id=new_id(), owner_organization_id=OWNER)
MONTH = GivenFeature(value=5, starts_at=AT, ends_at=AT + 30 * DAY)


def granted(
    of: Feature | None = None, time: GivenFeature = MONTH, by: Actor = STAFF, **changes: Any
) -> EntitlementGrant:
    given: dict[str, Any] = {"overlapping": [], "reason": "Their import failed twice", "at": AT} | changes
    return grant(new_id(), of or feature(), time, GrantReason.COMPENSATION, given.pop("reason"), by=by, **given)


def refusal(attempt: Any, *args: Any, **more: Any) -> tuple[RefusalCode, tuple[str, ...]]:
    with pytest.raises(Refused) as refused:
        attempt(*args, **more)
    return refused.value.code, tuple(refused.value.refusal.path)


def test_a_grant_is_scheduled_active_and_expired_by_time_alone() -> None:
    made = granted(time=replace(MONTH, starts_at=AT + DAY))
    wanted = [
        (AT, GrantStatus.SCHEDULED),
        (AT + DAY, GrantStatus.ACTIVE),
        (AT + 30 * DAY, GrantStatus.EXPIRED),
    ]
    assert [(at, made.status_at(at)) for at, _ in wanted] == wanted
    assert [event.type for event in made.take_events()] == ["entitlement.granted"]


def test_billing_rule_29_an_overlapping_grant_is_a_conflict() -> None:
    assert refusal(granted, overlapping=[granted()]) == (RefusalCode.CONFLICT, ())


def test_billing_rule_29_revoking_twice_is_a_wrong_state() -> None:
    made = granted()
    made.revoke("They found another way", by=STAFF, at=AT + DAY)
    assert (made.status_at(AT), made.revoked_by, made.revoke_reason) == (
        GrantStatus.REVOKED,
        STAFF.user_id,
        "They found another way",
    )
    assert refusal(made.revoke, "They found another way", by=STAFF, at=AT + DAY) == (RefusalCode.WRONG_STATE, ())
    assert [event.type for event in made.take_events()] == ["entitlement.granted", "entitlement.revoked"]


def test_an_expired_grant_cannot_be_revoked() -> None:
    assert refusal(granted().revoke, "Much too late for this", by=STAFF, at=AT + 30 * DAY)[0] is RefusalCode.WRONG_STATE


@pytest.mark.parametrize("reason", ["", "     ", " no  ", "x" * 501])
def test_billing_rule_29_a_blank_reason_is_invalid(reason: str) -> None:
    assert refusal(granted, reason=reason) == (RefusalCode.INVALID, ("reason",))
    assert refusal(granted().revoke, reason, by=STAFF, at=AT) == (RefusalCode.INVALID, ("reason",))


@pytest.mark.parametrize("ends_at", [AT, AT - DAY, AT + DAY])
def test_a_grant_ends_after_it_starts_and_ahead_of_now(ends_at: datetime) -> None:
    time = GivenFeature(value=None, starts_at=AT + DAY, ends_at=ends_at)
    assert refusal(granted, time=time) == (RefusalCode.INVALID, ("endsAt",))


def test_only_limits_have_a_value_and_none_is_unlimited() -> None:
    assert granted(time=replace(MONTH, value=None)).value is None
    assert refusal(granted, feature(kind=FeatureKind.BOOLEAN)) == (RefusalCode.INVALID, ("value",))
    assert refusal(granted, time=replace(MONTH, value=-1)) == (RefusalCode.INVALID, ("value",))


def test_staff_give_every_feature_and_developers_those_of_their_own_apps() -> None:
    assert granted(feature(OF_APP), by=developer(OWNER)).owner_organization_id == OWNER
    assert granted(feature(OF_APP)).app_id == OF_APP.app_id
    for by, of in ((developer(OTHER), feature(OF_APP)), (developer(OWNER), feature())):
        assert refusal(granted, of, by=by)[0] is RefusalCode.FORBIDDEN
    assert refusal(granted().revoke, "It is not ours at all", by=developer(OWNER), at=AT)[0] is RefusalCode.FORBIDDEN


EVERYBODY = Audience(kinds=frozenset({OrganizationKind.CLIENT}))


def promoted(audience: Audience = EVERYBODY, time: GivenFeature = MONTH, by: Actor = STAFF) -> FeaturePromotion:
    return promotions.create(feature(), audience, time, known=[OWNER], by=by, at=AT)


def test_a_promotion_is_over_with_its_time_or_when_it_is_ended() -> None:
    made = promoted()
    assert [made.status_at(at) for at in (AT, AT + 30 * DAY)] == [
        FeaturePromotionStatus.ACTIVE,
        FeaturePromotionStatus.ENDED,
    ]
    made.end(by=STAFF, at=AT + DAY)
    assert made.status_at(AT + DAY) is FeaturePromotionStatus.ENDED
    assert refusal(made.end, by=STAFF, at=AT + DAY)[0] is RefusalCode.WRONG_STATE
    assert refusal(promoted().end, by=STAFF, at=AT + 30 * DAY)[0] is RefusalCode.WRONG_STATE


def test_a_promotion_is_for_somebody_that_there_is() -> None:
    assert refusal(promoted, Audience()) == (RefusalCode.INVALID, ("audience", "kinds"))
    stranger = Audience(organization_ids=frozenset({OWNER, OTHER}))
    assert refusal(promoted, stranger) == (RefusalCode.INVALID, ("audience", "organizationIds"))
    assert promoted(Audience(organization_ids=frozenset({OWNER}))).organization_ids == [OWNER]


def test_only_staff_promote_what_is_milepost_s() -> None:
    assert refusal(promoted, by=developer(OWNER))[0] is RefusalCode.FORBIDDEN
    assert refusal(promoted().end, by=developer(OWNER), at=AT)[0] is RefusalCode.FORBIDDEN
