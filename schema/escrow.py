"""Held money as clients see and move it."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import escrow_holds as domain
from domain import escrow_summaries, hold_movements
from domain.escrow_holds import HoldStatus
from domain.hold_movements import MovementCause, MovementKind
from domain.money import Money as DomainMoney
from domain.permissions import Permission
from domain.taxes import TaxCategory
from resolvers import escrow as resolve
from resolvers.context import Context
from schema.approval_requests import ApprovalRequest
from schema.connections import connection, many, one, order_input
from schema.enums import describe
from schema.guarded import asks
from schema.ids import read_id
from schema.inputs import an_id, optional, optional_id, value
from schema.invoices import Invoice
from schema.milestones import Milestone
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.payments import Payment
from schema.projects import Project
from schema.scalars import Currency
from schema.shapes import Node, plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    HoldStatus,
    "The life of a hold.",
    PENDING="Its payment is under way.",
    HELD="The money is there.",
    PARTIALLY_RELEASED="A part was released; the rest is held.",
    RELEASED="All of it is released.",
    REFUNDED="What was left of it went back to the client.",
    FAILED="Its payment failed; nothing was held.",
    CANCELED="Its payment was taken back; nothing was held.",
)
describe(
    MovementKind,
    "Where held money went.",
    RELEASE="To the freelancer's wallet, paying an invoice.",
    REFUND="Back to the client.",
)
describe(
    MovementCause,
    "What moved held money.",
    APPROVAL="The work was approved.",
    CLIENT="The client paid in advance.",
    FREELANCER="The freelancer gave it back.",
    POLICY="A release policy was fulfilled.",
    RULING="Staff divided it.",
    CANCELLATION="The project was cancelled.",
    CHARGEBACK="The provider took it back.",
)

_Hold = Annotated["EscrowHold", strawberry.lazy("schema.escrow")]


@strawberry.type(description="A tax that was frozen when the milestone was funded; its invoice carries it.")
class FrozenTaxRate:
    name: str = plain("What it is called.")
    rate_bps: int = plain("The rate in basis points.")
    category: TaxCategory = plain("The category of EN 16931.")


@shows(hold_movements.HoldMovement, "Money that left a hold. Movements are never changed.")
class HoldMovement(Node):
    hold: "EscrowHold" = one(resolve.HOLD, _Hold, "What it left.", required=True)
    kind: MovementKind = plain("Where it went.")
    cause: MovementCause = plain("Why it went.")
    amount: Money = plain("How much.")
    invoice: Invoice | None = one(resolve.INVOICE, Invoice, "RELEASE: what it paid; the fee of it is that invoice's.")
    user: User | None = one(resolve.USER, User, "The person who caused it, for those who may know them.")
    organization: Organization | None = one(resolve.ORGANIZATION, Organization, "For whom they acted.")
    moved_at: datetime = plain("When it went.")


@shows(
    domain.EscrowHold,
    "A client's money, held for a milestone. amount = released + refunded + remaining. Both sides see it, with"
    " money:read.",
)
class EscrowHold(Stateful):
    status: HoldStatus = plain("Where it stands.")
    project: Project = one(resolve.PROJECT, Project, "The project.", required=True)
    milestone: Milestone = one(resolve.MILESTONE, Milestone, "What it is held for.", required=True)
    client: Organization = one(resolve.CLIENT, Organization, "Whose money it is.", required=True)
    freelancer: Organization = one(resolve.FREELANCER, Organization, "Who is paid from it.", required=True)
    amount: Money = plain("What the milestone's invoice comes to, taxes included.")
    released: Money = plain("What the freelancer got, fee included.")
    refunded: Money = plain("What the client got back.")
    remaining: Money = plain("What is left.")
    from_wallet: bool = plain("Whether the client's wallet funded it; else a payment did.")
    funded_at: datetime | None = plain("When the money was there.")
    is_frozen: bool = plain("Whether a dispute, also one of the payer's bank, stops everything that would move it.")
    scheduled_release_at: datetime | None = plain("When a waiting release goes at the earliest.")
    release_amount: Money | None = plain("How much waits for a release policy.")
    release_invoice: Invoice | None = one(resolve.RELEASE_INVOICE, Invoice, "The open invoice that it will pay.")
    awaits_approval: bool = plain("Whether the waiting release needs a second person; see approvals.")
    awaits_clearance: bool = plain("Whether it needs staff, with clearEscrowRelease.")
    movements: list[HoldMovement] = many(resolve.MOVEMENTS, HoldMovement, "What left it, in order.")
    payments = connection(resolve.PAYMENTS, Payment, "The payments that were to fund it, newest first.")

    @strawberry.field(
        graphql_type=Money | None,
        description="What Milepost keeps when all of it is released; frozen. The freelancer alone sees it.",
    )
    def fee(self: domain.EscrowHold, info: strawberry.Info[Context, None]) -> DomainMoney | None:
        return self.fee if info.context.viewer.acts_for(self.freelancer_organization_id) else None

    @strawberry.field(
        graphql_type=Money | None,
        description="What the freelancer gets then: the amount without the fee. The freelancer alone sees it.",
    )
    def net(self: domain.EscrowHold, info: strawberry.Info[Context, None]) -> DomainMoney | None:
        return self.net if info.context.viewer.acts_for(self.freelancer_organization_id) else None

    @strawberry.field(description="The taxes in it.", graphql_type=list[FrozenTaxRate])
    def tax_rates(self: Any) -> list[FrozenTaxRate]:
        return [
            FrozenTaxRate(name=one["name"], rate_bps=one["rate_bps"], category=TaxCategory(one["category"]))
            for one in self.tax_rates
        ]


@shows(escrow_summaries.EscrowSummary, "What an organization has in escrow in one currency, on both sides of its work.")
class EscrowSummary:
    currency: Currency = plain("The currency.")
    held: Money = plain("What is held now.")
    pending_net: Money = plain("What of it the organization itself gets, without fees, when all of it is released.")
    released: Money = plain("What was released so far, fees included.")
    refunded: Money = plain("What went back so far.")


@strawberry.input(description="Conditions on holds; all given ones must hold.")
class EscrowHoldFilter:
    status: list[HoldStatus] | None = optional(list[HoldStatus], "In one of these states.")
    project_id: ID | None = optional_id("Project", "Of this project.")
    milestone_id: ID | None = optional_id("Milestone", "For this milestone.")
    organization_id: ID | None = optional_id("Organization", "With this organization on one of the sides.")
    currency: Currency | None = optional(Currency, "In this currency.")
    is_frozen: bool | None = optional(bool, "Frozen by a dispute, or not.")
    created_from: datetime | None = optional(datetime, "Made at this instant or later.")
    created_before: datetime | None = optional(datetime, "Made before this instant.")


EscrowHoldOrder = order_input(resolve.LIST, "EscrowHoldOrder")

_HOLD = {"hold": (EscrowHold, "The hold as it is now.")}
_MILESTONE = {"milestone": (Milestone, "Its milestone.")}
_ISSUED = {"invoice": (Invoice | None, "The invoice that it pays.")}
_APPROVAL = {"approval": (ApprovalRequest | None, "What waits for a second person now; null when nothing does.")}
_ONE = {"hold_id": an_id("EscrowHold", "The hold.")}


@strawberry.type
class EscrowQueries:
    escrow_holds = connection(
        resolve.LIST,
        EscrowHold,
        "Holds of your organization on either side, newest first. Needs money:read; staff:money and staff:disputes see"
        " all.",
        filter=EscrowHoldFilter,
        order=EscrowHoldOrder,
        needs=resolve.READERS,
    )

    @asks(
        resolve.READERS,
        "What an organization has in escrow, by currency. Needs money:read; staff:money for any organization.",
        graphql_type=list[EscrowSummary],
    )
    async def escrow_summary(
        self,
        info: strawberry.Info[Context, None],
        organization_id: Annotated[ID, strawberry.argument(description="The organization.")],
    ) -> list[escrow_summaries.EscrowSummary]:
        id_ = read_id(organization_id, "Organization", "organizationId")
        return await resolve.escrow_summary(info.context, id_)


@strawberry.type
class EscrowMutations:
    fund_milestone = mutation(
        resolve.fund_milestone,
        "Puts all that the invoice of a milestone will come to into escrow, for the client: taxes and fee are frozen"
        " now. From a payment method it is HELD when the payment succeeds, from the wallet at once. CONFLICT while"
        " something is held for it already; WRONG_STATE under DIRECT and after the end; INSUFFICIENT_FUNDS.",
        needs=Permission.MONEY_MOVE,
        takes={
            "milestone_id": an_id("Milestone", "The milestone."),
            "method_id": optional_id("PaymentMethod", "What to pay with; your default of the currency unless said."),
            "from_wallet": optional(bool, "Take it from your wallet instead; then name no method.", False),
        },
        gives={**_HOLD, **_MILESTONE, "payment": (Payment | None, "The payment, to be sent in a moment.")},
        keyed=True,
        starts_payment=True,
    )
    release_escrow = mutation(
        resolve.release_escrow,
        "Pays a part of the held money, or all that is left, in advance, for the client: an ADVANCE invoice is opened"
        " and paid with it, which the milestone's own invoice settles. A release policy may keep it back; while that"
        " waits for a second person, this asks anew once a request has lapsed. INVALID unless 1 <= amount <="
        " remaining; DISPUTED while frozen.",
        needs=Permission.MONEY_MOVE,
        takes={
            **_ONE,
            "amount": optional(MoneyInput, "How much, in the hold's currency; all that is left unless said."),
        },
        gives={**_HOLD, **_MILESTONE, **_ISSUED, **_APPROVAL},
        keyed=True,
    )
    refund_escrow = mutation(
        resolve.refund_escrow,
        "Gives all that is left of a hold back to the client, for the freelancer, while the milestone is not approved."
        " The milestone can be funded anew. DISPUTED while frozen.",
        needs=Permission.MONEY_MOVE,
        takes={**_ONE, "reason": value(str, "Why: 1 to 1000 characters.")},
        gives={**_HOLD, **_MILESTONE, "movement": (HoldMovement, "What went back.")},
        keyed=True,
    )
    freeze_escrow = mutation(
        resolve.freeze_escrow,
        "Stops everything that would move a hold, its milestone and the invoice that waits for it; their clocks stop.",
        needs=Permission.STAFF_DISPUTES,
        takes=_ONE,
        gives={**_HOLD, **_MILESTONE},
    )
    unfreeze_escrow = mutation(
        resolve.unfreeze_escrow,
        "Lifts a freeze without a ruling; all clocks go on where they stood.",
        needs=Permission.STAFF_DISPUTES,
        takes=_ONE,
        gives={**_HOLD, **_MILESTONE},
    )
    rule_escrow = mutation(
        resolve.rule_escrow,
        "Divides a frozen hold: the freelancer's part is billed and released, the client's part goes back, and the"
        " freeze is lifted, all at once. A milestone whose hold is used up ends: APPROVED where anything was released,"
        " else CANCELLED. From the threshold on another member of staff has to agree first. INVALID unless both parts"
        " together are 1 to what remains; where an invoice waits for the release, exactly that.",
        needs=Permission.STAFF_DISPUTES,
        takes={
            **_ONE,
            "freelancer_amount": value(MoneyInput, "What is released; may be 0."),
            "client_amount": value(MoneyInput, "What goes back; may be 0."),
            "rationale": value(str, "Why: 1 to 1000 characters."),
        },
        gives={**_HOLD, **_MILESTONE, "project": (Project, "Its project."), **_APPROVAL},
        keyed=True,
    )
    clear_escrow_release = mutation(
        resolve.clear_escrow_release,
        "States that a waiting release was checked, as its policy asks. It goes at once unless something else keeps"
        " it back.",
        needs=Permission.STAFF_MONEY,
        takes=_ONE,
        gives={**_HOLD, **_ISSUED},
    )
