"""What a browser sends of a form it was shown."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Every named input, choice and text area of a page, with what stands in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = dict(attrs)
        name, value = had.get("name") or "", had.get("value") or ""
        if tag == "input" and name and (had.get("type") != "checkbox" or "checked" in had):
            self.found[name] = value or ("on" if had.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in had or self._select not in self.found):
            self.found[self._select] = value
        elif tag == "textarea":
            self._area, self.found[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def shown(response: Any) -> dict[str, str]:
    """Field by name; line ends as browsers send them."""
    reader = _Fields()
    reader.feed(response.content.decode())
    return {
        name: value.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
        for name, value in reader.found.items()
    }
