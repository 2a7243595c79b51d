"""Payees: connected accounts, which Stripe asks about on its own pages who they are."""

from stripe import BankAccount, Card, StripeError

from domain.payout_methods import PayeeDetails, PayoutMethodKind
from integrations.payments import Adding, NoAnswer, Onboarded, Onboarding, Unusable
from integrations.stripe_payments.connection import ORGANIZATION, Connection
from integrations.stripe_payments.refusals import is_missing, no_answer

_UNKNOWN = Unusable(reason="Stripe knows no such account of this organization. Begin with its onboarding.")


async def onboard(connection: Connection, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
    """The page that a new payee, or one that has not finished, is sent to. Its address is good for minutes."""
    organization = str(onboarding.organization_id)
    try:
        account = onboarding.account
        if account is None:
            created = await connection.api.accounts.create_async(
                {
                    "type": "express",
                    "country": onboarding.country,
                    "capabilities": {"transfers": {"requested": True}},
                    # Otherwise Stripe pays transfers out by itself, and our payouts would find nothing there.
                    "settings": {"payouts": {"schedule": {"interval": "manual"}}},
                    "metadata": {ORGANIZATION: organization},
                },
                {"idempotency_key": f"{organization}-account-{onboarding.country}"},
            )
            account = created.id
        link = await connection.api.account_links.create_async(
            {
                "account": account,
                "type": "account_onboarding",
                "return_url": onboarding.return_url,
                "refresh_url": onboarding.return_url,
            }
        )
    except StripeError as error:
        if error.http_status == 400 and error.code is not None:
            return Unusable(reason="Stripe onboards nobody with these details; is the country one that it serves?")
        return _UNKNOWN if is_missing(error) else no_answer(error)
    return Onboarded(account=account, url=link.url)


async def payee_details(connection: Connection, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
    """Where an account is paid out to. One that was made for another organization is none of this one's."""
    try:
        account = await connection.api.accounts.retrieve_async(adding.token)
    except StripeError as error:
        return _UNKNOWN if error.http_status in (403, 404) else no_answer(error)
    if account.metadata is None or account.metadata.to_dict().get(ORGANIZATION) != str(adding.organization_id):
        return _UNKNOWN
    targets = account.external_accounts.data if account.external_accounts is not None else []
    target = next((one for one in targets if (one.currency or "").upper() == adding.currency), None)
    if target is None:
        return Unusable(reason=f"This account has no bank account for {adding.currency} yet: finish the onboarding.")
    return PayeeDetails(
        token=account.id,
        kind=PayoutMethodKind.CARD if isinstance(target, Card) else PayoutMethodKind.BANK_ACCOUNT,
        label=_label_of(target),
        last4=target.last4,
        is_verified=bool(account.payouts_enabled),
    )


def _label_of(target: BankAccount | Card) -> str:
    return target.brand if isinstance(target, Card) else target.bank_name or "Bank account"
