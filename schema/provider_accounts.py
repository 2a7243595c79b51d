"""Accounts at providers as staff set them up; what opens them goes in and never comes out."""

from datetime import datetime

import strawberry

from domain import provider_accounts as domain
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.provider_accounts import ProviderAccountStatus, ProviderMode
from resolvers import provider_accounts as resolve
from resolvers.context import Context
from schema.connections import connection
from schema.enums import describe
from schema.inputs import optional, value
from schema.mutations import mutation
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    ProviderMode,
    "Whether a deployment moves real money. It only ever works with accounts of its own mode.",
    SANDBOX="Test money.",
    LIVE="Real money.",
)
describe(
    ProviderAccountStatus,
    "Whether new money moves through an account at a provider.",
    ACTIVE="It does.",
    DISABLED="Nothing new is begun; what was begun is asked about, refunded and heard of as before.",
)


@shows(domain.ProviderAccount, "The platform's account at a provider. Needs staff:money.")
class ProviderAccount(Stateful):
    status: ProviderAccountStatus = plain("Whether new money moves through it.")
    provider: Provider = plain("Whose account it is.")
    mode: ProviderMode = plain("Whether its money is real.")
    credential_names: list[str] = plain("The names of the credentials that it is opened with; their values stay here.")
    credentials_set_at: datetime = plain("When they were set.")
    has_webhook_secret: bool = plain("Whether messages of the provider can be proved to be genuine.")
    webhook_set_at: datetime | None = plain("When the secret for that was set.", name="webhookSecretSetAt")
    old_webhook_until: datetime | None = plain(
        "Until when messages signed with the secret before it are believed, too.", name="oldWebhookSecretValidTo"
    )

    @strawberry.field(description="The address to enter at the provider for its webhooks.")
    def webhook_url(self: domain.ProviderAccount, info: strawberry.Info[Context, None]) -> str:
        return f"{info.context.platform.issuer}/webhooks/{self.provider.name.lower()}"


@strawberry.input(description="A credential of an account at a provider.")
class CredentialInput:
    name: str = value(str, "Its name, for example secretKey.")
    value: str = value(str, "Its value. It is not shown again.")


@strawberry.input(description="Conditions on accounts at providers; all given ones must hold.")
class ProviderAccountFilter:
    status: list[ProviderAccountStatus] | None = optional(list[ProviderAccountStatus], "In one of these states.")


_ACCOUNT = {"account": (ProviderAccount, "The account as it is now.")}
_PROVIDER = {"provider": value(Provider, "The provider.")}
_CREDENTIALS = {"credentials": value(list[CredentialInput], "All that it is opened with from now on.")}


@strawberry.type
class ProviderAccountQueries:
    provider_accounts = connection(
        resolve.LIST,
        ProviderAccount,
        "The platform's accounts at providers in this deployment's mode.",
        filter=ProviderAccountFilter,
        needs=Permission.STAFF_MONEY,
    )


@strawberry.type
class ProviderAccountMutations:
    configure_provider = mutation(
        resolve.configure_provider,
        "Sets up the platform's account at a provider, or enables it again. INVALID for credentials that are missing, "
        "unknown, or of the other mode: STRIPE takes secretKey; ADYEN apiKey, merchantAccount and balanceAccount, live "
        "also liveUrlPrefix, where they differ also balancePlatformApiKey, kycApiKey and reportApiKey; PAYPAL clientId "
        "and clientSecret. A sandbox also takes the address of a stand-in. WRONG_STATE for one that is ACTIVE.",
        needs=Permission.STAFF_MONEY,
        takes={
            **_PROVIDER,
            **_CREDENTIALS,
            "webhook_secret": optional(
                str, "What proves its messages: STRIPE the signing secret, ADYEN the HMAC key, PAYPAL the webhook's id."
            ),
        },
        gives=_ACCOUNT,
        secret=True,
        sensitive=True,
    )
    rotate_provider_credentials = mutation(
        resolve.rotate_provider_credentials,
        "Replaces all credentials of an account at a provider; from then on it is opened with these alone.",
        needs=Permission.STAFF_MONEY,
        takes={**_PROVIDER, **_CREDENTIALS},
        gives=_ACCOUNT,
        secret=True,
        sensitive=True,
    )
    rotate_provider_webhook_secret = mutation(
        resolve.rotate_provider_webhook_secret,
        "Sets what proves the messages of a provider. What was signed with the one before is believed for 24 hours.",
        needs=Permission.STAFF_MONEY,
        takes={**_PROVIDER, "webhook_secret": value(str, "The new secret. It is not shown again.")},
        gives=_ACCOUNT,
        secret=True,
        sensitive=True,
    )
    disable_provider = mutation(
        resolve.disable_provider,
        "Begins nothing new at a provider: no charge, no payout, no method. What was begun is asked about, refunded "
        "and heard of as before.",
        needs=Permission.STAFF_MONEY,
        takes=_PROVIDER,
        gives=_ACCOUNT,
        sensitive=True,
    )
