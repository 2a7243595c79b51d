"""Revisions: running Alembic on a connection, and having it write the next step of the schema."""

import re
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import ops
from alembic.script import Script
from sqlalchemy import Connection

from server.migrations import FOLDER

_TOKENS = re.compile(r"--[^\n]*|\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'|;", re.DOTALL)


class Statement(ops.ExecuteSQLOp):
    """A statement that Alembic cannot find out by comparing tables, such as a function or a trigger."""


def apply(connection: Connection) -> bool:
    """Whether anything was missing; somebody else may have been faster since the caller looked."""
    before = MigrationContext.configure(connection).get_current_revision()
    command.upgrade(_config(connection), "head")
    return before != MigrationContext.configure(connection).get_current_revision()


def write(connection: Connection, message: str, statements: list[str]) -> Path:
    """The file of the new revision, which is numbered after the ones that exist."""

    def append(context: object, revision: object, directives: list[ops.MigrationScript]) -> None:
        for statement in statements:
            directives[0].upgrade_ops_list[0].ops.append(Statement(statement))

    number = f"{len(list((FOLDER / 'versions').glob('*.py'))) + 1:04}"
    script = command.revision(
        _config(connection), message, autogenerate=True, rev_id=number, process_revision_directives=append
    )
    if not isinstance(script, Script):
        raise RuntimeError("Alembic wrote no revision")
    return Path(script.path)


def statements_of(script: str) -> Iterator[str]:
    """The single commands of an SQL script, because the driver takes one at a time."""
    start = 0
    for token in _TOKENS.finditer(script):
        if token[0] == ";":
            yield script[start : token.start()].strip()
            start = token.end()


@renderers.dispatch_for(Statement)
def _render(context: AutogenContext, statement: Statement) -> str:
    return f'op.execute(\n"""\n{statement.sqltext}\n"""\n)'


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_section_option("post_write_hooks", "hooks", "ruff")
    config.set_section_option("post_write_hooks", "ruff.type", "module")
    config.set_section_option("post_write_hooks", "ruff.module", "ruff")
    config.set_section_option("post_write_hooks", "ruff.options", "format --quiet REVISION_SCRIPT_FILENAME")
    config.attributes["connection"] = connection
    return config
