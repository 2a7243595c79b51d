"""`python -m server schema`: judges a change of the schema, writes its changelog entry, lists what is deprecated."""

import json
import sys
from argparse import Namespace
from pathlib import Path

from graphql import GraphQLError, GraphQLSchema, Source, build_schema

from clients.coordinates import members
from clients.evolution.changes import changes
from clients.evolution.usage import BadUsage, Usage, usage_of
from clients.evolution.verdict import changelog_entry, deprecation_lines, judge

PACKAGE = Path(__file__).parent.parent / "clients" / "typescript" / "package.json"


def schema_command(chosen: Namespace) -> int:
    """The exit code: 1 when a used coordinate breaks, 2 when a file cannot be read."""
    try:
        return {"check": _check, "changelog": _changelog, "deprecations": _deprecations}[chosen.about](chosen)
    except (BadUsage, GraphQLError) as error:
        print(error, file=sys.stderr)
        return 2


def _check(chosen: Namespace) -> int:
    old, new = _read(chosen.old), _read(chosen.new)
    verdict = judge(changes(old, new), usage_of(old, chosen.operations, chosen.usage))
    for line in verdict.lines():
        print(line)
    total, broken = len(verdict.changes), len(verdict.broken)
    if total == 0:
        print("The schema is the same.")
    elif broken:
        print(f"\nChanges: {total}; {broken} break what is used. Deprecate first, remove when unused.")
    else:
        step = verdict.step.name.lower()
        print(f"\nChanges: {total}; none breaks what is used. The packages' next version: {step}.")
    return 1 if broken else 0


def _changelog(chosen: Namespace) -> int:
    verdict = judge(changes(_read(chosen.old), _read(chosen.new)), Usage())
    print(changelog_entry(verdict, chosen.version or json.loads(PACKAGE.read_text())["version"]), end="")
    return 0


def _deprecations(chosen: Namespace) -> int:
    schema = _read(chosen.schema)
    deprecated = [one for one in members(schema) if one.deprecation is not None]
    for line in deprecation_lines(deprecated, usage_of(schema, chosen.operations, chosen.usage)):
        print(line)
    if not deprecated:
        print("Nothing is deprecated.")
    return 0


def _read(path: Path) -> GraphQLSchema:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text()
    except OSError as error:
        raise BadUsage(f"{path} cannot be read: {error.strerror}.") from error
    return build_schema(Source(text, str(path)))
