"""The strokes and inks that charts are drawn with: each gives one element of SVG, its words escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

FONT = "PT Sans, Tinos, sans-serif"
PAPER, BLACK, BLUE, AMBER = "#fffdf8", "#1a2026", "#0e4d78", "#b87400"
# Class for the screen, colour for paper.
Ink = tuple[str, str]
Point = tuple[float, float]
TEXT, MUTED = ("c-text", BLACK), ("c-muted", "#56626c")
COLUMN = ("c-column", "#93aebd")
RULE, LINK, LINE, CURVE = ("c-rule", "#dcd7cb"), ("c-link", "#56626c"), ("c-line", BLUE), ("c-curve", BLACK)
DISC, SUSPECT, THRESHOLD = ("c-disc", BLUE), ("c-suspect", AMBER), ("c-threshold", AMBER)
# Four steps of one colour, pale to dark, and the ink that reads on each.
STEPS = (("c-step0", "#e2e8eb"), ("c-step1", "#bcccd4"), ("c-step2", "#93aebd"), ("c-step3", BLUE))
ON_STEPS = (("c-on0", BLACK), ("c-on1", BLACK), ("c-on2", BLACK), ("c-on3", "#ffffff"))


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 13, muted: bool = False
) -> str:
    return _words((x, y), words, MUTED if muted else TEXT, anchor, size)


def on(x: float, y: float, words: str, step: int, *, size: int = 12) -> str:
    """Words on a field of that darkness."""
    return _words((x, y), words, ON_STEPS[step], "middle", size)


def _words(at: Point, words: str, ink: Ink, anchor: str, size: int) -> str:
    place = f'x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text class="{ink[0]}" fill="{ink[1]}" {place}>{escape(words)}</text>'


def rect(x: float, y: float, width: float, height: float, ink: Ink, *, cut: bool = False) -> str:
    edge = f' stroke="{PAPER}" stroke-width="1.5"' if cut else ""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{ink[0]}" fill="{ink[1]}"{edge} {place}/>'


def line(start: Point, end: Point, ink: Ink, *, dash: str = "") -> str:
    place = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line class="{ink[0]}" stroke="{ink[1]}"{_dashes(dash)} {place}/>'


def polyline(points: Sequence[Point], ink: Ink, dash: str = "") -> str:
    if not points:
        return ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    stroke = f'stroke="{ink[1]}" stroke-width="1.6"{_dashes(dash)}'
    return f'<polyline class="{ink[0]}" fill="none" {stroke} points="{path}"/>'


def _dashes(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def disc(x: float, y: float, radius: float = 5) -> str:
    return f'<circle class="{DISC[0]}" fill="{DISC[1]}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'


def ring(x: float, y: float) -> str:
    place = f'cx="{x:.1f}" cy="{y:.1f}" r="4.5"'
    return f'<circle class="c-ring" fill="{PAPER}" stroke="{BLACK}" stroke-width="1.6" {place}/>'


def triangle(x: float, y: float) -> str:
    points = f"{x - 5:.1f},{y + 4:.1f} {x + 5:.1f},{y + 4:.1f} {x:.1f},{y - 5:.1f}"
    return f'<polygon class="c-sign" fill="{BLACK}" points="{points}"/>'
