"""Words that must fit a chart: cut and broken by how wide they come out; numbers as people write them."""

from __future__ import annotations


def fitted(text: str, width: float, size: int) -> list[str]:
    """Words in up to two lines no wider than this; what does not fit is cut."""
    first, *rest = text.split() or [""]
    while rest and breadth(f"{first} {rest[0]}", size) <= width:
        first = f"{first} {rest.pop(0)}"
    return [cut(line, width, size) for line in (first, " ".join(rest)) if line]


def cut(text: str, width: float, size: int) -> str:
    if breadth(text, size) <= width:
        return text
    while text and breadth(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def breadth(text: str, size: int) -> float:
    """How wide the words may come out, whichever sans of `strokes.FONT` draws them: rather too much than too little."""
    return size * sum(0.3 if sign in " .,:;«»()" else 0.75 if sign.isupper() else 0.6 for sign in text)


def percent(share: float) -> str:
    return f"{share * 100:.0f}\N{NO-BREAK SPACE}%"


def number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def lines(text: str, most: int, count: int) -> list[str]:
    """Words in up to ``count`` lines."""
    found: list[str] = []
    for word in text.split():
        if found and len(found[-1]) + 1 + len(word) <= most:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return [short(line, most) for line in found[:count]]
