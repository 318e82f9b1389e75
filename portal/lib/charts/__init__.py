"""Charts as SVG, drawn here so that a page under a strict CSP and a PDF show the same picture.

Every function returns a `Chart`: write ``{{ chart.svg }}`` in a page or a document (or include
``components/_chart.html``, which adds the table behind it). A chart has ``role="img"``, a title and a
description in words; no ``style`` attribute, no id, no script. Colours are presentation attributes (paper
knows no style sheet) that ``static/css/charts.css`` overrides by class for the light, dark and contrast
looks. Nothing is said by colour alone: parts carry their words, suspects a sign, series their dash and mark.

Counts are pupils, shares are 0…1. Labels are plain text of any origin: they are escaped here. No Django, no models.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from portal.lib.charts import strokes, wording
from portal.lib.charts.strokes import COLUMN, CURVE, FONT, LINE, LINK, RULE, STEPS, SUSPECT, THRESHOLD

WIDTH = 640
NAMES = 168  # room for the names at the left of bars
DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 4", "12 5")
MARKS = ("«2»", "«3»", "«4»", "«5»")
JOURNAL = ("понизили", "подтвердили", "повысили")
EMPTY = "нет данных"

Cell = str | int | float


class Markup(str):
    """Markup that templates print as it is: all text in it is escaped already."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


@dataclass(frozen=True)
class Chart:
    """A picture, what it says in words, and the table behind it (``head`` over ``rows``, first cell names the row)."""

    title: str
    description: str
    svg: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def png(chart: Chart, *, width: int = 1600) -> bytes:
    """The chart as a picture of ``width`` pixels, for papers that take no SVG (Word)."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=str(chart.svg), width=width, background="#ffffff"))


@dataclass(frozen=True)
class Heat:
    """A field of a heat map: its words, how dark (0…3; None: hatched, nothing is known), and whether it has a sign."""

    text: str
    step: int | None = 0
    marked: bool = False


@dataclass(frozen=True)
class Series:
    """A line of points (x, y)."""

    name: str
    points: Sequence[tuple[float, float]]


def histogram(
    counts: Sequence[int],
    *,
    title: str,
    thresholds: Mapping[str, int] | None = None,
    suspects: Collection[int] = (),
    expected: Sequence[float] | None = None,
) -> Chart:
    """Pupils by first score, index = score.

    ``thresholds``: mark → its least score, as dashed lines; ``suspects``: scores marked by a triangle;
    ``expected``: the smooth curve they were judged by.
    """
    thresholds = thresholds or {}
    high = max([*counts, *(expected or []), 1]) * (1.15 if suspects else 1)  # room for the sign over the bar
    plot = _Plot(len(counts), high, left=44, top=34, height=232)
    bars = [
        strokes.rect(
            plot.x(score) + 1.5,
            plot.y(n),
            plot.step - 3,
            plot.y(0) - plot.y(n),
            SUSPECT if score in suspects else COLUMN,
        )
        for score, n in enumerate(counts)
        if n
    ]
    signs = [strokes.triangle(plot.middle(score), plot.y(counts[score]) - 9) for score in suspects]
    lines = [
        strokes.line((plot.x(at), 20), (plot.x(at), plot.y(0)), THRESHOLD, dash="5 3")
        + strokes.text(plot.x(at) + 4, 27, f"«{mark}» от {at}", size=11)
        for mark, at in thresholds.items()
    ]
    curve = strokes.polyline(
        [(plot.middle(s), plot.y(v)) for s, v in enumerate(expected or [])], CURVE, "4 3"
    )
    every = math.ceil(len(counts) / 26) or 1
    below = [
        strokes.text(plot.middle(score), plot.y(0) + 15, str(score), anchor="middle", size=11)
        for score in range(0, len(counts), every)
    ]
    foot = strokes.text(plot.right, plot.y(0) + 33, "первичный балл", anchor="end", size=11, muted=True)
    drawn = [*plot.grid("учеников"), *bars, *lines, curve, *signs, *below, foot]
    total = sum(counts)
    said = f"Учеников: {total}." + "".join(
        f" Отметка «{mark}» с {at} баллов." for mark, at in thresholds.items()
    )
    said += "".join(f" Выделен балл {at}: учеников {counts[at]}." for at in sorted(suspects))
    head = ("Балл", "Учеников", *(["Ожидалось"] if expected else []), "Отметка")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(s), n, *([round(expected[s], 1)] if expected else []), _mark_of(s, thresholds))
        for s, n in enumerate(counts)
    )
    return _chart(title, said, plot.y(0) + 42, drawn, (head, rows))


def marks(groups: Sequence[tuple[str, Mapping[str, float]]], *, title: str) -> Chart:
    """Shares of the marks, one bar a group (school, department, region, country): «2» … «5» → pupils or per cent."""
    return stacked([(name, [of.get(m, 0) for m in "2345"]) for name, of in groups], MARKS, title=title)


def journal(groups: Sequence[tuple[str, Mapping[str, float]]], *, title: str) -> Chart:
    """Marks against the journal, one bar a group: ``lowered``, ``confirmed``, ``raised`` → pupils or per cent."""
    keys = ("lowered", "confirmed", "raised")
    return stacked([(name, [of.get(key, 0) for key in keys]) for name, of in groups], JOURNAL, title=title)


def stacked(
    groups: Sequence[tuple[str, Sequence[float]]],
    parts: Sequence[str],
    *,
    title: str,
    tones: Sequence[int] | None = None,
) -> Chart:
    """Bars of equal length, each cut by the shares of its ``parts`` (up to four).

    ``tones``: how dark each part is, 0…3, where the order of the parts does not say it: what burns is the darkest.
    """
    steps = tones or _steps(len(parts))
    left, right, drawn, said = NAMES, WIDTH - 8, _legend(parts, steps), []
    for row, (name, values) in enumerate(groups):
        y, total = 34 + row * 38, sum(values)
        drawn += _name(left - 10, y + 18, name)
        if not total:
            drawn.append(strokes.text(left, y + 18, EMPTY, muted=True))
            said.append(f"{name}: {EMPTY}.")
            continue
        x = float(left)
        for step, value in zip(steps, values, strict=True):
            width = (right - left) * value / total
            if value:
                drawn.append(strokes.rect(x, y, width, 26, STEPS[step], cut=True))
            if width > 34:
                words = wording.percent(value / total)
                drawn.append(strokes.on(x + width / 2, y + 18, words, step))
            x += width
        shares = (f"{part} {wording.percent(v / total)}" for part, v in zip(parts, values, strict=True))
        said.append(f"{name}: {', '.join(shares)}.")
    rows = tuple(
        (name, *(wording.percent(v / sum(values)) if sum(values) else "—" for v in values))
        for name, values in groups
    )
    return _chart(title, " ".join(said), 40 + len(groups) * 38, drawn, (("Группа", *parts), rows))


def tasks(
    names: Sequence[str],
    own: Sequence[float],
    peers: Sequence[float | None],
    *,
    title: str,
    whose: str,
    others: str,
) -> Chart:
    """How the tasks were done, shares of each task's maximum: ``own`` as discs, ``peers`` as rings."""
    plot = _Plot(len(names), 1.0, left=44, top=34, height=222, share=True)
    drawn = plot.grid("")
    for index, (mine, theirs) in enumerate(zip(own, peers, strict=True)):
        x = plot.middle(index)
        if theirs is not None:
            drawn.append(strokes.line((x, plot.y(mine)), (x, plot.y(theirs)), LINK))
            drawn.append(strokes.ring(x, plot.y(theirs)))
        drawn.append(strokes.disc(x, plot.y(mine)))
        drawn.append(
            strokes.text(x, plot.y(0) + 16, wording.short(names[index], 6), anchor="middle", size=11)
        )
    drawn += [
        strokes.disc(52, 14),
        strokes.text(62, 18, whose, size=11),
        strokes.ring(252, 14),
        strokes.text(262, 18, others, size=11),
    ]
    drawn.append(strokes.text(plot.right, plot.y(0) + 33, "задание", anchor="end", size=11, muted=True))
    better = sum(1 for a, b in zip(own, peers, strict=True) if b is not None and a > b)
    known = sum(1 for value in peers if value is not None)
    said = f"Выполнение заданий: {whose} и {others}. Выше сравниваемых заданий: {better} из {known}."
    rows = tuple(
        (name, wording.percent(a), "—" if b is None else wording.percent(b))
        for name, a, b in zip(names, own, peers, strict=True)
    )
    return _chart(title, said, plot.y(0) + 42, drawn, (("Задание", whose, others), rows))


def heat_map(
    rows: Sequence[str], columns: Sequence[str], fields: Sequence[Sequence[Heat]], *, title: str, meaning: str
) -> Chart:
    """Rows × columns of fields, the darker the more. ``meaning`` says what a number in a field is."""
    left, top, height = 200, 70, 22
    width = min(96.0, (WIDTH - left - 4) / max(len(columns), 1))
    drawn = [strokes.text(0, 14, meaning, size=11, muted=True)]
    for index, name in enumerate(columns):
        x = left + (index + 0.5) * width
        for line, words in enumerate(wording.lines(name, max(4, int(width / 6.2)), 3)):
            drawn.append(strokes.text(x, 34 + line * 12, words, anchor="middle", size=10))
    for row, name in enumerate(rows):
        y = top + row * height
        drawn.append(strokes.text(left - 8, y + 15, wording.short(name, 32), anchor="end", size=11))
        for index, field in enumerate(fields[row]):
            drawn += _field(left + index * width, y, width, height, field)
    known = sum(1 for line in fields for field in line if field.step is not None)
    marked = sum(1 for line in fields for field in line if field.marked)
    said = f"{meaning} Строк: {len(rows)}, столбцов: {len(columns)}, полей с данными: {known}, отмечено: {marked}."
    table = tuple((name, *(_spoken(field) for field in fields[row])) for row, name in enumerate(rows))
    return _chart(title, said, top + len(rows) * height + 6, drawn, (("", *columns), table))


def lines(series: Sequence[Series], *, title: str, across: str, upward: str, top: float = 1.0) -> Chart:
    """Shares up to ``top`` over a number, a line each with its own dash and its name at its end: a power curve."""
    xs = sorted({x for one in series for x, _ in one.points})
    low, high = (xs[0], xs[-1]) if xs else (0.0, 1.0)
    plot = _Plot(1, top, left=44, top=34, height=232, share=True, right=WIDTH - 96)

    def place(x: float, y: float) -> tuple[float, float]:
        return plot.left + (plot.right - plot.left) * (x - low) / ((high - low) or 1), plot.y(y)

    drawn = plot.grid(upward)
    for index, one in enumerate(series):
        points = [place(x, y) for x, y in one.points]
        drawn.append(strokes.polyline(points, LINE, DASHES[index % len(DASHES)]))
        drawn += [strokes.disc(x, y, 2.6) for x, y in points]
    taken: list[float] = []
    for one in sorted(series, key=lambda one: -one.points[-1][1]):
        end = _free(plot.y(one.points[-1][1]), taken)
        drawn.append(strokes.text(plot.right + 8, end + 4, one.name, size=11))
    said_at = -math.inf
    for x in xs:
        if (at := place(x, 0)[0]) - said_at >= 26:  # a number needs that much room
            drawn.append(strokes.text(at, plot.y(0) + 15, wording.number(x), anchor="middle", size=11))
            said_at = at
    drawn.append(strokes.text(plot.right, plot.y(0) + 33, across, anchor="end", size=11, muted=True))
    values = [dict(one.points) for one in series]
    rows = tuple(
        (wording.number(x), *(wording.percent(of[x]) if x in of else "—" for of in values)) for x in xs
    )
    ends = (f"{one.name}: до {wording.percent(max(y for _, y in one.points))}." for one in series)
    head = (across, *(one.name for one in series))
    return _chart(title, " ".join(ends), plot.y(0) + 42, drawn, (head, rows))


# --- the frame -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plot:
    """Equal columns over a scale that begins at nought."""

    columns: int
    high: float
    left: float
    top: float
    height: float
    share: bool = False
    right: float = WIDTH - 8

    @property
    def step(self) -> float:
        return (self.right - self.left) / max(self.columns, 1)

    @property
    def ticks(self) -> list[float]:
        """Up to six round numbers from nought to above the highest value."""
        if self.share:
            return [self.high * n / 4 for n in range(5)]
        power = 10 ** math.floor(math.log10(self.high))
        every = next(s for k in (0.1, 0.2, 0.5, 1, 2) if self.high <= 5 * (s := max(1.0, k * power)))
        return [every * n for n in range(math.ceil(self.high / every) + 1)]

    def x(self, column: int) -> float:
        return self.left + column * self.step

    def middle(self, column: int) -> float:
        return self.x(column) + self.step / 2

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - value / self.ticks[-1])

    def grid(self, words: str) -> list[str]:
        drawn = []
        for tick in self.ticks:
            drawn.append(strokes.line((self.left, self.y(tick)), (self.right, self.y(tick)), RULE))
            label = wording.percent(tick) if self.share else wording.number(tick)
            drawn.append(strokes.text(self.left - 7, self.y(tick) + 4, label, anchor="end", size=11))
        return [*drawn, strokes.text(0, 12, words, size=11, muted=True)] if words else drawn


Table = tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]


def _chart(title: str, description: str, height: float, drawn: Sequence[str], table: Table) -> Chart:
    svg = (
        f'<svg class="chart__svg" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" role="img" aria-label="{escape(title)}" font-family="{FONT}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(drawn)}</svg>"
    )
    return Chart(title, description, Markup(svg), *table)


def _name(x: float, y: float, name: str) -> list[str]:
    """A bar's name, ending at ``x``: smaller and in two lines when it is long, cut with «…» when that is too little."""
    if wording.breadth(name, 13) <= x:
        return [strokes.text(x, y, name, anchor="end")]
    lines = wording.fitted(name, x, 11)
    first = y - 6.5 * (len(lines) - 1)
    return [strokes.text(x, first + 13 * n, line, anchor="end", size=11) for n, line in enumerate(lines)]


def _legend(parts: Sequence[str], steps: Sequence[int]) -> list[str]:
    drawn, x = [], float(NAMES)
    for part, step in zip(parts, steps, strict=True):
        drawn += [
            strokes.rect(x, 6, 14, 14, STEPS[step], cut=True),
            strokes.text(x + 20, 17, part, size=12),
        ]
        x += 44 + 7.4 * len(part)
    return drawn


def _steps(count: int) -> Sequence[int]:
    return range(count) if count > 3 else (1, 0, 3)[:count]


def _field(x: float, y: float, width: float, height: float, field: Heat) -> list[str]:
    if field.step is None:
        hatching = [
            strokes.line((x + at, y + height - 2), (x + at + 6, y + 2), RULE)
            for at in range(2, int(width) - 7, 7)
        ]
        return [*hatching, strokes.text(x + width / 2, y + 15, field.text, anchor="middle", size=11)]
    return [
        strokes.rect(x, y, width, height, STEPS[field.step], cut=True),
        strokes.on(
            x + width / 2, y + 15, f"▲ {field.text}" if field.marked else field.text, field.step, size=11
        ),
    ]


def _spoken(field: Heat) -> str:
    return f"{field.text} (отмечено)" if field.marked else field.text


def _mark_of(score: int, thresholds: Mapping[str, int]) -> str:
    reached = [mark for mark, at in thresholds.items() if score >= at]
    return max(reached, default="2") if thresholds else "—"


def _free(y: float, taken: list[float]) -> float:
    """The nearest height below ``y`` where a name covers no other."""
    while any(abs(y - other) < 13 for other in taken):
        y += 3
    taken.append(y)
    return y
