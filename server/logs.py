"""Structured logs: one JSON object a line, or readable lines on a terminal; secrets never get this far."""

import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_SECRET_NAMES = re.compile(
    r"password|token|secret|credential|authorization|cookie|signature|api_?key|private_?key|recovery|^(code|otp)$"
    r"|email|name$|variables|iban|card",
    re.IGNORECASE,
)
"""Whatever is logged under such a name is replaced, however deep it lies."""

_SECRETS = re.compile(
    r"(?P<scheme>\bBearer )[^\s\"\\]+"
    r"|(?P<cookie>\bmp_session=)[^\s;\"\\]+"
    r"|(?P<argument>[?&](?:query|variables|extensions|token|code|password)=)[^\s&\"\\]+"
    r"|(?P<bound>query argument \$\d+: ).*?(?= \()"
    r"|(?P<detail>^DETAIL:  ).*$"
    r"|\bmp_(?:live|test)_[\w-]+|\bwhsec_[\w+/=-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?P<user>://[^\s:/@\"]*:)[^\s@\"]+(?=@)"
    r"|[\w.%+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\$argon2[^\s\"\\]+"
    r"|(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*[\d_-])[\w-]{40,}(?![\w-])",
    re.ASCII | re.MULTILINE,
)
"""What looks like a token, a key, a cookie, an argument of a URL or a statement, the row that PostgreSQL shows with an
error, a password in an address, a mail address or a hash, wherever it stands. What a match calls by a name stays, and
so do quotes: what is replaced last is a line of JSON."""

_REPLACED = "[redacted]"
_PLAIN_PATHS = {"/graphql", "/health/live", "/health/ready", "/metrics"}
"""Paths that need not be looked through for secrets."""

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered; every line that is logged meanwhile carries it."""

_requests = logging.getLogger("milepost.request")
_writes_json = False
_QUIET = {
    "uvicorn.error": logging.WARNING,
    "uvicorn.access": logging.CRITICAL,
    "strawberry.execution": logging.CRITICAL,
    "alembic": logging.WARNING,
}


def configure_logs(form: str, level: str) -> None:
    """`form` is json, text, or auto: text on a terminal, JSON elsewhere. Foreign loggers come out the same way."""
    global _writes_json
    readable = form == "text" or (form == "auto" and sys.stderr.isatty())
    _writes_json = not readable
    shared: list[Processor] = [
        _add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _redact_names,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting(foreign_pre_chain=shared, processors=_rendering(readable=readable)))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)


def log_request(request_id: str, method: str, path: str, status: int, seconds: float) -> None:
    """A line for each request. In JSON it is put together here: the way of all other lines costs more than a read."""
    if not _requests.isEnabledFor(logging.INFO):
        return
    if not _writes_json:
        structlog.get_logger(_requests.name).info(
            "request", method=method, path=path, status=status, duration_ms=round(seconds * 1000, 1)
        )
        return
    line = {
        "method": method,
        "path": path if path in _PLAIN_PATHS else redacted(path),
        "status": status,
        "durationMs": round(seconds * 1000, 1),
        "event": "request",
        "requestId": request_id,
        "level": "info",
        "logger": _requests.name,
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
    }
    sys.stderr.write(orjson.dumps(line).decode() + "\n")


def redacted(text: str) -> str:
    """The text without anything that looks like a secret or an address."""
    return _SECRETS.sub(lambda found: f"{found[found.lastgroup] if found.lastgroup else ''}{_REPLACED}", text)


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Looks at the whole line last of all: messages and tracebacks of libraries hold what nobody meant to log."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _rendering(*, readable: bool) -> list[Processor]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if readable:
        plain = structlog.dev.plain_traceback
        return [drop, structlog.dev.ConsoleRenderer(timestamp_key="time", exception_formatter=plain)]
    return [drop, structlog.processors.format_exc_info, _redact_texts, _camel_case, structlog.processors.JSONRenderer()]


def _add_request_id(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    request_id = REQUEST_ID.get()
    if request_id:
        event.setdefault("request_id", request_id)
    return event


def _redact_names(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    return {field: _REPLACED if _SECRET_NAMES.search(field) else _open(value) for field, value in event.items()}


def _open(value: Any) -> Any:
    """What lies inside a value may be logged under such a name, too."""
    if isinstance(value, dict):
        return {name: _REPLACED if _SECRET_NAMES.search(str(name)) else _open(part) for name, part in value.items()}
    return type(value)(map(_open, value)) if type(value) in (list, tuple) else value


def _redact_texts(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """While a traceback still has lines: the rows that PostgreSQL shows end with theirs."""
    return {field: redacted(value) if isinstance(value, str) else value for field, value in event.items()}


def _camel_case(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """The names that the API uses, for example requestId."""
    return {re.sub(r"_(\w)", lambda letter: letter[1].upper(), field): value for field, value in event.items()}
