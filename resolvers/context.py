"""What a resolver knows of its request: who asks, when, and where to read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.actors import ANONYMOUS, Actor
from persistence.database import Database
from persistence.wakeups import Wakeups
from resolvers.loaders import Loaders


@dataclass(slots=True)
class Platform:
    """What all requests of a process share. `now` is the platform clock, which only a sandbox can move forward."""

    database: Database
    now: Callable[[], datetime]
    wakeups: Wakeups
    is_sandbox: bool = True


@dataclass(slots=True)
class Context:
    """One request, or one operation on a socket."""

    platform: Platform
    viewer: Actor = ANONYMOUS
    request_id: str = ""
    ip: str = ""
    user_agent: str = ""
    idempotency_key: UUID | None = None
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Drops what was loaded so far, because a mutation may have changed it."""
        self.loaders = Loaders(self.platform.database, self.viewer)
