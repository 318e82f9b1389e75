"""Template tags and filters of the house; built in, so no template has to load them. Usage: docs/ui.md."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe

from accounts.permissions import STAMP
from portal import guides
from portal.lib.forms import Filter
from portal.lib.names import NBSP, counted, surname_first
from portal.lib.typography import bound
from schools.models import academic_year_of

register = template.Library()

Day = datetime.date | datetime.datetime | None

# Its own size is for pages without our css (Django's service pages).
ICON = '<svg class="ic" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><use href="#{}"/></svg>'
NOTE_ICONS = {"": "info", "ok": "s-ok", "warn": "s-soon", "bad": "s-late"}


# Icons, states, words


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A sign from ``components/_sprite.html``; mute unless ``label`` says it aloud."""
    said = format_html('<span class="sr">{}</span>', label) if label else ""
    return format_html(ICON + "{}", name, said)


@register.simple_tag
def state(name: str, word: str, box: bool = False) -> SafeString:
    """Shape + word + colour. ``name``: ok sent back late soon ext doing none event loop na ask new chg same."""
    extra = " st--box" if box else ""
    sign = format_html(ICON, f"s-{name}")
    return format_html('<span class="st st--{}{}">{}<span>{}</span></span>', name, extra, sign, nbsp(word))


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """What stands under the key; nothing when it has none."""
    return mapping.get(key, "")


@register.filter
def plural(number: int | None, forms: str) -> str:
    """``12|plural:"школа,школы,школ"`` → «12 школ», bound by a no-break space."""
    return counted(number or 0, *forms.split(","))


@register.filter
def plural_word(number: int | None, forms: str) -> str:
    """Only the word, in the form that agrees with the number: one, few, many."""
    return plural(number, forms).partition(NBSP)[2]


@register.filter
def nbsp(text: Any) -> SafeString:
    """Typography: № 5, 12 школ, «Михеева Е. И.», short prepositions stay with their word."""
    return mark_safe(bound(str(conditional_escape(text))))  # noqa: S308 -- escaped


@register.simple_tag
def person_name(last: str, first: str = "", patronymic: str = "") -> str:
    """«Михеева Е. И.» from its parts, when there is no `User` at hand."""
    return surname_first(last, first, patronymic)


@register.filter
def file_size(size: int | None) -> str:
    """Bytes → «84 КБ», «1,9 МБ»; of a thousand and twenty-four, as Explorer shows them."""
    value = float(size or 0)
    units = ["Б", "КБ", "МБ", "ГБ"]
    power = 0
    while value >= 1024 and power < len(units) - 1:
        value, power = value / 1024, power + 1
    decimals = 1 if power > 1 and value < 10 else 0
    return f"{value:.{decimals}f}{NBSP}{units[power]}".replace(".", ",")


@register.filter
def percent(share: float | None) -> str:
    """A share of one as people write it: ``0.64`` → «64,0»; nothing known → «—»."""
    return "—" if share is None else f"{share * 100:.1f}".replace(".", ",")


@register.filter
def gap(share: float) -> str:
    """A difference of shares in points, with its sign: «+4,2», «−0,8», «0,0»."""
    points = f"{abs(share) * 100:.1f}".replace(".", ",")
    return points if points == "0,0" else f"{'+' if share > 0 else '−'}{points}"


# Days as people write them


def as_local(day: datetime.date | datetime.datetime) -> datetime.date | datetime.datetime:
    if isinstance(day, datetime.datetime) and timezone.is_aware(day):
        return timezone.localtime(day)
    return day


def day_words(day: datetime.date) -> str:
    """«15 марта»; with the year when it is not this academic year's."""
    words = date_format(day, "j E").replace(" ", NBSP)
    if academic_year_of(day) == academic_year_of(timezone.localdate()):
        return words
    return f"{words}{NBSP}{day.year}"


@register.filter
def human_date(day: Day) -> str:
    """A `<time>`: «15 марта» to read, the full date on hover and in print. Nothing for no date."""
    if day is None or day == "":
        return ""
    local = as_local(day)
    full = date_format(local, "j E Y г., l").lower().replace(" ", NBSP)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.strftime("%Y-%m-%d"), full, day_words(local)
    )


@register.filter
def human_time(moment: datetime.datetime | None) -> str:
    """A `<time>`: «сегодня, 14:02», «вчера, 17:40», «15 марта, 09:00» in the department's time zone."""
    if not moment:
        return ""
    local = as_local(moment)
    days = (timezone.localdate() - datetime.date(local.year, local.month, local.day)).days
    day = {0: "сегодня", 1: "вчера"}.get(days) or day_words(local)
    full = date_format(local, "j E Y г., H:i").replace(" ", NBSP)
    return format_html(
        '<time datetime="{}" title="{}">{},{}{}</time>',
        local.strftime("%Y-%m-%dT%H:%M%z"), full, day, NBSP, local.strftime("%H:%M"),
    )  # fmt: skip


@register.filter
def due_words(day: Day) -> str:
    """«сегодня», «завтра», «через 3 дня», «просрочено на 2 дня»; nothing without a due day."""
    if not day:
        return ""
    left = (datetime.date(day.year, day.month, day.day) - timezone.localdate()).days
    if left < 0:
        return f"просрочено на{NBSP}{plural(-left, 'день,дня,дней')}"
    near = {0: "сегодня", 1: "завтра", 2: "послезавтра"}
    return near.get(left) or f"через{NBSP}{plural(left, 'день,дня,дней')}"


@register.simple_tag
def due(day: Day, open: bool = True, soon: int = 3) -> SafeString:
    """How a due day stands: late (bold red), soon (amber, up to ``soon`` days), else grey words. Closed: nothing."""
    if not day or not open:
        return SafeString("")
    left = (datetime.date(day.year, day.month, day.day) - timezone.localdate()).days
    if left < 0:
        return state("late", due_words(day))
    if left <= soon:
        return state("soon", due_words(day))
    return format_html('<span class="muted small">{}</span>', due_words(day))


# Parts with content


@register.simple_block_tag
def section(  # noqa: PLR0917 -- a template names them
    content: str,
    title: str,
    id: str = "",
    count: int | None = None,
    link: str = "",
    text: str = "",
    side: bool = False,
) -> str:
    """A ruled section: heading, number, link to all of it."""
    names = {"title": title, "id": id, "count": count, "link": link, "text": text, "side": side}
    return render_to_string("components/_section.html", {**names, "content": content})


@register.simple_block_tag
def note(content: str, title: str, kind: str = "") -> str:
    """A notice on its tint. ``kind``: empty (information), ok, warn, bad."""
    names = {"title": title, "kind": kind, "sign": NOTE_ICONS[kind]}
    return render_to_string("components/_note.html", {**names, "content": content})


@register.simple_block_tag(takes_context=True)
def nothing(context: Context, content: str, title: str, how: str = "") -> str:
    """An empty page: what belongs here, the first step; ``how`` names the task of the guide that tells it."""
    told = way_to_task(context, how) if how else ""
    return render_to_string("components/_empty.html", {"title": title, "content": content, "told": told})


@register.simple_tag(takes_context=True, name="how")
def way_to_task(context: Context, task: str) -> SafeString:
    """A quiet link to this task of the reader's guide. Nothing for strangers and for whom the task is not."""
    membership = context.get("membership")
    found = guides.find_task(task, membership.role) if membership else None
    if found is None:
        return SafeString("")
    guide, heading = found
    address = f"{reverse('portal:guide', args=[guide.slug])}#{heading.anchor}"
    return format_html('<a class="how" href="{}">{}Руководство: {}</a>', address, icon("help"), task)


@register.simple_block_tag
def table(content: str, label: str, kind: str = "", fold: bool = False) -> str:
    """A table that scrolls inside itself; give thead and tbody. ``kind``: fit (never wider), inset (on no padding).

    ``fold``: a list to read, not to compare; on a phone each row becomes a small card.
    """
    names = {"label": label, "kind": kind, "fold": fold, "content": content}
    return render_to_string("components/_table.html", names)


@register.simple_block_tag
def dialog(content: str, id: str, title: str, kind: str = "") -> str:
    """A native window; opened by any link or button with ``data-portal-dialog="id"``. ``kind``: stop (red)."""
    names = {"id": id, "title": title, "kind": kind}
    return render_to_string("components/_dialog.html", {**names, "content": content})


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """The way here; the page itself is not in it."""
    return format_html('<nav class="crumbs" aria-label="Путь"><ol>{}</ol></nav>', content)


@register.simple_tag
def crumb(title: str, name: str, *args: Any) -> SafeString:
    """One step of the way: title, URL name, its arguments."""
    return format_html('<li><a href="{}">{}</a></li>', reverse(name, args=args), nbsp(title))


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Django's own, and in which role the form was opened: see `accounts.permissions.sent_as_another`."""
    token = format_html("{}", CsrfTokenNode().render(context))
    membership = getattr(context.get("request"), "membership", None)
    if membership is None:
        return token
    return format_html('{}<input type="hidden" name="{}" value="{}">', token, STAMP, membership.pk)


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Page[Any], name: str = "page") -> str:
    """Links to the other pages; the filter in the address stays. Nothing for a single page."""
    if page.paginator.num_pages < 2:
        return ""
    query = context["request"].GET.copy()
    query.pop(name, None)
    start = f"?{query.urlencode()}&{name}=" if query else f"?{name}="
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return render_to_string(
        "components/_pager.html", {"page": page, "start": start, "numbers": list(numbers)}
    )


@register.simple_tag
def filter_form(form: Filter) -> str:
    """Above a list: its fields in a row, a button for those without scripts, «Сбросить» while something is left out."""
    return render_to_string("components/_filter.html", {"form": form})


@register.simple_tag
def progress(done: int, total: int, label: str) -> SafeString:
    """A bar with its words: «12 из 30»."""
    return format_html(
        '<span class="prog"><span class="small">{label}: {done} из{nbsp}{total}</span>'
        '<progress value="{done}" max="{max}" aria-label="{label}"></progress></span>',
        label=label, done=done, total=total, max=max(total, 1), nbsp=NBSP,
    )  # fmt: skip


@register.simple_tag
def stack(
    total: int, ok: int = 0, sent: int = 0, late: int = 0, *, words: bool = True, link: str = ""
) -> SafeString:
    """How far a whole is: accepted, under review, overdue, the rest; with the same in words below.

    ``link`` is the address of the list of these duties, to which «state=…» is added: each number leads to its rows.
    """
    shares = {"ok": ok, "sent": sent, "late": late, "none": max(total - ok - sent - late, 0)}
    rects, left = [], 0.0
    for kind, number in shares.items():
        width = number * 300 / max(total, 1)
        rects.append((kind, f"{left:.1f}", f"{max(width - 1, 0):.1f}"))
        left += width
    bar = format_html_join("", '<rect class="{}" x="{}" y="0" width="{}" height="12"/>', rects)
    svg = format_html(
        '<svg class="stack" viewBox="0 0 300 12" preserveAspectRatio="none" aria-hidden="true">{}</svg>', bar
    )
    if not words:
        return svg
    of = _number(total, link, "counted", "поручений всего")
    said = [
        format_html("принято {}{nbsp}из{nbsp}{}", _number(ok, link, "accepted", "принято"), of, nbsp=NBSP)
    ]
    said += [format_html("на проверке {}", _number(sent, link, "reported", "на проверке"))] if sent else []
    said += [format_html("просрочено {}", _number(late, link, "overdue", "просрочено"))] if late else []
    return format_html(
        '{}<p class="help">{}</p>', svg, format_html_join(", ", "{}", ((one,) for one in said))
    )


def _number(number: int, link: str, state: str, words: str) -> str:
    if not link or not number:
        return str(number)
    return format_html('<a href="{}state={}" aria-label="{}: {}">{}</a>', link, state, words, number, number)


@register.simple_tag
def tally(number: int, of: int | None = None) -> SafeString:
    """Small strokes to compare by eye, at most twelve; ``of`` draws the rest hollow. Say the number beside it."""
    whole = min(max(number, of or 0), 12)
    strokes = [("" if n < number else "o", n * 11 + 0.5) for n in range(whole)]
    rects = format_html_join("", '<rect class="{}" x="{}" y="1.5" width="8" height="13"/>', strokes)
    svg = '<svg class="ticks" viewBox="0 0 {0} 16" width="{0}" height="16" aria-hidden="true">{1}</svg>'
    return format_html(svg, whole * 11, rects)


@register.filter
def undo_address(tags: str | None) -> str:
    """The address the toast's «Отменить» posts to; the view gives it as ``extra_tags=f"undo {address}"``."""
    kind, _, address = (tags or "").partition(" ")
    address = address.split(" ")[0]
    return address if kind == "undo" and url_has_allowed_host_and_scheme(address, None) else ""
