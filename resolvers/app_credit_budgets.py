"""Budgets: how many credits an app may use up for an organization."""

from uuid import UUID

from domain.app_credit_budgets import BudgetTerms, new_budget
from domain.refusals import conflict
from persistence import app_credit_budgets, apps, credit_accounts
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = app_credit_budgets.LIST
APP, ORGANIZATION = app_credit_budgets.APP, app_credit_budgets.ORGANIZATION
READERS = credit_accounts.READERS


async def set_app_credit_budget(
    db: Unit,
    *,
    app_id: UUID,
    monthly_limit: int | None,
    per_call_limit: int | None,
    alert_percent: int | None,
    expected_version: int | None,
) -> Changed:
    app = await apps.for_use(db, app_id)
    organization_id = db.by.require_organization()
    budget = await app_credit_budgets.for_setting(db, organization_id, app.id)
    if budget is None:
        if expected_version is not None:
            raise conflict("There is no budget of this app yet: leave expectedVersion out.", "expectedVersion")
        budget = new_budget(organization_id, app.id)
    else:
        budget.require_version(expected_version)
    terms = BudgetTerms(monthly_limit=monthly_limit, per_call_limit=per_call_limit, alert_percent=alert_percent)
    budget.write(terms, by=db.by, at=db.at)
    db.add(budget)
    return Changed(budget=budget)
