"""Grants and promotions of features, as staff and the developers of apps make them."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain import entitlement_grants as domain
from domain import feature_promotions
from domain.entitlement_grants import GrantReason, GrantStatus
from domain.feature_promotions import Audience, FeaturePromotionStatus
from domain.organizations import OrganizationKind
from resolvers import entitlement_grants as resolve
from resolvers.context import Context
from schema.connections import computed, connection, one, order_input
from schema.enums import describe
from schema.ids import global_id
from schema.inputs import an_id, ids, optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Int64
from schema.shapes import Node, plain, shows
from schema.users import User

describe(
    GrantReason,
    "Why a feature is given.",
    COMPENSATION="Something went wrong.",
    PARTNERSHIP="It was agreed with a partner.",
    TRIAL_EXTENSION="A trial needed more time.",
    TEST="Somebody tries something out.",
    OTHER="Another reason, which is written down.",
)
describe(
    GrantStatus,
    "Where a grant stands; all but REVOKED follows from time.",
    SCHEDULED="It begins later.",
    ACTIVE="It counts.",
    EXPIRED="Its time is over.",
    REVOKED="It was taken back, for good.",
)
describe(
    FeaturePromotionStatus,
    "Whether a promotion may still give something.",
    ACTIVE="It counts, or begins later.",
    ENDED="Its time is over, or somebody has ended it.",
)


@shows(
    domain.EntitlementGrant,
    "A feature that an organization was given, with the reason. It never has two at the same time that count.",
)
class EntitlementGrant(Node):
    @strawberry.field(description="Where it stands now.")
    def status(self: domain.EntitlementGrant, info: strawberry.Info[Context, None]) -> GrantStatus:
        return self.status_at(info.context.platform.now())

    organization: Organization | None = one(resolve.ORGANIZATION, Organization, "Who was given it.")
    feature_code: str = computed(resolve.FEATURE_CODE, str, "Which feature.")
    value: Int64 | None = plain("How much of a limit; null is unlimited, or the feature is no limit.")
    reason_kind: GrantReason = plain("Why, in a word.")
    reason: str = plain("Why.")
    starts_at: datetime = plain("From when on.")
    ends_at: datetime | None = plain("Until when; null: for good.")
    granted_by: User | None = one(resolve.GRANTED_BY, User, "Who gave it, for those who may know them.")
    revoked_at: datetime | None = plain("When it was taken back.")
    revoked_by: User | None = one(resolve.REVOKED_BY, User, "Who took it back, for those who may know them.")
    revoke_reason: str | None = plain("Why it was taken back.")
    version: int = plain("Counts the committed changes, from 1.")
    created_at: datetime = plain("When it was given.")
    updated_at: datetime = plain("When it last changed.")


@shows(
    feature_promotions.FeaturePromotion,
    "A time in which every organization of an audience has a feature, whoever belongs to it by then.",
)
class FeaturePromotion(Node):
    @strawberry.field(description="Whether it may still give something.")
    def status(
        self: feature_promotions.FeaturePromotion, info: strawberry.Info[Context, None]
    ) -> FeaturePromotionStatus:
        return self.status_at(info.context.platform.now())

    feature_code: str = computed(resolve.PROMOTED_CODE, str, "Which feature.")
    value: Int64 | None = plain("How much of a limit; null is unlimited, or the feature is no limit.")
    kinds: list[OrganizationKind] = plain("For all organizations of these kinds.")

    @strawberry.field(description="And for these organizations.")
    def organization_ids(self: feature_promotions.FeaturePromotion) -> list[ID]:
        return [ID(global_id("Organization", id_)) for id_ in self.organization_ids]

    starts_at: datetime = plain("From when on.")
    ends_at: datetime = plain("Until when.")
    ended_at: datetime | None = plain("When somebody has ended it before its time.")
    version: int = plain("Counts the committed changes, from 1.")
    created_at: datetime = plain("When it was made.")
    updated_at: datetime = plain("When it last changed.")


@strawberry.input(description="Conditions on grants; all given ones must hold.")
class EntitlementGrantFilter:
    organization_id: ID | None = optional_id("Organization", "To this organization.")
    app_id: ID | None = optional_id("App", "Of this app's features.")
    reason_kind: list[GrantReason] | None = optional(list[GrantReason], "For one of these reasons.")
    is_revoked: bool | None = optional(bool, "True: only those that were taken back; false: only the others.")
    starts_from: datetime | None = optional(datetime, "That begin at this instant or later.")
    starts_before: datetime | None = optional(datetime, "That begin before this instant.")


@strawberry.input(description="Conditions on promotions of features; all given ones must hold.")
class FeaturePromotionFilter:
    app_id: ID | None = optional_id("App", "Of this app's features.")
    starts_from: datetime | None = optional(datetime, "That begin at this instant or later.")
    starts_before: datetime | None = optional(datetime, "That begin before this instant.")


EntitlementGrantOrder = order_input(resolve.LIST, "EntitlementGrantOrder")
FeaturePromotionOrder = order_input(resolve.PROMOTIONS, "FeaturePromotionOrder")


@strawberry.input(description="For whom a promotion is: at least one kind or one organization.")
class FeatureAudienceInput:
    kinds: list[OrganizationKind] = strawberry.field(
        description="All organizations of these kinds.", default_factory=list
    )
    organization_ids: list[ID] = ids("Organization", "And these organizations, at most 1000.")

    @staticmethod
    def build(kinds: list[OrganizationKind], organization_ids: list[UUID]) -> Audience:
        return Audience(kinds=frozenset(kinds), organization_ids=frozenset(organization_ids))


_FEATURE = {
    "feature_code": value(str, "The code of the feature, for example gigs.open."),
    "app_id": optional_id("App", "The app whose feature it is; left out: a feature of Milepost's own."),
    "value": optional(Int64, "How much of a LIMIT; left out: unlimited. Other features have none."),
    "starts_at": optional(datetime, "From when on; now unless said."),
}
_GRANT = {"grant": (EntitlementGrant, "The grant as it is now.")}
_PROMOTION = {"promotion": (FeaturePromotion, "The promotion as it is now.")}


@strawberry.type
class EntitlementGrantQueries:
    entitlement_grants = connection(
        resolve.LIST,
        EntitlementGrant,
        "Grants, newest first: of all features for staff, of one's own apps' features for their developers.",
        filter=EntitlementGrantFilter,
        order=EntitlementGrantOrder,
        needs=resolve.READERS,
    )
    feature_promotions = connection(
        resolve.PROMOTIONS,
        FeaturePromotion,
        "Promotions, newest first: of all features for staff, of one's own apps' features for their developers.",
        filter=FeaturePromotionFilter,
        order=FeaturePromotionOrder,
        needs=resolve.READERS,
    )


@strawberry.type
class EntitlementGrantMutations:
    grant_entitlement = mutation(
        resolve.grant_entitlement,
        "Gives an organization a feature for a time, or for good. CONFLICT while it has a grant of the feature at any"
        " of that time that was not revoked. Developers give what is their own app's, to organizations that have"
        " installed it.",
        needs=resolve.KEEPERS,
        takes={
            "organization_id": an_id("Organization", "Who gets it."),
            **_FEATURE,
            "ends_at": optional(datetime, "Until when; left out: for good."),
            "reason_kind": value(GrantReason, "Why, in a word."),
            "reason": value(str, "Why: 5 to 500 characters."),
        },
        gives=_GRANT,
    )
    revoke_entitlement_grant = mutation(
        resolve.revoke_entitlement_grant,
        "Takes a grant back, from this moment on and for good. WRONG_STATE once it was revoked or has expired.",
        needs=resolve.KEEPERS,
        takes={
            "grant_id": an_id("EntitlementGrant", "The grant."),
            "reason": value(str, "Why: 5 to 500 characters."),
        },
        gives=_GRANT,
    )
    create_feature_promotion = mutation(
        resolve.create_feature_promotion,
        "Opens a feature to everybody of an audience for a time.",
        needs=resolve.KEEPERS,
        takes={
            **_FEATURE,
            "ends_at": value(datetime, "Until when."),
            "audience": value(FeatureAudienceInput, "For whom."),
        },
        gives=_PROMOTION,
    )
    end_feature_promotion = mutation(
        resolve.end_feature_promotion,
        "Ends a promotion before its time, from this moment on. WRONG_STATE once it is over.",
        needs=resolve.KEEPERS,
        takes={"promotion_id": an_id("FeaturePromotion", "The promotion.")},
        gives=_PROMOTION,
    )
