"""Word's automatic numbering: which number stands before a paragraph though its text holds none.

ECMA-376 part 1, 17.9: a paragraph names a list (`numId`) and a level; the list points at an abstract list, whose
levels give format, start and pattern («%1.%2.»). Counters belong to the abstract list; a list with its own
`startOverride` begins anew.
"""

from dataclasses import dataclass, field

from lxml import etree

from roadmaps.reading.text import roman

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_BULLETS = "–—-•*·▪◦○●■□➢✓✔"


def value(element: etree._Element | None, path: str) -> str | None:
    """The `w:val` of the element at `path` below, None when there is none."""
    found = None if element is None else element.find(path)
    return None if found is None else found.get(f"{W}val")


def number(text: str | None, default: int = 0) -> int:
    """A whole number from an attribute; `default` for what is none."""
    try:
        return int(text) if text else default
    except ValueError:
        return default


def formatted(count: int, style: str) -> str:
    """The count as Word prints it in the numbering format `style`."""
    match style:
        case "none":
            return ""
        case "decimalZero":
            return f"{count:02}"
        case "upperRoman" if 0 < count < 40:
            return roman(count)
        case "lowerRoman" if 0 < count < 40:
            return roman(count).lower()
        case "upperLetter" | "lowerLetter" | "russianUpper" | "russianLower" if count > 0:
            alphabet = _LATIN if "Letter" in style else _RUSSIAN
            turns, place = divmod(count - 1, len(alphabet))
            letters = alphabet[place] * (turns + 1)
            return letters.upper() if "pper" in style else letters
    return str(count)


@dataclass(slots=True)
class _Level:
    start: int = 1
    style: str = "decimal"
    pattern: str = ""
    restart: int | None = None
    paragraph_style: str | None = None
    legal: bool = False


@dataclass(slots=True)
class _List:
    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)


class Numbering:
    """Gives every numbered paragraph its label, in document order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if root is not None:
            self._read_abstracts(root)
            self._read_lists(root)

    def level_of_style(self, list_id: str, style: str) -> int:
        """The level that a paragraph style stands for in a list, 0 when it names none."""
        levels = self._levels.get(self._lists[list_id].abstract, {}) if list_id in self._lists else {}
        return next((depth for depth, level in levels.items() if level.paragraph_style == style), 0)

    def label(self, list_id: str, depth: int) -> str:
        """Count one more paragraph of the list at this level; its label, «» for a list that does not exist."""
        numbered = self._lists.get(list_id)
        levels = self._levels.get(numbered.abstract, {}) if numbered else {}
        level = levels.get(depth)
        if numbered is None or level is None:
            return ""
        counts = self._counts.setdefault(numbered.abstract, {})
        if depth in numbered.starts and depth not in numbered.begun:
            numbered.begun.add(depth)
            counts[depth] = numbered.starts[depth]
        else:
            counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [at for at in counts if at > depth]:
            if levels[deeper].restart != 0:
                del counts[deeper]
        return self._printed(level, levels, counts, numbered)

    def _printed(
        self, level: _Level, levels: dict[int, _Level], counts: dict[int, int], numbered: _List
    ) -> str:
        if level.style == "bullet":
            return level.pattern if level.pattern and level.pattern in _BULLETS else "•"
        printed = level.pattern
        for depth, above in levels.items():
            count = counts.get(depth, numbered.starts.get(depth, above.start))
            style = "decimal" if level.legal else above.style
            printed = printed.replace(f"%{depth + 1}", formatted(count, style))
        return printed.strip()

    def _read_abstracts(self, root: etree._Element) -> None:
        by_style: dict[str, str] = {}
        links: dict[str, str] = {}
        for abstract in root.iterfind(f"{W}abstractNum"):
            name = abstract.get(f"{W}abstractNumId", "")
            self._levels[name] = {
                number(level.get(f"{W}ilvl")): _read_level(level) for level in abstract.iterfind(f"{W}lvl")
            }
            if style := value(abstract, f"{W}styleLink"):
                by_style[style] = name
            if style := value(abstract, f"{W}numStyleLink"):
                links[name] = style
        for name, style in links.items():
            self._levels[name] = self._levels.get(by_style.get(style, ""), {})

    def _read_lists(self, root: etree._Element) -> None:
        for each in root.iterfind(f"{W}num"):
            name, abstract = each.get(f"{W}numId", ""), value(each, f"{W}abstractNumId") or ""
            numbered = self._lists[name] = _List(abstract)
            for override in each.iterfind(f"{W}lvlOverride"):
                depth = number(override.get(f"{W}ilvl"))
                own = override.find(f"{W}lvl")
                if own is not None:
                    numbered.abstract = f"{abstract}/{name}"
                    self._levels.setdefault(numbered.abstract, dict(self._levels.get(abstract, {})))
                    self._levels[numbered.abstract][depth] = _read_level(own)
                if (start := value(override, f"{W}startOverride")) is not None:
                    numbered.starts[depth] = number(start, 1)


def _read_level(element: etree._Element) -> _Level:
    restart = value(element, f"{W}lvlRestart")
    return _Level(
        start=number(value(element, f"{W}start"), 0),
        style=value(element, f"{W}numFmt") or "decimal",
        pattern=value(element, f"{W}lvlText") or "",
        restart=None if restart is None else number(restart),
        paragraph_style=value(element, f"{W}pStyle"),
        legal=element.find(f"{W}isLgl") is not None,
    )
