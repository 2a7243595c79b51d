"""Live feeds: what happened after a cursor, then what happens, read from the outbox with the viewer's rights."""

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from graphql import GraphQLError

from domain.approval_requests import ApprovalRequest
from domain.apps import App
from domain.billing_subscriptions import BillingSubscription
from domain.escrow_holds import EscrowHold
from domain.events import OutboxEvent
from domain.invoices import Invoice
from domain.memberships import Membership
from domain.permissions import Permission
from domain.refusals import not_found
from domain.wallets import Wallet
from persistence import outbox
from persistence.approval_requests import APPROVALS
from persistence.apps import APPS
from persistence.cash_reconciliations import CASH_RECONCILIATIONS
from persistence.database import is_congestion, is_outage
from persistence.escrow_holds import ESCROW_HOLDS
from persistence.gigs import GIGS
from persistence.invoices import INVOICES
from persistence.memberships import MEMBERSHIPS
from persistence.outbox import BATCH, Batch, Wanted
from persistence.payments import PAYMENTS
from persistence.projects import PROJECTS
from persistence.subscriptions import SUBSCRIPTIONS
from persistence.tails import Tail
from persistence.wallets import WALLETS
from planner.edges import One
from planner.pages import BadPage
from resolvers.context import Context
from resolvers.guards import Rule, require
from resolvers.listeners import RETRY_SECONDS, know_again

KEPT = timedelta(days=7)
"""How far back a feed resumes; with an older cursor the client has to fetch everything again."""

MOST_QUEUED = 1000
"""How many events may wait for a reader that had caught up before; whoever reads so slowly has to come back."""

WORK_READERS = (Permission.WORK_READ, Permission.STAFF_READ)
INVOICE_READERS = (Permission.INVOICES_READ, Permission.STAFF_READ)
ORGANIZATION_READERS = (Permission.ORG_READ, Permission.STAFF_READ)
MEMBER_READERS = (Permission.MEMBERS_READ, Permission.STAFF_READ)
BILLING_READERS = (Permission.BILLING_READ, Permission.STAFF_READ)
MONEY_READERS = (Permission.MONEY_READ, Permission.STAFF_MONEY)
RECONCILERS = (Permission.STAFF_MONEY,)
APP_READERS = (Permission.APPS_INSTALL, Permission.APPS_DEVELOP, Permission.STAFF_APPS)
APPROVERS = (Permission.MONEY_APPROVE, Permission.STAFF_MONEY, Permission.STAFF_DISPUTES)
_MARK = "live:"


@dataclass(frozen=True, slots=True)
class Update:
    """One message of a feed. Without an event it tells of a gap: the cursor was too old to resume from.

    Those that are equal are made once for all who are told at the same time.
    """

    position: int
    event: OutboxEvent | None = field(hash=False)
    object_id: UUID | None

    @property
    def cursor(self) -> str:
        return cursor_of(self.position)

    @property
    def gap(self) -> bool:
        return self.event is None


GIG, PROJECT, INVOICE = One(GIGS, "object_id"), One(PROJECTS, "object_id"), One(INVOICES, "object_id")
PAYMENT, APP = One(PAYMENTS, "object_id"), One(APPS, "object_id")
MEMBERSHIP = One(MEMBERSHIPS, "object_id")
SUBSCRIPTION = One(SUBSCRIPTIONS, "object_id")
APPROVAL, WALLET, HOLD = One(APPROVALS, "object_id"), One(WALLETS, "object_id"), One(ESCROW_HOLDS, "object_id")
RECONCILIATION = One(CASH_RECONCILIATIONS, "object_id")


class TooSlow(GraphQLError):
    """The reader takes messages more slowly than they come."""

    def __init__(self) -> None:
        text = f"{MOST_QUEUED} events wait for you. Subscribe again with the cursor of the last message as `after`."
        super().__init__(text, extensions={"code": "RATE_LIMITED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Which events a feed carries, what it needs, and which object each message shows."""

    needs: Rule
    wanted: Wanted
    object_of: Callable[[OutboxEvent | None], UUID | None]


async def gig_activity(context: Context, gig_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to a gig and to what belongs to it, as far as it concerns the viewer's organization."""
    return await activity(context, GIG, gig_id, "gig", after)


async def project_activity(context: Context, project_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to a project, its milestones, tasks and invoices."""
    return await activity(context, PROJECT, project_id, "project", after)


async def payment_updated(context: Context, payment_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to a payment and its refunds."""
    return await activity(context, PAYMENT, payment_id, "payment", after, needs=MONEY_READERS)


async def cash_reconciliation_progress(context: Context, run_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """How far a reconciliation is."""
    return await activity(context, RECONCILIATION, run_id, "cashReconciliation", after, needs=RECONCILERS)


async def app_status_changed(context: Context, app_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to an app itself, for its owner, its reviewers and those who have installed it."""
    return await activity(context, APP, app_id, "app", after, needs=APP_READERS, subject_type=App.SUBJECT)


async def invoice_updated(context: Context, organization_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to the invoices that the viewer's organization issues or receives."""
    return await of_organization(context, organization_id, Invoice.SUBJECT, INVOICE_READERS, after)


async def subscription_updated(context: Context, organization_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to the subscriptions of the viewer's organization."""
    return await of_organization(context, organization_id, BillingSubscription.SUBJECT, BILLING_READERS, after)


async def approval_requested(context: Context, organization_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What is asked of the viewer's organization or by it, and what became of it."""
    return await of_organization(context, organization_id, ApprovalRequest.SUBJECT, APPROVERS, after)


async def membership_changed(context: Context, organization_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """Who joins the viewer's organization, leaves it, and becomes what."""
    return await of_organization(context, organization_id, Membership.SUBJECT, MEMBER_READERS, after)


async def escrow_changed(context: Context, organization_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to the holds of the viewer's organization, on either side."""
    return await of_organization(context, organization_id, EscrowHold.SUBJECT, MONEY_READERS, after)


async def wallet_changed(context: Context, organization_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to the wallets of the viewer's organization."""
    if not context.viewer.acts_for(organization_id):
        raise not_found("organization", "organizationId")
    wanted = Wanted(topic=organization_id, subject_type=Wallet.SUBJECT)
    return await follow(context, Feed(needs=MONEY_READERS, wanted=wanted, object_of=_subject), after)


async def events(context: Context, after: str | None, types: tuple[str, ...] | None) -> AsyncIterator[Update]:
    """Everything that concerns the viewer's organization, or only some types of it."""
    wanted = Wanted(topic=context.viewer.require_organization(), types=types)
    return await follow(context, Feed(needs=ORGANIZATION_READERS, wanted=wanted, object_of=_subject), after)


async def live_cursor(context: Context) -> str:
    """Where all feeds stand now."""
    async with context.platform.database.reader() as session:
        return cursor_of(await outbox.last_position(session))


async def of_organization(
    context: Context, organization_id: UUID, subject_type: str, needs: tuple[Permission, ...], after: str | None
) -> AsyncIterator[Update]:
    """The feed of one kind of object that concerns the viewer's organization; each message shows its object."""
    if not context.viewer.acts_for(organization_id):
        raise not_found("organization", "organizationId")
    wanted = Wanted(topic=organization_id, subject_type=subject_type)
    return await follow(context, Feed(needs=needs, wanted=wanted, object_of=_subject), after)


async def activity(
    context: Context,
    edge: One,
    id_: UUID,
    noun: str,
    after: str | None,
    *,
    needs: tuple[Permission, ...] = WORK_READERS,
    subject_type: str | None = None,
) -> AsyncIterator[Update]:
    """The feed of one object, which every message shows as it is then. It must be visible when the feed starts."""
    wanted = Wanted(topic=id_, subject_type=subject_type)
    feed = Feed(needs=needs, wanted=wanted, object_of=lambda event: id_)
    stream = await follow(context, feed, after)
    if await context.loaders.one(edge, Update(0, None, id_)) is None:
        raise not_found(noun, f"{noun}Id")
    return stream


def _subject(event: OutboxEvent | None) -> UUID | None:
    return None if event is None else event.subject_id


async def follow(context: Context, feed: Feed, after: str | None) -> AsyncGenerator[Update, None]:
    """Starts a feed: without a cursor at this very moment, so that nothing after the call is missed."""
    return _updates(context, feed, *await begin(context, after))


async def begin(context: Context, after: str | None) -> tuple[int, bool]:
    """Behind which position a feed starts, and whether nothing is missing before it."""
    platform, resumed = context.platform, context.last_event_id or after
    async with platform.database.reader() as session:
        if resumed is not None:
            wanted_from = position_of(resumed)
            if await outbox.reaches_back_to(session, wanted_from, platform.now() - KEPT):
                return wanted_from, True
        return await outbox.last_position(session), resumed is None


async def _updates(context: Context, feed: Feed, position: int, resumes: bool) -> AsyncGenerator[Update, None]:
    """Pulled by the reader: a slow one reads later, in the same order, and nothing queues up for it here."""
    platform, had_caught_up = context.platform, False
    with platform.wakeups.bell(feed.wanted.topic, *feed.wanted.besides) as bell:
        if not resumes:
            context.last_event_id = cursor_of(position)
            yield Update(position, None, feed.object_of(None))
        while True:
            bell.clear()
            tail, batch = await read_on(context, feed, position)
            for event in batch.events:
                context.forget()
                context.last_event_id = cursor_of(event.position)
                yield Update(event.position, event, feed.object_of(event))
            position = batch.position
            if len(batch.events) < BATCH:
                had_caught_up, context.caught_up_at = True, cursor_of(position)
                await bell.wait()
                context.caught_up_at = None
            elif had_caught_up and await tail.waiting(position, MOST_QUEUED) >= MOST_QUEUED:
                raise TooSlow


async def read_on(context: Context, feed: Feed, position: int) -> tuple[Tail, Batch]:
    """The next events, for whoever may have them now, and where they were read: that lives for as long as we hold it.
    While the database is away, or has no time, they wait."""
    while True:
        try:
            await _check_rights(context, feed.needs)
            tail = context.platform.tails.of(context.viewer, feed.wanted, position)
            return tail, await tail.after(position)
        except Exception as error:
            if not (is_outage(error) or is_congestion(error)):
                raise
            await asyncio.sleep(RETRY_SECONDS)


async def _check_rights(context: Context, needs: Rule) -> None:
    """The rights of this moment, not those of the start: they may have been taken away since."""
    if context.identify is not None:
        await know_again(context)
        require(context, needs)


def cursor_of(position: int) -> str:
    return base64.urlsafe_b64encode(f"{_MARK}{position}".encode()).decode().rstrip("=")


def position_of(cursor: object) -> int:
    """The position behind a cursor; BadPage for anything else."""
    try:
        if not isinstance(cursor, str):
            raise TypeError
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        digits = text.removeprefix(_MARK)
        if not text.startswith(_MARK) or not digits.isdecimal() or len(digits) > 18:
            raise ValueError
        return int(digits)
    except (ValueError, TypeError, binascii.Error):
        raise BadPage("This is no cursor of a live feed.", "after") from None
