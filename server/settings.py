"""Settings: read from the environment once, at the start of a process."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_network
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import unquote, urlsplit

from domain.files import MEGABYTE, STORAGE_LIMIT
from domain.rate_limits import DEFAULTS, Allowance, CallerKind
from integrations.clamav import ClamAv
from integrations.mail import SENDER, Sender, sender_of
from integrations.s3_files import Bucket
from integrations.smtp import SmtpServer
from integrations.vault import Vault, VaultError
from resolvers.context import DEVELOPMENT_ISSUER
from resolvers.rate_limits import CEILING, SANDBOX_FACTOR
from server.browsers import origins_of
from server.embedded import default_data_dir

T = TypeVar("T")
S = TypeVar("S")
_STORAGE = STORAGE_LIMIT // MEGABYTE


_KEYS_WANTED = (
    "MILEPOST_SECRET_KEYS is needed with a database of your own: without it each machine would make a key, and none"
    " could read the others' secrets. Take first:$(openssl rand -base64 32), and keep it as safe as the database."
)


class Mode(Enum):
    """A sandbox seeds itself and moves its own clock; production does neither."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


_CALLERS = {
    "anonymous": CallerKind.ANONYMOUS,
    "session": CallerKind.SESSION,
    "key": CallerKind.API_KEY,
    "app": CallerKind.APP_KEY,
}
_FREE_FORM = {
    Mode.SANDBOX: frozenset(CallerKind),
    Mode.PRODUCTION: frozenset(CallerKind) - {CallerKind.ANONYMOUS},
}


class CannotRun(RuntimeError):
    """Something outside has to change first: a setting, the database. The message says what, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a process is told from outside; docs/operations.md lists the variables."""

    host: str
    port: int
    mode: Mode
    data_dir: Path
    database_url: str | None = field(repr=False)
    database_direct_url: str | None = field(repr=False)
    bus_url: str | None = field(repr=False)
    """What tells the processes of several machines of new events; None: the database."""
    pool_size: int
    mail_folder: Path
    audit_folder: Path
    files: Path | Bucket
    """The folder, or the bucket, that files are kept in."""
    storage_limit: int
    """How many bytes of files an organization may keep."""
    scanner: ClamAv | None
    mail_sender: Sender
    smtp: SmtpServer | None
    smtp_authorities: Path | None
    secret_keys: Vault | None = field(repr=False)
    log_format: str
    log_level: str
    is_planned: bool
    limits: Mapping[CallerKind, Allowance]
    max_cost: int
    free_form: frozenset[CallerKind]
    """Who may ask what is no trusted document."""
    metrics_token: str | None = field(repr=False)
    issuer: str
    origins: frozenset[bytes]
    """Of pages elsewhere that may call."""
    notice_seconds: int
    """For how long it serves on once it is asked to end, while readiness says no: balancers need that to hear of it."""
    calls_local_webhooks: bool
    """Whether webhooks may go to this machine, as only a sandbox's may."""
    trusted_proxies: tuple[str, ...]
    """Addresses and networks whose X-Forwarded-For says who calls; of nobody else is it believed."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises CannotRun naming all that is wrong at once. An empty variable counts as not set."""
        variables = _Variables(environment)
        data_dir = variables.path("MILEPOST_DATA_DIR", default_data_dir())
        mode = Mode(variables.one_of("MILEPOST_MODE", [mode.value for mode in Mode]))
        factor = SANDBOX_FACTOR if mode is Mode.SANDBOX else 1
        port = variables.whole("PORT", 8000, least=0, most=65_535)
        settings = cls(
            host=variables.text("MILEPOST_HOST", "127.0.0.1"),
            port=port,
            mode=mode,
            data_dir=data_dir,
            database_url=variables.text("MILEPOST_DATABASE_URL", None),
            database_direct_url=variables.text("MILEPOST_DATABASE_DIRECT_URL", None),
            bus_url=variables.read("MILEPOST_BUS_URL", broker_of, None),
            pool_size=variables.whole("MILEPOST_POOL_SIZE", 10, least=1, most=1000),
            mail_folder=variables.path("MILEPOST_MAIL_DIR", data_dir / "mail"),
            audit_folder=variables.path("MILEPOST_AUDIT_DIR", data_dir / "audit"),
            files=variables.read("MILEPOST_FILES_URL", files_at, data_dir / "files"),
            storage_limit=MEGABYTE * variables.whole("MILEPOST_STORAGE_LIMIT", _STORAGE, least=1, most=1_000_000_000),
            scanner=variables.read("MILEPOST_SCANNER_URL", ClamAv.of, None),
            mail_sender=variables.read("MILEPOST_MAIL_FROM", sender_of, SENDER),
            smtp=variables.read("MILEPOST_SMTP_URL", SmtpServer.of, None),
            smtp_authorities=variables.read("MILEPOST_SMTP_CA", existing_file, None),
            secret_keys=variables.read("MILEPOST_SECRET_KEYS", Vault.of, None),
            log_format=variables.one_of("MILEPOST_LOG_FORMAT", ["auto", "json", "text"]),
            log_level=variables.one_of("MILEPOST_LOG_LEVEL", ["info", "debug", "warning", "error"]),
            is_planned=variables.one_of("MILEPOST_PLANNER", ["on", "off"]) == "on",
            limits={
                kind: variables.allowance(f"MILEPOST_{word.upper()}_LIMITS", DEFAULTS[kind].times(factor))
                for word, kind in _CALLERS.items()
            },
            max_cost=variables.whole("MILEPOST_MAX_COST", CEILING, least=1, most=1_000_000),
            free_form=variables.read("MILEPOST_FREE_FORM", free_form_of, _FREE_FORM[mode]),
            metrics_token=variables.text("MILEPOST_METRICS_TOKEN", None),
            issuer=variables.read(
                "MILEPOST_ISSUER", address_of, f"http://127.0.0.1:{port}" if port else DEVELOPMENT_ISSUER
            ),
            origins=variables.read("MILEPOST_ALLOWED_ORIGINS", origins_of, frozenset()),
            notice_seconds=variables.whole("MILEPOST_NOTICE_SECONDS", 0, least=0, most=600),
            calls_local_webhooks=variables.one_of("MILEPOST_LOCAL_WEBHOOKS", ["off", "on"]) == "on",
            trusted_proxies=variables.read("FORWARDED_ALLOW_IPS", proxies_of, ()),
        )
        if mode is Mode.PRODUCTION and settings.database_url is not None and settings.secret_keys is None:
            variables.complain(_KEYS_WANTED)
        if mode is Mode.PRODUCTION and settings.calls_local_webhooks:
            variables.complain("MILEPOST_LOCAL_WEBHOOKS is for sandboxes: production calls nothing on its own machine.")
        variables.refuse()
        return settings


class _Variables:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: list[str] = []

    def complain(self, problem: str) -> None:
        self._problems.append(problem)

    def text(self, name: str, default: T) -> str | T:
        return self._environment.get(name) or default

    def path(self, name: str, default: Path) -> Path:
        given = self._environment.get(name)
        return Path(given).expanduser() if given else default

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        given = self.text(name, str(default))
        if given.isascii() and given.isdecimal() and least <= int(given) <= most:
            return int(given)
        self._problems.append(f"{name} takes a whole number from {least} to {most}, not {given!r}.")
        return default

    def allowance(self, name: str, default: Allowance) -> Allowance:
        """Four whole numbers between slashes, in the order in which Allowance names them; payments stay as they are."""
        given = self.text(name, None)
        if given is None:
            return default
        numbers = [int(one) for one in given.split("/") if one.isascii() and one.isdecimal() and int(one) > 0]
        if len(numbers) == given.count("/") + 1 == 4:
            operations, cost, refill, documents = numbers
            return Allowance(operations, cost, refill, documents, default.payments_per_minute)
        self._problems.append(
            f"{name} takes four whole numbers between slashes, as 300/5000/100/60: operations a minute, cost at once,"
            f" cost that comes back each second, new documents a minute; not {given!r}."
        )
        return default

    def read(self, name: str, reader: Callable[[str], T], default: S) -> T | S:
        """What the reader makes of it; it says in a ValueError or VaultError what else it takes."""
        given = self.text(name, None)
        try:
            return default if given is None else reader(given)
        except (ValueError, VaultError) as error:
            # Without the value, which may hold a password.
            self._problems.append(f"{name} {error}.")
            return default

    def one_of(self, name: str, values: Sequence[str]) -> str:
        """One of the values, of which the first is the default."""
        given = self.text(name, values[0]).lower()
        if given in values:
            return given
        self._problems.append(f"{name} takes one of {', '.join(values)}, not {given!r}.")
        return values[0]

    def refuse(self) -> None:
        if self._problems:
            raise CannotRun("\n".join(self._problems))


def address_of(text: str) -> str:
    """The address of a server, without a path."""
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query or parts.fragment:
        raise ValueError("takes the address of a server, as https://milepost.example")
    return f"{parts.scheme}://{parts.netloc}"


def proxies_of(text: str) -> tuple[str, ...]:
    """Addresses and networks, and not everybody: then anybody could call from wherever they say."""
    wanted = "takes the addresses and networks of proxies with commas between, as 127.0.0.1,10.0.0.0/8, and never *"
    try:
        networks = [ip_network(one.strip()) for one in text.split(",")]
    except ValueError:
        raise ValueError(wanted) from None
    if any(one.prefixlen == 0 for one in networks):
        raise ValueError(wanted)
    return tuple(str(one) for one in networks)


def broker_of(text: str) -> str:
    """One or several brokers of one cluster."""
    if any(urlsplit(one).scheme not in ("nats", "tls") or not urlsplit(one).hostname for one in text.split(",")):
        raise ValueError("takes the address of a NATS server with JetStream, as nats://bus.internal:4222")
    return text


def files_at(text: str) -> Path | Bucket:
    """A folder as file:///var/lib/files, or a bucket."""
    parts = urlsplit(text)
    if parts.scheme != "file":
        return Bucket.of(text)
    if parts.netloc or not parts.path.startswith("/") or parts.query:
        raise ValueError("takes a folder with its whole path, as file:///var/lib/milepost/files")
    return Path(unquote(parts.path))


def existing_file(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_file():
        raise ValueError(f"names a file that does not exist: {path}")
    return path


def free_form_of(text: str) -> frozenset[CallerKind]:
    words = [] if text == "none" else text.split(",")
    if not set(words) <= set(_CALLERS):
        raise ValueError(f"takes some of {','.join(_CALLERS)} with commas between, or none; not {text!r}")
    return frozenset(_CALLERS[word] for word in words)
