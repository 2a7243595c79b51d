"""What happens when: for each type of event the reactions that follow it, none of which waits for another."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from domain.events import OutboxEvent
from domain.stories import STORIES
from jobs import (
    api_keys,
    apps,
    audit_exports,
    billing_reconciliation,
    credit_disputes,
    credit_letters,
    credit_purchases,
    credit_top_ups,
    files,
    gigs,
    invoices,
    ledger_exports,
    mail,
    notices,
    notifications,
    owed_charges,
    payments,
    payouts,
    projects,
    provider_changes,
    receipts,
    reconciliation,
    refunds,
    subscription_mail,
    webhook_endpoints,
)
from persistence.database import Database

Reaction = Callable[[Database, OutboxEvent, datetime], Awaitable[None]]
"""`async def reaction(database, event, now)`, in the file of its noun. It may run more than once for one event, and the
event only says where to look: it reads the object as it is now, and does nothing when there is nothing left to do."""

Reactions = Mapping[str, tuple[Reaction, ...]]

_OF_NOUNS: Reactions = {
    # "noun.verb": (reaction, another_reaction),
    "payment.created": (payments.send_payment,),
    "payment.action_required": (credit_top_ups.ask_somebody,),
    "credit_purchase.paid": (credit_top_ups.count_outcome,),
    "credit_purchase.failed": (credit_top_ups.count_outcome,),
    "credit_purchase.expired": (credit_top_ups.count_outcome,),
    "debt.recovered": (credit_purchases.settle_shortfall,),
    "debt.written_off": (credit_purchases.settle_shortfall,),
    "credit_account.top_up_due": (credit_top_ups.top_up,),
    "credits.balance_low": (credit_letters.mail_balance_low,),
    "credits.expiring": (credit_letters.mail_expiring,),
    "credits.top_up_failed": (credit_letters.mail_top_up_failed,),
    "app_credit_budget.alert_reached": (credit_letters.mail_budget_alert,),
    "credit_dispute.overdue": (credit_disputes.mail_overdue_dispute,),
    "payment.succeeded": (receipts.mail_receipt,),
    "payment.authorized": (payments.ask_payment,),
    "payment.capture_asked": (payments.ask_payment,),
    "payment.cancel_asked": (payments.ask_payment,),
    "payment.check_asked": (payments.ask_payment,),
    "dunning.attempt_failed": (subscription_mail.mail_attempt_failed,),
    "sale.payment_failed": (owed_charges.mail_not_paid,),
    "subscription.trial_will_end": (subscription_mail.mail_trial_ends,),
    "subscription.billed": (subscription_mail.mail_billed,),
    "cash_reconciliation.started": (reconciliation.run_started,),
    "reconciliation.started": (billing_reconciliation.reconcile_catalogue,),
    "scheduled_change.ordered": (provider_changes.send_change,),
    "payout.requested": (payouts.send_payout,),
    "payout.approved": (payouts.send_payout,),
    "payout.cleared": (payouts.send_payout,),
    "refund.requested": (refunds.send_refund,),
    "refund.approved": (refunds.send_refund,),
    "ledger_export.requested": (ledger_exports.write_ledger_export,),
    "audit_export.requested": (audit_exports.write_audit_export,),
    "file.uploaded": (files.scan_file,),
    "project.created": (projects.activate_at_once,),
    "project.completed": (gigs.close_done_gig,),
    "payment_method.added": (projects.activate_at_once,),
    "invoice.reminded": (invoices.mail_invoice_reminder,),
    "escrow.funded": (projects.activate_at_once,),
    "invoice.paid": (projects.activate_at_once,),
    "one_time_token.requested": (mail.mail_one_time_token,),
    "user.sign_up_repeated": (mail.mail_sign_up_repeated,),
    "member.invited": (mail.mail_invitation,),
    "password.reset_requested": (mail.mail_password_reset,),
    "password.changed": (notices.mail_credentials_changed,),
    "user.email_changed": (notices.mail_email_changed,),
    "member.role_changed": (notices.mail_role_changed,),
    "member.override_set": (notices.mail_override,),
    "member.override_lifted": (notices.mail_override,),
    "impersonation.ended": (notices.mail_impersonation,),
    "session.created": (notices.mail_new_device,),
    "session.reuse_detected": (notices.mail_token_reused,),
    "api_key.created": (api_keys.mail_key_changed,),
    "api_key.rotated": (api_keys.mail_key_changed,),
    "api_key.revoked": (api_keys.mail_key_changed,),
    "webhook_endpoint.disabled": (webhook_endpoints.mail_given_up,),
    "user.suspended": (apps.end_sessions_of_user,),
    "user.deactivated": (apps.end_sessions_of_user,),
    "member.removed": (apps.end_sessions_of_member,),
    "two_factor.enabled": (notices.mail_credentials_changed,),
    "two_factor.disabled": (notices.mail_credentials_changed,),
    "two_factor.codes_replaced": (notices.mail_credentials_changed,),
}
REACTIONS: Reactions = {
    event_type: (*_OF_NOUNS.get(event_type, ()), *([notifications.notify] if event_type in STORIES else []))
    for event_type in (*_OF_NOUNS, *STORIES)
}
"""All that follows from events: the work above, and that people are told (domain/stories.py)."""


def names_of(reactions: Reactions, event_type: str) -> list[str]:
    """The reactions of a type of event by name. Open ones are kept by name: rename none while some are open."""
    return [reaction.__name__ for reaction in reactions.get(event_type, ())]


def named(reactions: Reactions, event_type: str, name: str) -> Reaction | None:
    return next((one for one in reactions.get(event_type, ()) if one.__name__ == name), None)
