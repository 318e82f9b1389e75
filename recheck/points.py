"""A score as people type and read it: a whole number, or «Х» for «не приступал». Pure."""

from __future__ import annotations

SIGN = "Х"
NOT_ATTEMPTED = {"x", "х"}  # Latin and Cyrillic


def shown(score: int | None) -> str:
    return SIGN if score is None else str(score)


def read(text: str, most: int) -> tuple[int | None, str]:
    """What is typed → points (None: «Х») and what is wrong with it, in Russian ("": nothing)."""
    text = text.strip()
    if text.lower() in NOT_ATTEMPTED:
        return None, ""
    if not (text.isascii() and text.isdecimal()):
        return None, f"«{text[:10]}» — не балл; пишите число от 0 до {most} или {SIGN}"
    points = int(text[:6])
    return (points, "") if points <= most else (None, f"балл {text[:6]} больше наибольшего ({most})")
