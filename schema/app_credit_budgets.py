"""Budgets of apps as organizations see and set them."""

import strawberry
from strawberry.scalars import ID

from domain import app_credit_budgets as domain
from domain.permissions import Permission
from resolvers import app_credit_budgets as resolve
from schema.apps import App
from schema.connections import connection, one
from schema.inputs import an_id, optional, optional_id
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Int64
from schema.shapes import Node, plain, shows


@shows(
    domain.AppCreditBudget,
    "How many credits an app may use up for an organization. Without one it may use up what there is, once it is"
    " installed with credits:consume.",
)
class AppCreditBudget(Node):
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose credits.", required=True)
    app: App | None = one(resolve.APP, App, "Which app, for those who may see it.")
    monthly_limit: Int64 | None = plain("In a calendar month of UTC; null: no limit.")
    per_call_limit: Int64 | None = plain("At once, in a spend or a hold; null: no limit.")
    alert_percent: int | None = plain("At which part of monthlyLimit you are told, once a month; null: not at all.")
    version: int = plain("Counts its changes, from 1.")


@strawberry.input(description="Conditions on budgets; all given ones must hold.")
class AppCreditBudgetFilter:
    organization_id: ID | None = optional_id("Organization", "Of this organization.")
    app_id: ID | None = optional_id("App", "Of this app.")


@strawberry.type
class AppCreditBudgetQueries:
    app_credit_budgets = connection(
        resolve.LIST,
        AppCreditBudget,
        "The budgets that your organization has set, newest first. Needs credits:read; staff:credits sees those of"
        " all.",
        filter=AppCreditBudgetFilter,
        needs=resolve.READERS,
    )


@strawberry.type
class AppCreditBudgetMutations:
    set_app_credit_budget = mutation(
        resolve.set_app_credit_budget,
        "Sets how many of your credits an app may use up; what is left out is not limited. What it has used up in"
        " this month counts. Beyond a limit its spends and holds are refused LIMIT_REACHED.",
        needs=Permission.CREDITS_MANAGE,
        takes={
            "app_id": an_id("App", "Which app."),
            "monthly_limit": optional(Int64, "In a calendar month of UTC, from 0 on."),
            "per_call_limit": optional(Int64, "At once, in a spend or a hold, from 0 on."),
            "alert_percent": optional(int, "At which part of monthlyLimit to be told, 1 to 100, once a month."),
        },
        gives={"budget": (AppCreditBudget, "The budget as it is now.")},
        versioned=True,
    )
