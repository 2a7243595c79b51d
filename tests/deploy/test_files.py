"""The files in deploy/: valid as their readers judge them, and of one mind with the settings and the code."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import compose_spec.models
import httpx2
import pytest
import yaml

from bench.fleet import tool
from tests.server.serving import ROOT, data_directory, serving

DEPLOY, CHART = ROOT / "deploy", ROOT / "deploy" / "helm" / "milepost"
SETTING = re.compile(r"\b(?:MILEPOST_[A-Z_]+|FORWARDED_ALLOW_IPS)\b")
ALL_OPTIONS = (
    "ingress.enabled=true",
    "ingress.host=milepost.example",
    "ingress.className=nginx",
    "ingress.tlsSecretName=tls",
    "api.autoscaling.enabled=true",
    "image.pullSecrets[0].name=pull",
    "settings.MILEPOST_ISSUER=https://milepost.example",
)
OF_COMPOSE_ALONE = {"MILEPOST_VERSION", "MILEPOST_PORT", "MILEPOST_API_1", "MILEPOST_API_2"}


def rendered(*options: str) -> str:
    arguments = [argument for option in options for argument in ("--set", option)]
    return run(tool("helm"), "template", "milepost", str(CHART), *arguments)


def run(*command: str, **more: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, input=more.get("input"))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_chart_has_nothing_to_complain_of() -> None:
    assert "0 chart(s) failed" in run(tool("helm"), "lint", "--strict", str(CHART))


@pytest.mark.parametrize(("options", "kinds"), [((), 7), (ALL_OPTIONS, 9)])
def test_every_object_of_the_chart_is_what_kubernetes_takes(
    options: tuple[str, ...], kinds: int, tmp_path: Path
) -> None:
    objects = tmp_path / "objects.yaml"
    objects.write_text(rendered(*options))
    run(tool("kubernetes-validate"), "--strict", "--quiet", str(objects))
    assert len({(one["kind"], one["metadata"]["name"]) for one in yaml.safe_load_all(objects.read_text())}) == kinds


def test_the_chart_refuses_settings_that_do_not_exist_and_replicas_that_are_none() -> None:
    for wrong in ("settings.MILEPOSTMODE=production", "api.replicas=0", "secretName="):
        done = subprocess.run(
            [tool("helm"), "template", str(CHART), "--set", wrong], capture_output=True, text=True, check=False
        )
        assert done.returncode != 0
        assert "values don't meet the specifications of the schema" in done.stderr


def test_a_pod_may_take_as_long_to_end_as_milepost_does() -> None:
    pods = [one["spec"]["template"]["spec"] for one in yaml.safe_load_all(rendered()) if one["kind"] == "Deployment"]
    told = {one["name"]: one["value"] for one in pods[0]["containers"][0]["env"]}
    assert {pod["terminationGracePeriodSeconds"] for pod in pods} == {int(told["MILEPOST_NOTICE_SECONDS"]) + 40}


def test_the_compose_file_says_what_compose_understands() -> None:
    compose_spec.models.ComposeSpecification.model_validate(yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def test_only_settings_that_exist_are_set() -> None:
    known = set(SETTING.findall((ROOT / "docs" / "operations.md").read_text())) | OF_COMPOSE_ALONE
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    used = {name: path.name for path in files for name in SETTING.findall(path.read_text())}
    # The chart's schema knows them by a pattern.
    assert {name: path for name, path in used.items() if name not in known and not name.endswith("_")} == {}


def test_the_image_is_described_as_such_descriptions_should_be() -> None:
    assert json.loads(run(tool("hadolint"), "--format", "json", str(DEPLOY / "Containerfile"))) == []


async def test_what_the_image_holds_is_enough_to_serve(tmp_path: Path) -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    image = tmp_path / "app"
    made_here = shutil.ignore_patterns("node_modules", ".dart_tool", "__pycache__")
    for name in {name for names in copied for name in names.split()}:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, image / name, ignore=made_here)
        else:
            image.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, image / name)
    with data_directory() as data_dir:
        async with serving(data_dir, root=image) as server, httpx2.AsyncClient(base_url=server.url, timeout=60) as http:
            paths = ("/health/ready", "/explorer", "/reference", "/.well-known/jwks.json")
            assert {path: (await http.get(path, follow_redirects=True)).status_code for path in paths} == dict.fromkeys(
                paths, 200
            )
            assert (await server.post("{ __typename }"))["data"] == {"__typename": "Query"}
