"""Formats, checks and tests the Dart package: without arguments what CI does, with `format` only that."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clients.codegen.dart import dart as dart_of
from clients.codegen.dart import dart_consumer
from clients.codegen.reading import read_api, read_schema
from clients.dart.tool.toolchain import PACKAGE, STAND_INS, Unavailable, dart, formatter

ROOT = PACKAGE.parents[1]
SOURCES = [PACKAGE / name for name in ("lib", "test", "example")]
ADDRESS = re.compile(r"GraphQL +(\S+)")


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["format"]:
            return _run(*formatter(*SOURCES, check=False))
        return _verify()
    except Unavailable as problem:
        print(problem, file=sys.stderr)
        return 1


def _verify() -> int:
    """0 when everything is as it should be; stops at the first step that is not."""
    return (
        _step("formatted", *formatter(*SOURCES, _difficult(), check=True))
        or _compile_examples()
        or _step("a difficult schema", *dart("test/difficult/program.dart"))
        or _against_faults()
        or _against_milepost()
    )


def _difficult() -> Path:
    """Generates a library from a schema that makes it hard; the package config knows it by its name."""
    source = PACKAGE / "test" / "difficult"
    api = read_api(read_schema(source / "schema.graphql"), source / "operations")
    library = "export 'package:milepost_client/runtime.dart';\nexport 'api.dart';\n"
    written = {**dart_of(api), "difficult.dart": library, "exhaustive.dart": dart_consumer(api, "difficult.dart")}
    for name, text in written.items():
        path = STAND_INS["difficult"] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return STAND_INS["difficult"]


def _compile_examples() -> int:
    """All in one program, which is faster than one by one."""
    program = PACKAGE / ".dart_tool" / "examples.dart"
    names = sorted(path.name for path in (PACKAGE / "example").glob("*.dart"))
    imports = [f"import '../example/{name}' as {name.removesuffix('.dart')};" for name in names]
    program.write_text("\n".join([*imports, "", "void main() {}", ""]))
    return _step("examples compile", *dart("--snapshot-kind=kernel", "--snapshot=/dev/null", str(program)))


def _against_faults() -> int:
    with _serving("clients.faults", "--follow-stdin") as lines:
        url = json.loads(next(lines))["url"]
        return _step("units, vectors and faults", *dart("test/all.dart"), FAULTS_URL=url)


def _against_milepost() -> int:
    with tempfile.TemporaryDirectory(prefix="milepost-dart-") as folder:
        settings = {"MILEPOST_DATA_DIR": folder, "PORT": "0", "MILEPOST_LOG_LEVEL": "warning"}
        with _serving("server", "serve", **settings) as lines:
            url = next(found[1] for line in lines if (found := ADDRESS.search(line)))
            mail = str(Path(folder) / "mail")
            return _step("an example", *dart("example/milepost.dart"), MILEPOST_URL=url) or _step(
                "the story", *dart("test/story.dart"), MILEPOST_URL=url, MILEPOST_MAIL=mail
            )


def _step(name: str, *command: str, **environment: str) -> int:
    print(f"==> Dart: {name}", flush=True)
    return _run(*command, **environment)


def _run(*command: str, **environment: str) -> int:
    return subprocess.run(command, cwd=PACKAGE, env=os.environ | environment, check=False).returncode


@contextmanager
def _serving(module: str, *arguments: str, **settings: str) -> Iterator[Iterator[str]]:
    """A process of this repository for as long as the block runs, and the lines that it prints."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=inherited | settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield iter(process.stdout.readline, "")
        finally:
            process.terminate()
            # What it still prints while it ends must not fill the pipe.
            process.communicate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
