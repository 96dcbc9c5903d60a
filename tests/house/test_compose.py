"""docker-compose.yml: valid by Compose's own schema, pinned, on loopback, with health checks and kept data."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
ONCE = {"migrate", "seed", "shop-database", "shop-migrate"}
SHOP = {"shop", "shop-database", "shop-migrate", "shop-ingest", "shop-dashboard"}


def check(file: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    document = YAML(typ="safe").load(FILE)
    return dict(document["services"])


def test_it_is_what_compose_expects() -> None:
    run = check(FILE)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_check_would_find_a_wrong_word(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(FILE.read_text().replace("depends_on:", "depends_upon:", 1))
    assert check(broken).returncode == 1


def test_it_has_the_pieces(services: dict[str, Any]) -> None:
    assert set(services) == {"kafka", "postgres", "migrate", "ingest", "dashboard", "seed"} | SHOP
    assert services["seed"]["profiles"] == ["seed"]
    assert {name for name, service in services.items() if service.get("profiles") == ["shop"]} == SHOP


def test_every_image_names_its_version(services: dict[str, Any]) -> None:
    images = {service["image"] for service in services.values()}
    assert [image for image in images if ":" not in image or image.endswith(":latest")] == []
    base = [line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM")]
    assert [image for image in base if ":" not in image or image.endswith(":latest")] == []


def test_the_broker_is_the_one_that_make_kafka_runs(services: dict[str, Any]) -> None:
    from seed.broker.jars import VERSION

    assert services["kafka"]["image"] == f"apache/kafka:{VERSION}"
    assert f"<version>{VERSION}</version>" in (ROOT / "seed/broker/pom.xml").read_text()


def test_every_port_is_on_loopback(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len(ports) == 5
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_what_runs_on_has_a_health_check_and_what_it_keeps_has_a_name(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "healthcheck" not in service} == ONCE
    volumes = [volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", [])]
    assert volumes == ["kafka", "postgres", "anchors", "shop"]


def test_its_commands_and_options_are_the_commands(services: dict[str, Any]) -> None:
    from click import Command, Context

    from app.__main__ import chronoscope

    for service in services.values():
        if service["image"] != "chronoscope:local" or "entrypoint" in service:
            continue
        name, *arguments = service["command"]
        command = chronoscope.get_command(Context(chronoscope), name)
        assert isinstance(command, Command)
        command.make_context(name, arguments, resilient_parsing=False)


def test_the_shop_runs_whole_with_a_store_that_knows_its_topics(services: dict[str, Any]) -> None:
    from seed.shop.platform.__main__ import main

    assert services["shop"]["entrypoint"] == ["python", "-m", "seed.shop.platform"]
    told = main.make_context("shop", list(services["shop"]["command"]), resilient_parsing=False).params
    assert services["shop"]["volumes"] == [f"shop:{told['folder']}"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert f"install -d -o chronoscope -g chronoscope {told['folder']}" in dockerfile
    for name in ("shop-migrate", "shop-ingest", "shop-dashboard"):
        environment = services[name]["environment"]
        assert environment["CHRONOSCOPE_DATABASE_URL"].endswith("/shop_store")
        assert f"seed/shop/shop.toml {environment['CHRONOSCOPE_SETTINGS']}" in dockerfile
