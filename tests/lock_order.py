"""The order in which transactions lock rows, and a watch over it: whoever keeps to it never waits in a circle."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Insert, Select, Table, TextClause, Update, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import FromStatement
from sqlalchemy.sql.selectable import ForUpdateArg

from persistence.ledger import POST

ORDER: tuple[tuple[str, ...], ...] = (
    ("chargeback_feeds", "inbound_webhooks"),
    ("organizations",),
    ("one_time_tokens", "invitations"),
    ("users", "memberships"),
    ("permission_overrides", "impersonations"),
    ("sessions", "sign_in_challenges", "two_factors", "recovery_codes"),
    ("apps",),
    ("app_installations",),
    ("api_keys",),
    ("app_users",),
    ("app_codes",),
    ("cross_app_sessions",),
    ("signing_keys",),
    ("approval_requests",),
    ("checkout_sessions",),
    ("billing_subscriptions",),
    ("subscription_periods",),
    ("scheduled_changes", "contracts"),
    ("dunning_attempts", "proration_lines", "seat_assignments"),
    ("gigs",),
    ("projects",),
    ("pause_requests",),
    ("milestones",),
    ("tasks",),
    ("task_submissions",),
    ("proposals", "gig_invitations"),
    ("customers", "tax_types"),
    ("app_credit_budgets", "credit_disputes", "credit_adjustments", "credit_summary_months"),
    ("credit_accounts",),
    ("credit_transactions",),
    ("credit_lots", "credit_consumptions"),
    ("credit_purchases",),
    ("credit_promotions",),
    ("promotion_redemptions",),
    ("purchases",),
    ("sales",),
    ("invoices",),
    ("credit_notes",),
    ("payments", "recorded_payments"),
    ("refunds", "payouts"),
    ("chargebacks",),
    ("escrow_holds", "payment_attempts", "refund_attempts", "payout_attempts"),
    ("ledger_transfers",),
    ("ledger_balances",),
    ("number_series",),
    ("payment_methods", "payout_methods", "payout_schedules"),
    ("deployments", "provider_accounts", "payee_accounts"),
    ("cash_reconciliations", "reconciliation_runs"),
    ("reconciliation_feeds",),
    ("price_experiments", "features", "products", "plans", "prices", "usage_events"),
    ("fee_policies", "release_policies", "money_exceptions", "ledger_exports", "audit_exports"),
    ("files",),
    ("entitlement_grants", "feature_promotions"),
    ("quota_counters",),
    ("entitlement_versions",),
    ("notifications",),
    ("notification_sends", "notification_preferences", "notification_hours", "push_devices", "bounced_addresses"),
    ("scheduled_runs",),
    ("webhook_deliveries", "webhook_endpoints"),
    ("outbox_head", "outbox", "outbox_reactions"),
    ("audit_chains", "audit_entries"),
)
"""From first to last. Tables in one group are locked in either order: below one lock that comes before them (the gig's,
the payment's), or by verbs that lock only one of them."""

_RANK = {table: rank for rank, group in enumerate(ORDER) for table in group}
_KNOWN = "locks of this transaction"


@contextmanager
def watched(engine: AsyncEngine) -> Iterator[list[str]]:
    """What was locked out of order while the block ran, one sentence for each time.

    SKIP LOCKED waits for nobody, so it may come at any time. FOR SHARE is for rows that whoever changes them locks last
    of all, such as payment methods: holding it makes nobody wait who is waited for. What a transaction has inserted is
    its own.
    """
    mistakes: list[str] = []

    def before(
        connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
    ) -> None:
        compiled = getattr(context, "compiled", None)
        if compiled is None and statement != POST:
            return
        written = None if compiled is None else compiled.statement
        known: dict[str, bool] = connection.info.setdefault(_KNOWN, {})
        if isinstance(written, Insert):
            known.setdefault(written.table.name, False)
        for table, waits in _locked(written):
            if table not in known:
                mistakes.extend(_mistakes(table, [name for name, is_held in known.items() if is_held], waits))
                known[table] = True

    def forget(connection: Connection) -> None:
        connection.info.pop(_KNOWN, None)

    listeners = {"before_cursor_execute": before, "commit": forget, "rollback": forget}
    for name, listener in listeners.items():
        event.listen(engine.sync_engine, name, listener)
    try:
        yield mistakes
    finally:
        for name, listener in listeners.items():
            event.remove(engine.sync_engine, name, listener)


def _locked(statement: Any) -> Iterator[tuple[str, bool]]:
    """The tables whose rows a statement locks, and whether it waits for them; None: the one that posts, as text."""
    if statement is None:
        yield "ledger_balances", True
    if isinstance(statement, Update) and isinstance(statement.table, Table):
        yield statement.table.name, True
    if isinstance(statement, TextClause) and "append_audit(" in statement.text:
        yield "audit_chains", True
    if isinstance(statement, FromStatement) and "lock_credit_accounts(" in str(statement.element):
        yield "credit_accounts", True
    asked: ForUpdateArg | None = statement._for_update_arg if isinstance(statement, Select) else None
    if asked is not None and not asked.read:
        for table in asked.of or statement.get_final_froms():
            if isinstance(table, Table):
                yield table.name, not asked.skip_locked


def _mistakes(table: str, held: list[str], waits: bool) -> list[str]:
    if table not in _RANK:
        return [f"{table} is locked, but has no place in the order"]
    late = [name for name in held if _RANK.get(name, 0) > _RANK[table]]
    return [f"{table} is locked after {', '.join(late)}"] if waits and late else []
