"""What organizations are told of what they have from Milepost and its apps: subscriptions and credits."""

from domain.app_credit_budgets import AppCreditBudget
from domain.billing_subscriptions import BillingSubscription
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.notification_stories import Members, Stories, Story
from domain.notifications import NotificationCategory
from domain.permissions import Permission

_C, _P = NotificationCategory, Permission
_BILLED = Members("organization_id", _P.BILLING_MANAGE)
_BUYERS = Members("organization_id", _P.CREDITS_PURCHASE)


def _story(
    title: str,
    text: str,
    *,
    to: Members = _BILLED,
    category: NotificationCategory = _C.BILLING,
    has_letter: bool = False,
) -> Story:
    return Story(category=category, to=to, title=title, text=text, has_letter=has_letter)


BILLING_STORIES: Stories = {
    BillingSubscription: {
        "subscription.trial_will_end": (
            _story(
                "Your trial of {product} is about to end",
                "The trial of {product} ends on {trial_ends_at}. Then your default payment method is charged.",
                has_letter=True,
            ),
        ),
        "dunning.attempt_failed": (
            _story(
                "Your payment for {product} has failed",
                "{product} could not be charged. Look at your default payment method.",
                category=_C.PAYMENT_FAILURE,
                has_letter=True,
            ),
        ),
        "subscription.unpaid": (
            _story("{product} has stopped", "{product} was not paid, and gives nothing.", category=_C.PAYMENT_FAILURE),
        ),
        "subscription.paused": (_story("{product} is paused", "{product} rests, and gives nothing meanwhile."),),
        "subscription.canceled": (_story("{product} has ended", "Your subscription of {product} has ended."),),
    },
    CreditAccount: {
        "credits.balance_low": (
            _story(
                "Few credits are left",
                "{owner} has {available} credits left, fewer than {threshold}.",
                to=_BUYERS,
                has_letter=True,
            ),
        ),
        "credits.top_up_failed": (
            _story(
                "Credits could not be bought",
                "Credits of {owner} could not be bought by themselves. Look at your default payment method.",
                to=_BUYERS,
                category=_C.PAYMENT_FAILURE,
                has_letter=True,
            ),
        ),
        "credit_account.frozen": (
            _story("Your credits are frozen", "Credits of {owner} cannot be used for now.", to=_BUYERS),
        ),
        "credit_account.unfrozen": (
            _story("Your credits can be used again", "Credits of {owner} are no longer frozen.", to=_BUYERS),
        ),
    },
    CreditLot: {
        "credits.expiring": (
            _story(
                "Credits expire soon",
                "{remaining} credits of {owner} expire on {expires_at}.",
                to=_BUYERS,
                has_letter=True,
            ),
        ),
    },
    AppCreditBudget: {
        "app_credit_budget.alert_reached": (
            _story(
                "{app} has used up most of its credits",
                "{app} has used up {used} of the {limit} credits that {owner} allows it in this month.",
                to=_BUYERS,
                has_letter=True,
            ),
        ),
    },
}
