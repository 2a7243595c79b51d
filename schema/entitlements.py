"""What organizations may use, as clients ask for it: one feature or all of a catalogue, and what is left of limits."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain import entitlements as domain
from domain.entitlements import EntitlementState, SourceKind
from domain.quotas import CheckedEntitlement
from domain.quotas import Quota as DomainQuota
from resolvers import entitlements as resolve
from resolvers.context import Context
from resolvers.guards import Rule, require
from schema.catalogue import FeatureKind, FeatureMode
from schema.enums import describe
from schema.ids import global_id, read_id
from schema.inputs import optional_id, value
from schema.mutations import mutation
from schema.scalars import Int64
from schema.shapes import plain, shows

describe(
    EntitlementState,
    "Where an entitlement stands. It may be used while it is ACTIVE or in GRACE.",
    ACTIVE="It may be used.",
    GRACE="It may still be used, although what is owed for it has not come yet.",
    SCHEDULED="It begins later.",
    EXPIRED="It is over.",
    REVOKED="It was taken back: a grant was revoked, or its money was refunded, charged back or is disputed.",
)
describe(
    SourceKind,
    "What gave a feature.",
    SUBSCRIPTION="A subscription, for the period that is paid or tried.",
    PURCHASE="Something bought once.",
    GRANT="Milepost's staff, or the developers of the app.",
    PROMOTION="A promotion for everybody of an audience.",
    BASE="The plan of rank 0 in Milepost's own catalogue, which every organization has without subscribing to it.",
)

_TYPES = {
    SourceKind.SUBSCRIPTION: "BillingSubscription",
    SourceKind.PURCHASE: "Purchase",
    SourceKind.GRANT: "EntitlementGrant",
    SourceKind.PROMOTION: "FeaturePromotion",
    SourceKind.BASE: "Product",
}


@shows(domain.ShownSource, "One reason to have a feature.")
class EntitlementSource:
    kind: SourceKind = plain("What gave it.")

    @strawberry.field(description="The id of the subscription, purchase, grant or promotion; of BASE of the product.")
    def source_id(self: domain.ShownSource) -> ID:
        return ID(global_id(_TYPES[self.kind], self.source_id))

    state: EntitlementState = plain("Where it stands now.")
    is_active: bool = plain("Whether it counts now.")
    starts_at: datetime = plain("From when on.")
    ends_at: datetime | None = plain("Until when, grace included; null: for good.")
    value: Int64 | None = plain("How much of a limit it gives; null is unlimited, or the feature is no limit.")
    mode: FeatureMode = plain("How its value meets those of other sources.")


@shows(
    CheckedEntitlement,
    "What an organization has of a feature at this moment. It is the union of all that gives the feature, computed"
    " when it is asked for and never stored: whatever was committed before counts.",
)
class Entitlement:
    feature_code: str = plain("Which feature.")
    kind: FeatureKind = plain("What having it means.")
    is_active: bool = plain("Whether it may be used now.")
    state: EntitlementState | None = plain("The best state among its sources; null where nothing ever gave it.")
    ends_at: datetime | None = plain(
        "When the last of what is active ends; null: nothing is, or something is for good."
    )
    limit: Int64 | None = plain(
        "Of a LIMIT how much: the highest value that is SET and every one that ADDs, 0 while it is off. Null for what"
        " is unlimited, and for other kinds."
    )
    is_unlimited: bool = plain("Whether it is a limit that nothing limits.")
    used: Int64 | None = plain(
        "What is used of a LIMIT in the window that is open: of gigs.open, projects.active, members and apps what there"
        " is now. Null for other kinds."
    )
    resets_at: datetime | None = plain("When a LIMIT is counted from 0 again; null: never.", name="resetAt")
    version: str = plain("Changes whenever something that decides about the organization's entitlements has changed.")
    sources: list[EntitlementSource] = plain("All that ever gave it: what is active first, then the latest first.")


@shows(DomainQuota, "How much of a limit an organization has used in the window that is open now.")
class Quota:
    feature_code: str = plain("Which feature.")
    used: Int64 = plain("What is used.")
    limit: Int64 | None = plain("How much may be used; null: as much as you like.")
    remaining: Int64 | None = plain("What is left; null: as much as you like.")
    is_unlimited: bool = plain("Whether nothing limits it.")
    window_starts_at: datetime = plain("Since when it is counted.")
    resets_at: datetime | None = plain("When it is counted from 0 again; null: never.", name="resetAt")


_CODE = Annotated[str, strawberry.argument(description="The code of the feature, for example gigs.open.")]
_ORGANIZATION = Annotated[
    ID | None,
    strawberry.argument(
        description="Whose; your active organization unless said, others for staff only. An app names one that has"
        " installed it."
    ),
]
_APP = Annotated[
    ID | None, strawberry.argument(description="The app whose catalogue it is; left out: Milepost's own, an app's own.")
]
_USER = Annotated[
    ID | None,
    strawberry.argument(
        description="Whether this member may use it: a feature that is sold by the seat is for those who have one."
        " Left out: whether anybody may."
    ),
]


def _id(arguments: dict[str, Any], name: str, type_name: str) -> UUID | None:
    text = arguments.get(name)
    return None if text is None else read_id(text, type_name, name)


async def _check(context: Context, root: object, **arguments: Any) -> CheckedEntitlement:
    require(context, resolve.READERS)
    return await resolve.check(
        context,
        arguments["featureCode"],
        _id(arguments, "organizationId", "Organization"),
        _id(arguments, "appId", "App"),
        _id(arguments, "userId", "User"),
    )


async def _all(context: Context, root: object, **arguments: Any) -> list[CheckedEntitlement]:
    require(context, resolve.READERS)
    return await resolve.of_catalogue(
        context,
        _id(arguments, "organizationId", "Organization"),
        _id(arguments, "appId", "App"),
        _id(arguments, "userId", "User"),
    )


async def _quota(context: Context, root: object, **arguments: Any) -> DomainQuota:
    require(context, resolve.QUOTA_READERS)
    return await resolve.quota(
        context,
        arguments["featureCode"],
        _id(arguments, "organizationId", "Organization"),
        _id(arguments, "appId", "App"),
    )


def _asked(resolver: Any, direct: Any, graphql_type: Any, description: str, needs: Rule) -> Any:
    """A root field whose resolver does no more than what can be called directly, by the names of the API."""
    return strawberry.field(
        resolver=resolver,
        graphql_type=graphql_type,
        description=description,
        metadata={"direct": direct, "needs": needs},
    )


async def _resolve_check(
    info: strawberry.Info[Context, None],
    feature_code: _CODE,
    organization_id: _ORGANIZATION = None,
    app_id: _APP = None,
    user_id: _USER = None,
) -> Any:
    given = {"organizationId": organization_id, "appId": app_id, "userId": user_id}
    return await _check(info.context, None, featureCode=feature_code, **given)


async def _resolve_all(
    info: strawberry.Info[Context, None],
    organization_id: _ORGANIZATION = None,
    app_id: _APP = None,
    user_id: _USER = None,
) -> Any:
    return await _all(info.context, None, organizationId=organization_id, appId=app_id, userId=user_id)


async def _resolve_quota(
    info: strawberry.Info[Context, None],
    feature_code: _CODE,
    organization_id: _ORGANIZATION = None,
    app_id: _APP = None,
) -> Any:
    return await _quota(info.context, None, featureCode=feature_code, organizationId=organization_id, appId=app_id)


@strawberry.type
class EntitlementQueries:
    check_entitlement = _asked(
        _resolve_check,
        _check,
        Entitlement,
        "Whether an organization may use a feature at this moment. NOT_FOUND for a feature that the catalogue does not"
        " have. Needs entitlements:read or staff:read, or an app that may do so there.",
        resolve.READERS,
    )
    entitlements = _asked(
        _resolve_all,
        _all,
        list[Entitlement],
        "The same for every feature of a catalogue, by code. Needs entitlements:read or staff:read, or an app that may"
        " do so there.",
        resolve.READERS,
    )
    quota = _asked(
        _resolve_quota,
        _quota,
        Quota,
        "How much of a limit is used. INVALID for a feature that is no LIMIT. Needs billing:read or staff:read, or an"
        " app that may read entitlements there.",
        resolve.QUOTA_READERS,
    )


@strawberry.type
class QuotaMutations:
    consume_quota = mutation(
        resolve.consume_quota,
        "Uses some of a limit, all or nothing, however many ask at once. LIMIT_REACHED, with used, limit, resetAt and"
        " the requiredPlan that would admit it, where less is left; NOT_ENTITLED while the feature is off. What is used"
        " is counted from 0 again when the window ends. INVALID for what counts what there is, such as gigs.open.",
        needs=resolve.CONSUMERS,
        keyed=True,
        takes={
            "feature_code": value(str, "The code of the feature, for example proposals.monthly."),
            "amount": value(Int64, "How much, from 1."),
            "organization_id": optional_id(
                "Organization", "Whose; your active organization unless said. An app names one that has installed it."
            ),
            "app_id": optional_id("App", "The app whose catalogue it is; left out: Milepost's own, an app's own."),
        },
        gives={"quota": (Quota, "What is used now.")},
    )
