"""What the documents name is there: paths, commands, settings; decisions are numbered without gaps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
TOPS = {path.name for path in ROOT.iterdir()}
# Written on the machine, not kept in the repository.
MADE = {".venv", "var"}


def documents(test):
    return pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))(test)


def paths_named(text: str) -> set[str]:
    """Paths from the root, written as code or as a link: «roadmaps/reading», «docs/ui.md», «script/test»."""
    quoted = re.findall(r"`([^`\n]+)`|\]\(([^)\s]+)\)|\((docs/[\w./-]+)", text)
    words = [word.strip(",.;:()") for groups in quoted for part in groups for word in part.split()]
    words += re.findall(r"^ {4}(script/\w+)", text, re.MULTILINE)
    named = {word for word in words if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", word)}
    return {word for word in named if ("/" in word or "." in word) and word.split("/")[0] in TOPS - MADE}


@documents
def test_every_path_named_exists(document: Path) -> None:
    named = paths_named(document.read_text())
    assert {path for path in named if not list(ROOT.glob(path.rstrip("/") + "*"))} == set()


@documents
def test_every_command_named_exists(document: Path) -> None:
    assert set(re.findall(r"manage\.py ([a-z]\w+)", document.read_text())) <= set(get_commands())


def test_the_readme_names_paths_and_commands_at_all() -> None:
    text = (ROOT / "README.md").read_text()
    assert {"roadmaps/deadlines/", "roadmaps/responsibles/", "docs/operations.md"} <= paths_named(text)
    assert len(re.findall(r"manage\.py [a-z]\w+", text)) >= 8


def test_the_picture_of_the_house_has_every_app() -> None:
    picture = (ROOT / "README.md").read_text().partition("## The house")[2].partition("| to change")[0]
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert {app for app in apps if not re.search(rf"\b{app}/", picture)} == set()


def test_every_setting_of_the_environment_is_explained() -> None:
    """And none is explained that nothing reads."""
    sources = [*(ROOT / "portal").rglob("*.py"), *(ROOT / "script").iterdir(), ROOT / "docker-compose.yml"]
    read = {name for path in sources for name in re.findall(r"\b(PORTAL_[A-Z_]+[A-Z])\b", path.read_text())}
    table = (ROOT / "docs/operations.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    explained = set(re.findall(r"\b(PORTAL_[A-Z_]+[A-Z])\b", table))
    for_tests = {"PORTAL_TEST_HOME", "PORTAL_CHROMIUM"}
    assert read - for_tests == explained - {"PORTAL_SECRET_KEY_FILE"}  # `secret` adds the ending


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    titles = {path.name: path.read_text().splitlines()[0] for path in DECISIONS}
    assert {
        name: title for name, title in titles.items() if not title.startswith(f"# {int(name[:4])}. ")
    } == {}
