"""The documents name every command, option and setting there is, and nothing that is not there."""

import re
import tomllib
from dataclasses import fields
from itertools import chain
from pathlib import Path

import pytest
from click import Command, Context, Group

from app.__main__ import COMMANDS, chronoscope
from eventstore.envelopes.topic import TopicSettings
from eventstore.settings import ENVIRONMENT, Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
OURS = {"CHRONOSCOPE_REQUIRE", "CHRONOSCOPE_TEST_POSTGRES_URL", "CHRONOSCOPE_TEST_CHROMIUM"}


def command(name: str) -> Command:
    found = chronoscope.get_command(Context(chronoscope), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme_and_explains_its_options(name: str) -> None:
    assert f"`{name}`" in README
    told = command(name).get_help(Context(command(name), info_name=name))
    options = [option for one in command(name).params for option in one.opts if option.startswith("--")]
    assert [option for option in options if option not in told] == []


def test_every_command_and_option_in_the_documents_exists() -> None:
    unknown = []
    for page in PAGES:
        for name, rest in re.findall(r"\bchronoscope ([a-z][a-z-]+)([^\n`|#]*)", code(page)):
            known = {
                option for one in (command(name) if name in COMMANDS else chronoscope).params for option in one.opts
            }
            known |= subcommand_options(name)
            unknown += [f"{page.name}: {name}"] if name not in COMMANDS else []
            unknown += [f"{page.name}: {name} {one}" for one in re.findall(r"--[a-z-]+", rest) if one not in known]
    assert unknown == []


def code(page: Path) -> str:
    """What stands as code in the page: in backticks, fenced, or indented."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"```.*?```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return "\n".join([*re.findall(r"`[^`]+`", prose), *fenced, *re.findall(r"^    .*$", text, re.MULTILINE)])


def subcommand_options(name: str) -> set[str]:
    found = command(name) if name in COMMANDS else None
    inner = found.commands.values() if isinstance(found, Group) else []
    return {"--help", "--json", *(option for one in inner for param in one.params for option in param.opts)}


def test_every_setting_is_explained() -> None:
    explained = set(re.findall(r"[a-z_]+", OPERATIONS)) | {"kafka_servers", "topics"}
    assert [one.name for one in fields(Settings) if one.name not in explained] == []
    assert [name for name in ENVIRONMENT if f"`{name}`" not in OPERATIONS] == []


def test_every_setting_of_a_topic_is_explained_beside_its_code() -> None:
    import eventstore.settings

    told = eventstore.settings.__doc__ or ""
    assert [one.name for one in fields(TopicSettings) if one.name not in told] == []


def test_every_variable_in_the_documents_exists() -> None:
    known = {*ENVIRONMENT, *OURS, "CHRONOSCOPE_SETTINGS", "CHRONOSCOPE_POSTGRES_PASSWORD"}
    named = {(page.name, name) for page in PAGES for name in re.findall(r"CHRONOSCOPE_[A-Z_]+", page.read_text())}
    assert {(page, name) for page, name in named if name not in known} == set()


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = {(page.name, name) for page in PAGES for name in re.findall(r"\bmake ([a-z]+)", code(page))}
    assert {(page, name) for page, name in named if name not in targets} == set()
    assert {name for name in targets if f"make {name}" not in MAKEFILE} == {"help"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_path_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text)]
    paths = re.findall(r"`((?:app|eventstore|seed|tests|benchmarks|docs|scripts)/[\w./]+)`", text)
    missing = [link for link in links if link and not (page.parent / link).exists()]
    assert missing + [path for path in paths if not (ROOT / path).exists()] == []


def test_the_lock_holds_every_dependency_by_hash_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"], *chain.from_iterable(extras)]
    names = {re.split(r"[\[<>=]", one)[0].replace(".", "-") for one in wanted}
    locked = [one.replace(".", "-") for one in re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE)]
    assert names - set(locked) == set()
    assert len(re.findall(r"==[^\n]*\\\n    --hash=sha256:", lock)) == len(locked)
    assert re.findall(r"https?:", lock) == []
