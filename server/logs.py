"""Structured logs: one JSON object a line, or readable lines on a terminal; secrets never get this far."""

import logging
import re
import sys

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_SECRET_NAMES = re.compile(r"password|token|secret|authorization|cookie|email|name$", re.IGNORECASE)
"""Whatever is logged under such a name is replaced."""

_SECRETS = re.compile(
    r"(?P<scheme>\bBearer )\S+"
    r"|(?P<user>://[^\s:/@]*:)[^\s@]+(?=@)"
    r"|[\w.%+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\$argon2\S+"
    r"|(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*[\d_-])[\w-]{40,}(?![\w-])",
    re.ASCII,
)
"""What looks like a bearer token, a password in an address, a mail address, a hash or a key, wherever it stands."""

_REPLACED = "[redacted]"
_QUIET = {
    "uvicorn.error": logging.WARNING,
    "uvicorn.access": logging.CRITICAL,
    "strawberry.execution": logging.CRITICAL,
    "alembic": logging.WARNING,
}


def configure_logs(form: str, level: str) -> None:
    """`form` is json, text, or auto: text on a terminal, JSON elsewhere. Foreign loggers come out the same way."""
    readable = form == "text" or (form == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
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


def redacted(text: str) -> str:
    """The text without anything that looks like a secret or an address."""
    return _SECRETS.sub(lambda found: f"{found['scheme'] or found['user'] or ''}{_REPLACED}", text)


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Looks at the whole line last of all: messages and tracebacks of libraries hold what nobody meant to log."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _rendering(*, readable: bool) -> list[Processor]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if readable:
        plain = structlog.dev.plain_traceback
        return [drop, structlog.dev.ConsoleRenderer(timestamp_key="time", exception_formatter=plain)]
    return [drop, structlog.processors.format_exc_info, _camel_case, structlog.processors.JSONRenderer()]


def _redact_names(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    return {field: _REPLACED if _SECRET_NAMES.search(field) else value for field, value in event.items()}


def _camel_case(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """The names that the API uses, for example requestId."""
    return {re.sub(r"_(\w)", lambda letter: letter[1].upper(), field): value for field, value in event.items()}
