"""The platform clock: real time, plus however far a sandbox has moved it forward."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Moves forward only. All business time comes from `now`; token and session lifetimes use real time."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, by: timedelta) -> None:
        if by < timedelta():
            raise ValueError("the clock never goes back")
        self.ahead += by
