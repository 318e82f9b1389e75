"""Every template is used, holds no inline style or script, and parses; a part never extends."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode
from django.urls import URLPattern, URLResolver, get_resolver

from portal.navigation import ENTRIES

TEMPLATES = settings.BASE / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())
PAGES = [name for name in NAMES if name.endswith(".html")]
# Found by Django itself, by name; nobody in our code says them.
CALLED_BY_DJANGO = re.compile(r"^(400|403|403_csrf|404|500)\.html$|^django/|^admin/|^registration/")
CODE = [
    path for path in settings.BASE.rglob("*.py") if ".venv" not in path.parts and "tests" not in path.parts
]

ATTRIBUTE = r"""<[a-z][^<>]*?\s{}\s*="""
FORBIDDEN = {
    "a style attribute": re.compile(ATTRIBUTE.format("style"), re.I),
    "an event handler": re.compile(ATTRIBUTE.format(r"on[a-z]+"), re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "a script with content": re.compile(r"<script\b(?![^>]*\bsrc=)", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
    "htmx code in an attribute": re.compile(r"\bhx-on[:=]|\bhx-vals='js:", re.I),
}
# Letters and papers are not pages: WeasyPrint and mail programs know no policy.
ON_PAPER = re.compile(r"(^|/)(pdf|email)/")


def source(name: str) -> str:
    return (TEMPLATES / name).read_text()


def mentioned() -> str:
    """All the text in which a template's name may stand: our code and the other templates."""
    return "\n".join([path.read_text() for path in CODE] + [source(name) for name in NAMES])


def test_every_template_is_used() -> None:
    """By its full name; a letter also without its ending or folder, as mail code puts them together."""
    text = mentioned()
    unused = [
        name
        for name in NAMES
        if not CALLED_BY_DJANGO.match(name)
        and f'"{name}"' not in text
        and not (ON_PAPER.search(name) and f'"{Path(name).stem}"' in text)
    ]
    assert unused == []


def test_every_named_template_exists() -> None:
    used = {
        found
        for name in NAMES
        for found in re.findall(r"""\{% (?:include|extends) ["']([^"']+)""", source(name))
    }
    assert used - set(NAMES) == set()


@pytest.mark.parametrize("name", NAMES)
def test_template_parses(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", [name for name in PAGES if not ON_PAPER.search(name)])
def test_no_inline_style_or_script(name: str) -> None:
    text = re.sub(r"\{#.*?#\}", "", source(name))
    assert [what for what, found in FORBIDDEN.items() if found.search(text)] == []


@pytest.mark.parametrize(
    "text", ['<p style="x">', "<p STYLE = x>", '<a\n onclick="x()">', "<style>", "<script>x</script>"]
)
def test_the_look_for_inline_code_sees_it(text: str) -> None:
    assert [what for what, found in FORBIDDEN.items() if found.search(text)]


@pytest.mark.parametrize("name", [name for name in PAGES if Path(name).name.startswith("_")])
def test_part_never_extends(name: str) -> None:
    assert not any(isinstance(node, ExtendsNode) for node in get_template(name).template.nodelist)


def test_templates_pass_djlint() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "djlint", str(TEMPLATES), "--lint", "--quiet"],
        cwd=settings.BASE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


def test_every_sign_used_is_in_the_sprite() -> None:
    signs = set(re.findall(r'id="([^"]+)"', source("components/_sprite.html")))
    used = {found for name in NAMES for found in re.findall(r"""\{% icon ["']([\w-]+)""", source(name))}
    states = {
        f"s-{found}" for name in NAMES for found in re.findall(r"""\{% state ["']([\w-]+)""", source(name))
    }
    assert (used | states) - signs == set()


def test_every_style_sheet_and_script_named_exists() -> None:
    static = settings.BASE / "static"
    used = {found for name in NAMES for found in re.findall(r"""\{% static ["']([^"']+)""", source(name))}
    assert {name for name in used if not (static / name).is_file()} == set()
    ours = {str(path.relative_to(static)) for path in static.rglob("*") if path.is_file()}
    assert ours - used == set()


def addresses(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}"


def test_every_address_named_exists() -> None:
    """Also those asked for by ``{% url … as … %}``, which would only be silent."""
    used = {
        found
        for name in NAMES
        for found in re.findall(r"""\{% (?:url|crumb "[^"]*") ["']([\w:-]+)["']""", source(name))
    }
    used |= {entry.name for entry in ENTRIES}
    assert used - set(addresses(get_resolver())) == set()
