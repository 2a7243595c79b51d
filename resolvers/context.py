"""What a resolver knows of its request: who asks, when, and where to read."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from domain.actors import ANONYMOUS, Actor
from domain.rate_limits import CallerKind, Meter
from domain.sessions import Visit
from domain.system_status import Dependency
from integrations.passwords import Passwords
from integrations.vault import Vault, vault_in_use
from persistence import rate_limit_settings, trusted_documents
from persistence.callers import Callers
from persistence.dashboards import Dashboards
from persistence.database import Database
from persistence.entitlements import Entitlements
from persistence.identities import Identities
from persistence.tails import Tails
from persistence.wakeups import Wakeups
from persistence.work import CURRENT, Work
from resolvers.denials import Denials
from resolvers.loaders import Loaders
from resolvers.rate_limits import Charge, RateLimits
from resolvers.trusted_documents import TrustedDocuments

DEVELOPMENT_ISSUER = "http://127.0.0.1:8000"
RECOMPUTING_AT_ONCE = 2
"""Checks of all books or of a whole chain in this process, whoever asks for them."""
WRITING_AT_ONCE = 8
"""Mutations in a transaction at once in this process: more would only keep each other's locks waiting."""
_rest = partial(asyncio.sleep, 1.0)


async def _nothing() -> None:
    """A clock that nobody moves."""


async def _no_dependencies() -> tuple[str, Sequence[Dependency]]:
    """Where nothing is served."""
    return "", ()


@dataclass(slots=True)
class Platform:
    """What all requests of a process share. `now` is the platform clock, which only a sandbox can move forward."""

    database: Database
    now: Callable[[], datetime]
    wakeups: Wakeups
    callers: Callers = field(init=False)
    identities: Identities = field(init=False)
    tails: Tails = field(init=False)
    entitlements: Entitlements = field(init=False)
    dashboards: Dashboards = field(init=False)
    passwords: Passwords = field(default_factory=Passwords)
    writing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(WRITING_AT_ONCE))
    """Held while a mutation's transaction runs; the others wait here, without a connection and without a lock."""
    recomputing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RECOMPUTING_AT_ONCE))
    """Held while books or chains are recomputed, which takes a connection for as long as it takes."""
    rate_limits: RateLimits = field(default_factory=RateLimits)
    documents: TrustedDocuments = field(init=False)
    free_form: frozenset[CallerKind] = frozenset(CallerKind)
    """Who may ask what is no trusted document."""
    denials: Denials = field(default_factory=Denials)
    """Which refusals for want of a permission the audit log is told of."""
    vault: Vault = field(default_factory=vault_in_use)
    """Seals what has to be read again."""
    issuer: str = DEVELOPMENT_ISSUER
    """Who tokens for apps say that they come from: the address at which the platform is reached."""
    is_sandbox: bool = True
    origins: frozenset[bytes] = frozenset()
    """Of pages elsewhere that may call, and that browsers may be sent back to."""
    ahead: Callable[[], timedelta] = timedelta
    """How far `now` is ahead of real time."""
    probe: Callable[[], Awaitable[tuple[str, Sequence[Dependency]]]] = _no_dependencies
    """The revision of the database that this build needs, and what the process depends on."""
    rest: Callable[[], Awaitable[None]] = _rest
    """What feeds of figures do after each message, so that many changes are one message."""
    reload_clock: Callable[[], Awaitable[None]] = _nothing
    """Takes over at once how far another process, or a mutation of this one, has moved the clock."""

    def __post_init__(self) -> None:
        self.callers = Callers(
            self.database, self.wakeups, is_sandbox=self.is_sandbox, share_of=self.rate_limits.share_of
        )
        self.identities = Identities(self.database)
        self.tails = Tails(self.database, self.wakeups)
        self.entitlements = Entitlements(self.database)
        self.dashboards = Dashboards(self.database)
        self.documents = TrustedDocuments(self.database)
        self.wakeups.keep(trusted_documents.CHANNEL, self.documents.reload)
        self.rate_limits.reads_at_once = self.database.fair_share
        self.wakeups.keep(rate_limit_settings.CHANNEL, self._adopt_limits)

    async def _adopt_limits(self) -> None:
        self.rate_limits.adopt(await rate_limit_settings.in_force(self.database))


@dataclass(slots=True)
class Context:
    """One request, or one operation on a socket."""

    platform: Platform
    viewer: Actor = ANONYMOUS
    request_id: str = ""
    ip: str = ""
    user_agent: str = ""
    idempotency_key: UUID | None = None
    identify: Callable[[], Awaitable[Actor]] | None = None
    """Who the caller is by now, for operations that outlive a request; NotSignedIn once the session has ended."""
    last_event_id: str | None = None
    """The cursor of a feed's last message: of the one its reader has seen, when they resume by it, then of each one."""
    caught_up_at: str | None = field(init=False, default=None)
    """The cursor behind which a feed waits, while it does: its reader has all that came before."""
    outcomes: dict[str, "asyncio.Future[Any]"] = field(init=False, default_factory=dict)
    """How mutations of this operation have ended already, by their keys in the answer, where the planner ran them and
    leaves the answer to the ordinary executor: it must not run them again."""
    meter: Meter | None = field(init=False, default=None)
    """The caller's, once the operation has been counted."""
    charge: Charge | None = field(init=False, default=None)
    """What the operation cost, once it has been paid for."""
    work: Work = field(init=False, default_factory=Work)
    is_planned: bool = field(init=False, default=False)
    is_read_written_down: bool = field(init=False, default=False)
    """What it reads is in the audit log already, or need not be."""
    denied: set[str] = field(init=False, default_factory=set)
    """Permissions that fields of it would have taken."""
    refusals: tuple[str, ...] = field(init=False, default=())
    """The codes of the mutations that were refused."""
    has_changed: bool = field(init=False, default=False)
    """A mutation has succeeded, whose answer may hold a secret."""
    browser_token: str | None = field(init=False, default=None)
    """What a browser keeps in its cookie from now on; empty: nothing any more."""
    _loaders: Loaders | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        # Whoever makes a context works for its operation from then on.
        CURRENT.set(self.work)

    def visit(self) -> Visit:
        return Visit(ip=self.ip, user_agent=self.user_agent, at=datetime.now(UTC))

    @property
    def loaders(self) -> Loaders:
        """Made when the first resolver loads something; few do where a plan answers."""
        if self._loaders is None:
            self._loaders = Loaders(self.platform.database, self.viewer)
        return self._loaders

    def forget(self) -> None:
        """Drops what was loaded so far, because a mutation may have changed it."""
        self._loaders = None
