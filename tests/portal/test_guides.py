"""The guides: what they name is on the screen, what they link to is there, and everybody reads their own first."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from accounts.models import Role
from portal import guides
from tests.factories.accounts import MembershipFactory
from tests.pictures import MOST_BYTES, PICTURES

pytestmark = pytest.mark.django_db

SLUGS = [*guides.SLUGS, guides.NEWS]
APPS = (
    "portal",
    "accounts",
    "jobs",
    "notifications",
    "orders",
    "schools",
    "roadmaps",
    "observers",
    "recheck",
)


def source(slug: str) -> str:
    return (guides.FOLDER / f"{slug}.md").read_text()


@pytest.fixture(scope="module")
def screen() -> str:
    """All that may stand on a screen: templates, and the words in our code."""
    code = [
        path for app in APPS for path in (settings.BASE / app).rglob("*.py") if "migrations" not in path.parts
    ]
    files = [*(settings.BASE / "templates").rglob("*.html"), *code]
    text = "\n".join(path.read_text() for path in files if path.name != "guides.py")
    return re.sub(r"\s+", " ", text.replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " "))


def stands(name: str, screen: str) -> bool:
    """As whole words; a field's name begins with a capital only on the screen."""
    first, rest = re.escape(name[0]), re.escape(name[1:])
    return bool(re.search(rf"(?<![А-Яа-яЁё])(?i:{first}){rest}(?![А-Яа-яЁё])", screen))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_bold_name_stands_on_the_screen(slug, screen):
    named = re.findall(r"\*\*([^*]+)\*\*", source(slug))
    assert {name for name in named if not stands(name, screen)} == set()


def test_the_look_for_names_sees_a_wrong_one(screen):
    assert stands("Отправить на проверку", screen)
    assert not stands("Отправить на провер", screen)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_link_leads_to_a_page_and_heading(slug, login):
    client = login(MembershipFactory())
    links = re.findall(r'<a href="([^"]+)"', guides.read(slug).html)
    for link in links:
        path, _, anchor = unquote(link).partition("#")
        page = client.get(path or reverse("portal:guide", args=[slug]))
        assert page.status_code == 200, link
        assert f'id="{anchor}"' in page.content.decode() or not anchor, link


@pytest.mark.parametrize("slug", SLUGS)
def test_anchors_are_unique_and_titles_plain(slug):
    anchors = [heading.anchor for heading in guides.read(slug).headings]
    assert len(anchors) == len(set(anchors))
    assert all(anchors)


@pytest.mark.parametrize("role", Role)
def test_each_role_reads_its_own_guide_first(login, role):
    client = login(MembershipFactory(role=role))
    page = client.get(reverse("portal:help"))
    own = guides.read(guides.OF_ROLE[role])
    assert page.context["guides"][0] == own
    assert {guide.slug for guide in page.context["guides"]} == set(guides.SLUGS)
    assert client.get(reverse("portal:guide", args=[own.slug])).status_code == 200


def test_every_page_leads_to_the_help(login):
    page = login(MembershipFactory()).get(reverse("roadmaps:list")).content.decode()
    assert f'class="btn btn--quiet mast__help" href="{reverse("portal:help")}"' in page


@pytest.mark.parametrize("path", ["/help/", "/help/head/", "/help/news/"])
def test_a_stranger_is_asked_to_log_in(client, path):
    assert client.get(path).url.startswith(reverse("accounts:login"))


@pytest.mark.parametrize("slug", ["nobody", "news-old"])
def test_an_unknown_guide_is_not_there(login, slug):
    assert login(MembershipFactory()).get(f"/help/{slug}/").status_code == 404


def test_raw_html_of_a_guide_stays_text():
    tokens = guides.MARKDOWN.parse("<b onclick=x>жир</b> и <script>x</script>")
    html = guides.MARKDOWN.renderer.render(tokens, guides.MARKDOWN.options, {})
    assert "<b" not in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_mark_of_news_goes_when_they_are_read(login):
    reader, other = MembershipFactory(), MembershipFactory()
    client = login(reader)
    assert client.get("/help/").context["news_unread"] is True
    client.get(reverse("portal:news"))
    assert client.get("/help/").context["news_unread"] is False
    reader.user.refresh_from_db()
    assert reader.user.news_read_on == guides.newest()
    assert login(other).get("/help/").context["news_unread"] is True


def test_a_guide_asks_no_more_of_the_database_than_any_page(login, django_assert_max_num_queries):
    client = login(MembershipFactory())
    with django_assert_max_num_queries(5):
        client.get(reverse("portal:guide", args=["methodist"]))


@pytest.mark.parametrize("role", Role)
def test_a_task_leads_to_ones_own_guide_or_to_the_one_for_all(role):
    assert guides.find_task("Найти пункт, школу, приказ", role)[0].slug == "common"
    handover = guides.find_task("Передать обязанности", role)
    assert (handover and handover[0].slug) == (role if role in {Role.METHODIST, Role.HEAD} else None)


def test_an_empty_page_tells_how_to_fill_it_to_whom_it_is_for(login):
    methodist = MembershipFactory()
    way = f"{reverse('portal:guide', args=['methodist'])}#составить-дорожную-карту-из-файла-word"
    assert f'<a class="how" href="{way}">' in login(methodist).get(reverse("roadmaps:list")).content.decode()
    viewer = MembershipFactory(role=Role.VIEWER)
    assert 'class="how"' not in login(viewer).get(reverse("roadmaps:list")).content.decode()


def test_every_task_named_by_a_page_is_in_a_guide():
    named = {
        task
        for path in (settings.BASE / "templates").rglob("*.html")
        for task in re.findall(r"""(?:\{% how |\bhow=)["']([^"']+)["']""", path.read_text())
    }
    known = {heading.title for slug in guides.SLUGS for heading in guides.read(slug).headings}
    assert named - known == set()


def test_the_container_takes_the_guides_along():
    ignored = (settings.BASE / ".dockerignore").read_text().split()
    assert not {"docs", "docs/", "docs/ru", "*.md", "**/*.md"} & set(ignored)


def test_every_picture_named_is_there_taken_by_the_script_and_small():
    named = {name for slug in SLUGS for name in re.findall(r"\]\(pictures/([^)]+)\)", source(slug))}
    present = {path.name: path.stat().st_size for path in (guides.FOLDER / "pictures").iterdir()}
    assert named == set(present) == {f"{name}.webp" for name in PICTURES}
    assert {name for name in named if not finders.find(f"help/{name}")} == set()
    assert {name: size for name, size in present.items() if size > MOST_BYTES} == {}
    assert sum(present.values()) < 2_000_000


def test_every_picture_says_in_words_what_it_shows():
    pictures = [found for slug in SLUGS for found in re.findall(r"<img [^>]+>", guides.read(slug).html)]
    assert len(pictures) == len(PICTURES)
    assert [one for one in pictures if not re.search(r'alt="[^"]{15,}" width="\d+" height="\d+"', one)] == []
