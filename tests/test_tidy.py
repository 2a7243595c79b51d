"""House rules that no other tool checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "bench",
    "clients",
    "domain",
    "persistence",
    "planner",
    "resolvers",
    "schema",
    "server",
    "jobs",
    "integrations",
    "standins",
    "tests",
)
# Folders of others' code and of what tools leave behind.
NOT_OURS = re.compile(r"/(versions|node_modules|\.[^/]+)/")
MAX_FILE_LINES, MAX_FUNCTION_LINES = 300, 50
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "service", "misc"}
MARKS = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b|#\s*(noqa|type:\s*ignore)|pytest\.mark\.(skip|xfail)|pytest\.skip\(")
REGISTRY = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian\.org")


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not NOT_OURS.search(f"/{name_of(path)}"):
                yield path


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_too_long() -> None:
    assert [name_of(path) for path in sources() if len(path.read_text().splitlines()) > MAX_FILE_LINES] == []


def test_no_function_is_too_long() -> None:
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_every_module_says_what_lives_there() -> None:
    silent = [
        name_of(path)
        for path in sources()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_files_have_names_that_say_something() -> None:
    assert [name_of(path) for path in sources() if path.stem in VAGUE_NAMES] == []


def test_nothing_is_left_for_later_or_silenced() -> None:
    this = Path(__file__)
    marked = [
        f"{name_of(path)}:{number}"
        for path in sources()
        if path != this
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MARKS.search(line)
    ]
    assert marked == []


def test_only_the_unit_of_work_commits() -> None:
    committing = [
        name_of(path)
        for path in sources()
        if not name_of(path).startswith("tests") and re.search(r"\.(commit|begin)\(\)", path.read_text())
    ]
    assert committing == ["persistence/unit.py", "server/migrations.py"]


def test_the_domain_never_looks_at_a_clock() -> None:
    clocked = [
        name_of(path)
        for path in sources()
        if name_of(path).startswith("domain")
        and path.name != "ids.py"
        and re.search(r"\b(now|utcnow|today|time_ns|monotonic)\(\)", path.read_text())
    ]
    assert clocked == []


def test_no_file_names_a_package_registry() -> None:
    named = [
        str(path.relative_to(ROOT))
        for pattern in ("*.toml", "*.lock", "*.md", "*.json", "*.yaml", "*.yml", "Makefile", ".ci/run")
        for path in ROOT.glob(pattern)
        if path.name != "uv.lock" and REGISTRY.search(path.read_text())
    ]
    assert named == []
