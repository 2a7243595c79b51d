"""Structured logs: one JSON object a line, or readable lines on a terminal; secrets never get this far."""

import logging
import sys
from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

SECRET_WORDS = ("password", "token", "secret", "authorization", "cookie", "email")
"""Whatever is logged under a name that contains one of these is replaced."""


def configure_logs(form: str, level: str) -> None:
    """`form` is json, text, or auto: text on a terminal, JSON elsewhere. Foreign loggers come out the same way."""
    readable = form == "text" or (form == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(readable=readable))
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("uvicorn.access", "uvicorn.error", "strawberry.execution", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel(logging.WARNING if noisy == "uvicorn.error" else logging.CRITICAL)


def _rendering(*, readable: bool) -> list[Processor]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if readable:
        plain = structlog.dev.plain_traceback
        return [drop, structlog.dev.ConsoleRenderer(timestamp_key="time", exception_formatter=plain)]
    return [drop, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _redact(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    for field in event:
        if any(word in field.lower() for word in SECRET_WORDS):
            event[field] = "[redacted]"
    return event


def get_logger(name: str) -> Any:
    return structlog.get_logger(name)
