"""What time brings: the jobs that look for what is due, in the order in which they run."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from jobs import (
    api_keys,
    approval_requests,
    apps,
    audit,
    audit_exports,
    billing_reconciliation,
    chargebacks,
    checkouts,
    credit_disputes,
    credit_purchases,
    credit_summaries,
    credits,
    escrow,
    files,
    gigs,
    identity,
    integrity,
    ledger_exports,
    milestones,
    notifications,
    owed_charges,
    payment_methods,
    payments,
    payout_schedules,
    payouts,
    projects,
    provider_changes,
    reconciliation,
    refunds,
    retention,
    simulator,
    subscriptions,
    usage,
    webhook_endpoints,
    webhook_handling,
)
from persistence.database import Database

Job = Callable[[Database, datetime], Awaitable[int]]
"""`async def name(database, now) -> int`, in the file of its noun: does what is due and says how much that was. It
takes its rows with SKIP LOCKED, so that workers share the work, and may be killed at any point and run again."""

Timers = tuple[tuple[str, Job], ...]

TIMERS: Timers = (
    # ("name", job) in the order in which they run: what falls due first comes first. Those of domain/scheduled_runs.py
    # run at their times.
    ("simulator.deliver", simulator.deliver),
    ("webhooks.handle", webhook_handling.handle_due),
    ("payments.send", payments.send_created),
    ("payments.resolve", payments.ask_unanswered),
    ("refunds.send", refunds.send_pending),
    ("refunds.resolve", refunds.ask_unanswered),
    ("chargebacks.read", chargebacks.read_reports),
    ("chargebacks.tell", chargebacks.tell_answers),
    ("chargebacks.lapse", chargebacks.lapse),
    ("refunds.drop", refunds.drop_lost),
    ("payment_methods.expire", payment_methods.expire_methods),
    ("invoices.collect", payments.collect_due),
    ("credit_purchases.expire", credit_purchases.expire),
    ("checkouts.expire", checkouts.expire_sessions),
    ("purchases.deliver", checkouts.deliver_ended),
    ("usage.close", usage.close_periods),
    ("subscriptions.keep", subscriptions.keep_due),
    ("subscription_periods.collect", subscriptions.collect_invoices),
    ("owed_charges.charge", owed_charges.charge_due),
    ("subscription_periods.earn", subscriptions.earn_elapsed),
    ("subscription_periods.bring_credits", subscriptions.bring_credits),
    ("scheduled_changes.send", provider_changes.send_due),
    ("payout_schedules.keep", payout_schedules.keep_due),
    ("payouts.send", payouts.send_pending),
    ("payouts.resolve", payouts.ask_unanswered),
    ("money.reconcile", reconciliation.reconcile),
    ("billing.reconcile", billing_reconciliation.reconcile),
    ("money.integrity", integrity.look),
    ("approvals.lapse", approval_requests.lapse),
    ("credits.end_holds", credits.end_holds),
    ("credits.expire", credits.expire_lots),
    ("credits.tell_of_expiring", credits.tell_of_expiring),
    ("credit_disputes.escalate", credit_disputes.escalate_overdue),
    ("credits.summary", credit_summaries.publish_due),
    ("projects.activate", projects.activate_ready),
    ("projects.cancel_lapsed", projects.cancel_lapsed),
    ("milestones.auto_approve", milestones.auto_approve),
    ("escrow.release", escrow.release_due),
    ("gigs.expire", gigs.expire_gigs),
    ("proposals.expire_offers", gigs.expire_offers),
    ("gig_invitations.expire", gigs.expire_invitations),
    ("invitations.expire", identity.expire_invitations),
    ("impersonations.end", identity.end_impersonations),
    ("api_keys.expire", api_keys.expire_keys),
    ("cross_app_sessions.expire", apps.expire_sessions),
    ("app_codes.forget", apps.forget_codes),
    ("signing_keys.rotate", apps.rotate_signing_keys),
    ("sign_ins.forget", identity.forget_sign_ins),
    ("credentials.forget", identity.forget_credentials),
    ("files.expire", files.expire_uploads),
    ("files.cleanup", files.clean_up),
    ("ledger_exports.forget", ledger_exports.forget_ledger_exports),
    ("audit_exports.forget", audit_exports.forget_audit_exports),
    ("notifications.send", notifications.send_due),
    ("notifications.forget", notifications.forget_old),
    ("audit.anchor", audit.anchor),
    ("webhooks.forget", webhook_handling.forget_old),
    ("webhook_endpoints.give_up", webhook_endpoints.give_up_silent),
    ("webhook_deliveries.forget", webhook_endpoints.forget_deliveries),
    ("events.forget", retention.forget_old_events),
)

PROMPT = frozenset(
    {
        "simulator.deliver",
        "webhooks.handle",
        "payments.send",
        "payments.resolve",
        "refunds.send",
        "refunds.resolve",
        "chargebacks.tell",
        "invoices.collect",
        "payouts.send",
        "payouts.resolve",
        "projects.activate",
        "escrow.release",
        "impersonations.end",
        "api_keys.expire",
        "cross_app_sessions.expire",
    }
)
"""Those for which somebody waits: money on its way, and rights that end. They look every second. All others look again
some seconds after they have found nothing due, so that many timers cost an idle worker little."""
SELDOM = frozenset(
    {
        "money.integrity",
        "credits.tell_of_expiring",
        "app_codes.forget",
        "signing_keys.rotate",
        "credentials.forget",
        "files.expire",
        "notifications.forget",
        "webhook_endpoints.give_up",
        "webhook_deliveries.forget",
    }
)
"""Those for which nobody waits: once they find nothing due, a minute later is soon enough to look again."""
