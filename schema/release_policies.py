"""Release policies as clients see and write them."""

from typing import Any

import strawberry
from strawberry.scalars import ID

from domain import release_policies as domain
from domain.release_policies import PolicyTerms, ReleasePolicyStatus
from resolvers import release_policies as resolve
from resolvers.guards import Needs
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import optional, optional_id, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency
from schema.shapes import Node, plain, shows

describe(
    ReleasePolicyStatus,
    "Whether a release policy counts.",
    DRAFT="Not yet.",
    ACTIVE="It does.",
    DISABLED="Not any more.",
)


@shows(
    domain.ReleasePolicy,
    "What keeps a release of held money back: its invoice stays open until everything is fulfilled that the first"
    " ACTIVE policy asks that fits, the client's own before the platform's, by position.",
)
class ReleasePolicy(Node):
    organization: Organization | None = one(
        resolve.ORGANIZATION, Organization, "The client whose money it keeps back; null for everybody's."
    )
    position: int = plain("Its place in the order, from 1.")
    currency: Currency | None = plain("It fits releases in this currency; null: in any.")
    min_amount: Money | None = plain("It fits releases of this amount or more; null: of any.")
    delay_hours: int = plain("How long the release waits.")
    needs_approval: bool = plain(
        "Whether a second person agrees: of the client with money:approve, or staff:money; nobody of the freelancer's"
        " side and nobody who approved the work."
    )
    needs_compliance: bool = plain("Whether staff:money check it.")
    status: ReleasePolicyStatus = plain("Whether it counts.")
    version: int = plain("Counts its changes, from 1.")


@strawberry.input(description="Conditions on release policies; all given ones must hold.")
class ReleasePolicyFilter:
    status: list[ReleasePolicyStatus] | None = optional(list[ReleasePolicyStatus], "In one of these states.")
    organization_id: ID | None = optional_id("Organization", "Of this organization.")
    is_platform: bool | None = optional(bool, "Of the platform, or not.")


@strawberry.input(description="All that a release policy says.")
class ReleasePolicyTermsInput:
    position: int = value(int, "Its place in the order: 1 to 1000.")
    currency: Currency | None = optional(Currency, "Only for releases in this currency.")
    min_amount: MoneyInput | None = optional(MoneyInput, "Only for this amount or more; name its currency.")
    delay_hours: int = optional(int, "How long the release waits: 0 to 2160 hours.", 0)
    needs_approval: bool = optional(bool, "Whether a second person agrees.", False)
    needs_compliance: bool = optional(bool, "Whether staff check it.", False)
    status: ReleasePolicyStatus = value(ReleasePolicyStatus, "Whether it counts.")

    @staticmethod
    def build(**values: Any) -> PolicyTerms:
        return PolicyTerms(**values)


ReleasePolicyOrder = order_input(resolve.LIST, "ReleasePolicyOrder")


@strawberry.type
class ReleasePolicyQueries:
    release_policies = connection(
        resolve.LIST,
        ReleasePolicy,
        "The platform's release policies and your own. Needs money:read; staff:money sees those of all.",
        filter=ReleasePolicyFilter,
        order=ReleasePolicyOrder,
        needs=resolve.READERS,
    )


@strawberry.type
class ReleasePolicyMutations:
    upsert_release_policy = mutation(
        resolve.upsert_release_policy,
        "Writes a release policy, or a new one where no policyId is given. It counts for releases from now on; what"
        " waits already goes on waiting as it was told to. Your own need money:approve, the platform's staff:money;"
        " FORBIDDEN otherwise.",
        needs=Needs.PERSON,
        takes={
            "policy_id": optional_id("ReleasePolicy", "The policy to write anew; left out: a new one."),
            "organization_id": optional_id("Organization", "Whose it is; left out for the platform's."),
            "terms": value(ReleasePolicyTermsInput, "All that it says."),
        },
        gives={"policy": (ReleasePolicy, "The policy as it is now.")},
        versioned=True,
    )
