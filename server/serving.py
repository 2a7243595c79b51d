"""Serving: the API, with the worker in the same process or beside it, until somebody asks it to end."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from domain.actors import SYSTEM
from domain.bus import Bus
from domain.provider_accounts import ProviderMode
from integrations.archive import FolderArchive, use_archive
from integrations.file_links import FileLinks
from integrations.files import FileStore, use_files
from integrations.local_files import LocalFiles
from integrations.mail import FolderMail, Mailer, use_mailer
from integrations.public_addresses import Guard, use_guard
from integrations.push import FolderPush, use_pusher
from integrations.return_pages import use_address
from integrations.s3_files import Bucket, S3Files
from integrations.scanners import NoScanner, use_scanner
from integrations.smtp import SmtpMail
from integrations.vault import Vault, VaultError, use_vault, vault_in_use
from jobs import worker
from jobs.webhook_bodies import use_writer
from persistence import reference_data
from persistence.database import Database
from persistence.deployments import adopt_mode
from persistence.provider_accounts import use_mode
from persistence.unit import transact
from persistence.wakeups import Wakeups
from resolvers.context import Platform
from resolvers.rate_limits import RateLimits
from server.app import create_app
from server.clock import Clock
from server.connections import PatientProtocol, ServingConfig
from server.ending import Ending
from server.greeting import greeting
from server.laps import Laps
from server.logs import configure_logs
from server.migrations import require_schema, upgrade
from server.seed import seed
from server.settings import CannotRun, Mode, Settings
from server.trusting import trust_our_clients
from server.webhook_bodies import WebhookBodies

DRAIN_SECONDS = 30
KEEP_ALIVE_SECONDS = 75
"""For the next request on a connection: longer than balancers keep theirs, so that it is they who close."""
_MAX_MESSAGE_BYTES = 1_000_000
_MODES = {Mode.SANDBOX: ProviderMode.SANDBOX, Mode.PRODUCTION: ProviderMode.LIVE}


@dataclass(frozen=True, slots=True)
class Start:
    """What a serving process has before it begins: a bound socket, a running database, a way to be ended."""

    settings: Settings
    database_url: str
    listener: socket.socket
    ending: Ending
    laps: Laps
    works: bool = True
    """Whether it does a worker's work, too."""


async def serve(start: Start) -> int:
    """Migrates, seeds an empty sandbox, serves until it is asked to end, then drains and stops."""
    settings, laps = start.settings, start.laps
    with start.ending.awaited() as stop:
        if await upgrade(settings.database_direct_url or start.database_url):
            _say("Brought the database to this build's schema.")
        laps.mark("schema")
        async with (
            _prepared(settings, start.database_url) as database,
            _clock_of(settings.mode, database) as clock,
            _bus_of(settings) as bus,
        ):
            await _require_mode(database, settings.mode, clock)
            _write_webhooks(settings, database, clock)
            await _fill(database, clock, settings.mode)
            laps.mark("data")
            app = create_app(
                database,
                clock,
                is_sandbox=settings.mode is Mode.SANDBOX,
                is_planned=settings.is_planned,
                rate_limits=RateLimits(settings.limits, settings.max_cost),
                free_form=settings.free_form,
                metrics_token=settings.metrics_token,
                vault=vault_in_use(),
                issuer=settings.issuer,
                origins=settings.origins,
                bus=bus,
            )
            await _serve_until(stop, app, start)
    _say("Stopped.")
    return 0


async def work(settings: Settings, url: str, ending: Ending) -> int:
    """Only the worker; the schema must be there already."""
    with ending.awaited() as stop:
        await require_schema(settings.database_direct_url or url)
        async with (
            _prepared(settings, url) as database,
            _clock_of(settings.mode, database) as clock,
            _bus_of(settings) as bus,
        ):
            await _require_mode(database, settings.mode, clock)
            _write_webhooks(settings, database, clock)
            _say("The worker is running. Ctrl-C stops it.")
            await worker.run(database, clock.now, stop, bus=bus)
    _say("Stopped.")
    return 0


@contextlib.asynccontextmanager
async def _prepared(settings: Settings, url: str) -> AsyncIterator[Database]:
    """A pool, with everything that the process as a whole is told once."""
    configure_logs(settings.log_format, settings.log_level)
    use_mailer(_mailer(settings))
    use_pusher(FolderPush(settings.data_dir / "push") if settings.mode is Mode.SANDBOX else None)
    use_vault(_vault(settings))
    use_archive(FolderArchive(settings.audit_folder))
    use_files(_files(settings), settings.storage_limit)
    use_scanner(settings.scanner or NoScanner())
    use_address(settings.issuer)
    use_mode(_MODES[settings.mode])
    database = Database(url, pool_size=settings.pool_size, direct_url=settings.database_direct_url)
    try:
        yield database
    finally:
        await database.close()


def _write_webhooks(settings: Settings, database: Database, clock: Clock) -> None:
    """Hands the jobs what they need of the schema: the bodies of webhooks are asked of it."""
    is_sandbox = settings.mode is Mode.SANDBOX
    platform = Platform(database, clock.now, Wakeups(database), is_sandbox=is_sandbox)
    use_writer(WebhookBodies(platform).write)
    use_guard(Guard(allows_local=settings.calls_local_webhooks))


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp is None:
        return FolderMail(settings.mail_folder, settings.mail_sender)
    return SmtpMail(settings.smtp, settings.mail_sender, settings.smtp_authorities)


def _files(settings: Settings) -> FileStore:
    if isinstance(settings.files, Bucket):
        return S3Files(settings.files)
    return LocalFiles(settings.files, FileLinks(vault_in_use(), settings.issuer))


def _vault(settings: Settings) -> Vault:
    """With the keys of the settings; else with those of a file, which every process with these data shares."""
    try:
        return settings.secret_keys or Vault.in_file(settings.data_dir / "secret.keys")
    except VaultError as error:
        raise CannotRun(f"The file secret.keys in {settings.data_dir} is damaged: it {error}.") from error


@contextlib.asynccontextmanager
async def _clock_of(mode: Mode, database: Database) -> AsyncIterator[Clock]:
    """Real time in production; in a sandbox the time that all its processes have been moved to."""
    clock = Clock()
    if mode is Mode.PRODUCTION:
        yield clock
        return
    async with clock.following(database):
        yield clock


@contextlib.asynccontextmanager
async def _bus_of(settings: Settings) -> AsyncIterator[Bus | None]:
    """What tells other machines; without one the database does, and its client is not even loaded."""
    if settings.bus_url is None:
        yield None
        return
    from integrations.nats_bus import NatsBus

    bus = NatsBus(settings.bus_url)
    try:
        yield bus
    finally:
        await bus.close()


async def _require_mode(database: Database, mode: Mode, clock: Clock) -> None:
    """Real money and test money never meet in one database."""
    ours = _MODES[mode]
    found = await transact(database, lambda db: adopt_mode(db, ours), by=SYSTEM, at=clock.now())
    if found is not ours:
        named = next(one.value for one, other in _MODES.items() if other is found)
        raise CannotRun(
            f"This database holds money or credentials of MILEPOST_MODE={named}, which do not mix with those of"
            f" {mode.value}. Start with MILEPOST_MODE={named}, or with another database."
        )


async def _fill(database: Database, clock: Clock, mode: Mode) -> None:
    """What every platform needs, and in an empty sandbox the demonstration."""
    await transact(database, reference_data.ensure, by=SYSTEM, at=clock.now())
    await trust_our_clients(database, clock.now())
    if mode is Mode.SANDBOX and await seed(database, clock.now()):
        _say("Seeded a small demonstration.")


async def _serve_until(stop: asyncio.Event, app: Starlette, start: Start) -> None:
    platform = app.state.platform
    server = _Server(_config(app, start.settings.trusted_proxies), started=lambda: _started(start))
    parts = [asyncio.create_task(server.serve(sockets=[start.listener]))]
    if start.works:
        parts.append(asyncio.create_task(worker.run(platform.database, platform.now, stop, bus=platform.wakeups.bus)))
    await asyncio.wait([asyncio.create_task(stop.wait()), *parts], return_when=asyncio.FIRST_COMPLETED)
    app.state.health.is_draining = server.config.is_leaving = True
    if stop.is_set():
        await asyncio.sleep(start.settings.notice_seconds)
    app.state.streams.end()
    stop.set()
    server.should_exit = True
    await asyncio.gather(*parts)


def _config(app: Starlette, trusted_proxies: Sequence[str]) -> ServingConfig:
    return ServingConfig(
        app,
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        # Where none are named, nobody is believed, and no header is looked at for it.
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        ws_max_size=_MAX_MESSAGE_BYTES,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        # Messages are small, and each socket would keep a third of a megabyte for it.
        ws_per_message_deflate=False,
    )


class _Server(uvicorn.Server):
    """uvicorn that says when it serves, and without its own signal handlers, which would skip our clean-up."""

    config: ServingConfig

    def __init__(self, config: ServingConfig, *, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._say_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._say_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _started(start: Start) -> None:
    start.laps.mark("server")
    # Everything loaded so far stays: the collector need never look at it again. What comes is looked at less often than
    # usual, because thousands of open sockets are looked at each time.
    gc.freeze()
    gc.set_threshold(10_000, 20)
    gc.enable()
    host, port = start.listener.getsockname()[:2]
    root = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    _say(greeting(root, start.settings.mail_folder, is_sandbox=start.settings.mode is Mode.SANDBOX))
    _say(f"Started in {start.laps}.")


def _say(text: str) -> None:
    print(text, flush=True)
