"""Promotions of credits as staff keep them, and their uses as organizations see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import credit_promotions as domain
from domain import promotion_redemptions
from domain.credit_promotions import Audience, PromotionKind, PromotionStatus
from domain.organizations import OrganizationKind
from domain.permissions import Permission
from domain.promotion_drafts import DEFAULT_VALIDITY_DAYS
from domain.promotion_redemptions import RedemptionStatus
from resolvers import credit_promotions as resolve
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.ids import global_id
from schema.inputs import an_id, ids, optional, patch, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.scalars import Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

if TYPE_CHECKING:
    from schema.credit_lots import CreditLot

_Lot = Annotated["CreditLot", strawberry.lazy("schema.credit_lots")]

describe(
    PromotionKind,
    "What a code does.",
    PERCENTAGE="It takes a share off the price.",
    FIXED_AMOUNT="It takes an amount off the price.",
    FREE_CREDITS="It gives credits: with one of its packages or, where it names none, by itself.",
)
describe(
    PromotionStatus,
    "Whether a code counts, as far as staff decide it.",
    DRAFT="Not yet.",
    ACTIVE="It does, from its start to its end.",
    PAUSED="Not at the moment.",
    ENDED="Not any more.",
)
describe(
    RedemptionStatus,
    "The life of a use of a code.",
    RESERVED="Its purchase waits for the payment.",
    APPLIED="It counted.",
    RELEASED="Its purchase came to nothing: the code can be used again.",
)


@shows(Audience, "Whom a promotion is for. Without kinds or organizations everybody; with both, whoever is in both.")
class PromotionAudience:
    kinds: list[OrganizationKind] = plain("These kinds of organizations.")
    first_purchase_only: bool = plain("Only their first purchase of credits.")

    @strawberry.field(description="These organizations.")
    def organization_ids(self: Audience) -> list[ID]:
        return [ID(global_id("Organization", one)) for one in self.organization_ids]


@shows(domain.CreditPromotion, "A code for credits. What it gives never changes; when, how often and to whom does.")
class CreditPromotion(Stateful):
    status: PromotionStatus = plain("Whether it counts, as far as staff decide it.")
    code: str = plain("The code, in capitals; people may write it as they like.")
    kind: PromotionKind = plain("What it does.")
    bps: int | None = plain("PERCENTAGE: the share in basis points, 2000 are 20 %.")
    amount: Money | None = plain("FIXED_AMOUNT: the amount.")
    credits: Int64 | None = plain("FREE_CREDITS: how many.")
    max_discount: Money | None = plain("The most that it takes off.")
    min_purchase: Money | None = plain("The least price that it counts for.")
    audience: PromotionAudience = plain("Whom it is for.")
    starts_at: datetime = plain("Since when it counts.")
    ends_at: datetime = plain("Until when it counts.")
    max_uses: Int64 | None = plain("How often it can be used in all; null: as often as anybody likes.")
    uses_per_organization: Int64 = plain("How often by one organization.")
    uses: Int64 = plain("How often it is used: what is RESERVED and APPLIED.")
    credit_validity_days: int = plain("FREE_CREDITS: how many days they last.")
    redemptions = connection(
        resolve.REDEMPTIONS,
        Annotated["PromotionRedemption", strawberry.lazy("schema.credit_promotions")],
        "Its uses, newest first.",
    )

    @strawberry.field(description="The packages it is for; none: a discount is for all, credits come by themselves.")
    def package_ids(self: domain.CreditPromotion) -> list[ID]:
        return [ID(global_id("CreditPackage", one)) for one in self.package_ids]


@shows(promotion_redemptions.PromotionRedemption, "One use of a code by an organization.")
class PromotionRedemption(Stateful):
    status: RedemptionStatus = plain("Whether it counts.")
    promotion: CreditPromotion | None = one(resolve.PROMOTION, CreditPromotion, "The promotion, for staff.")
    discount: Money | None = plain("What it takes off.")
    credits: Int64 | None = plain("How many credits it gives.")


@strawberry.input(description="Whom a promotion is for; left out, everybody.")
class PromotionAudienceInput:
    kinds: list[OrganizationKind] | None = optional(list[OrganizationKind], "These kinds; all unless said.", ())
    organization_ids: list[ID] = ids("Organization", "These organizations, at most 1000; all unless said.")
    first_purchase_only: bool | None = optional(bool, "Only their first purchase; any unless said.", False)

    build = staticmethod(Audience)


@strawberry.input(description="Conditions on promotions; all given ones must hold.")
class CreditPromotionFilter:
    status: list[PromotionStatus] | None = optional(list[PromotionStatus], "In one of these states.")
    kind: list[PromotionKind] | None = optional(list[PromotionKind], "Of one of these kinds.")
    code: str | None = optional(str, "With this code.")


CreditPromotionOrder = order_input(resolve.LIST, "CreditPromotionOrder")
_PROMOTION: Any = {"promotion": (CreditPromotion, "The promotion as it is now.")}
_WHICH: Any = {"promotion_id": an_id("CreditPromotion", "The promotion.")}
_STAFF = Permission.STAFF_CATALOGUE


@strawberry.type
class CreditPromotionQueries:
    promotions = connection(
        resolve.LIST,
        CreditPromotion,
        "Promotions of credits, newest first, for staff.",
        filter=CreditPromotionFilter,
        order=CreditPromotionOrder,
        needs=(Permission.STAFF_CATALOGUE, Permission.STAFF_CREDITS),
    )


@strawberry.type
class CreditPromotionMutations:
    create_promotion = mutation(
        resolve.create_promotion,
        "Writes a promotion. It is a DRAFT until activatePromotion. Exactly one of bps, amount and credits, as its kind"
        " says; all its amounts are in one currency, and then it counts for purchases in that one only. CONFLICT for a"
        " code that is known.",
        needs=_STAFF,
        takes={
            "code": value(str, "3 to 40 letters, digits, hyphens or underscores; capitals and small letters alike."),
            "kind": value(PromotionKind, "What it does."),
            "bps": optional(int, "PERCENTAGE: 1 to 10000 basis points."),
            "amount": optional(MoneyInput, "FIXED_AMOUNT: what it takes off."),
            "credits": optional(Int64, "FREE_CREDITS: how many, 1 to 100000."),
            "max_discount": optional(MoneyInput, "The most that it takes off; no limit but the price unless said."),
            "min_purchase": optional(MoneyInput, "The least price that it counts for; any unless said."),
            "package_ids": ids("CreditPackage", "The packages it is for, at most 50."),
            "audience": optional(PromotionAudienceInput, "Whom it is for; everybody unless said.", Audience()),
            "starts_at": value(datetime, "Since when it counts."),
            "ends_at": value(datetime, "Until when it counts."),
            "max_uses": optional(Int64, "How often it can be used in all; without limit unless said."),
            "uses_per_organization": optional(Int64, "How often by one organization; once unless said.", 1),
            "credit_validity_days": optional(
                int,
                f"FREE_CREDITS: how many days they last; {DEFAULT_VALIDITY_DAYS} unless said.",
                DEFAULT_VALIDITY_DAYS,
            ),
        },
        gives=_PROMOTION,
    )
    update_promotion = mutation(
        resolve.update_promotion,
        "Changes when, how often and for whom a promotion counts. INVALID for fewer uses than there were; WRONG_STATE "
        "once it has ended.",
        needs=_STAFF,
        takes={
            **_WHICH,
            "audience": patch(PromotionAudienceInput, "Whom it is for; null: everybody.", Audience()),
            "starts_at": patch(datetime, "Since when it counts; null: as it is."),
            "ends_at": patch(datetime, "Until when it counts; null: as it is."),
            "max_uses": patch(Int64, "How often it can be used in all; null: without limit."),
            "uses_per_organization": patch(Int64, "How often by one organization; null: once.", 1),
        },
        gives=_PROMOTION,
        versioned=True,
    )
    activate_promotion = mutation(
        resolve.activate_promotion,
        "Lets a DRAFT or PAUSED promotion count, within its window.",
        needs=_STAFF,
        takes=_WHICH,
        gives=_PROMOTION,
    )
    pause_promotion = mutation(
        resolve.pause_promotion,
        "Lets an ACTIVE promotion not count for new purchases until it is activated again.",
        needs=_STAFF,
        takes=_WHICH,
        gives=_PROMOTION,
    )
    end_promotion = mutation(
        resolve.end_promotion,
        "Ends a promotion for good; what was reserved with it still counts.",
        needs=_STAFF,
        takes=_WHICH,
        gives=_PROMOTION,
    )
    redeem_promotion = mutation(
        resolve.redeem_promotion,
        "Redeems a code that gives credits without a purchase. NOT_FOUND for an unknown code; WRONG_STATE outside of "
        "its window; INVALID at code where it is for others, or counts with a purchase; LIMIT_REACHED when it is used "
        "up; RATE_LIMITED after 10 codes of your organization that came to nothing within an hour.",
        needs=Permission.CREDITS_PURCHASE,
        takes={"code": value(str, "The code.")},
        gives={
            "redemption": (PromotionRedemption, "The use of the code."),
            "lot": (_Lot, "The credits that it gave."),
        },
        keyed=True,
    )
