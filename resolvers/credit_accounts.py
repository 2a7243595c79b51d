"""Credit accounts: reading one, freezing, unfreezing and closing it."""

from uuid import UUID

from domain.actors import ActorKind
from domain.credit_accounts import CreditAccount
from persistence import credit_accounts, credit_endings, credit_packages
from persistence.neutrality import require_neutral
from persistence.unit import Unit
from planner.edges import One
from resolvers.context import Context
from resolvers.mutations import Changed

READERS = credit_accounts.READERS
ORGANIZATION, PACKAGE = credit_accounts.ORGANIZATION, credit_packages.OF_PURCHASE
_OF_ORGANIZATION = One(credit_accounts.CREDIT_ACCOUNTS, "organization_id", "organization_id")


class _Owner:
    """A parent that is nothing but the id of an organization."""

    def __init__(self, organization_id: UUID) -> None:
        self.organization_id = organization_id


async def account(context: Context, organization_id: UUID | None) -> CreditAccount | None:
    """The account of the active organization unless another is named; None where the viewer may not see it."""
    owner_id = organization_id or context.viewer.organization_id
    if owner_id is None:
        return None
    found: CreditAccount | None = await context.loaders.one(_OF_ORGANIZATION, _Owner(owner_id))
    return found


def is_app(context: Context) -> bool:
    """Apps learn what is available, and no more."""
    return context.viewer.kind is ActorKind.APP


async def freeze_credit_account(db: Unit, *, account_id: UUID, reason: str) -> Changed:
    account = await credit_accounts.named(db, account_id)
    await require_neutral(db, [account.organization_id])
    account.freeze(reason, by=db.by, at=db.at)
    return Changed(account=account)


async def unfreeze_credit_account(db: Unit, *, account_id: UUID, reason: str) -> Changed:
    account = await credit_accounts.named(db, account_id)
    await require_neutral(db, [account.organization_id])
    account.unfreeze(reason, by=db.by, at=db.at)
    return Changed(account=account)


async def close_credit_account(db: Unit, *, account_id: UUID, reason: str | None = None) -> Changed:
    account = await credit_accounts.named(db, account_id)
    account.close(reason, await credit_endings.holdups(db, account), by=db.by, at=db.at)
    return Changed(account=account)
