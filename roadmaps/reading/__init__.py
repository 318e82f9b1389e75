"""Reading roadmaps from Word, Excel and pasted tables: pure Python, imports nothing of Django.

One grid of lines and tables (`grid`), four adapters that fill it (`word`, `excel`, `markup`, `plain`), one recogniser
(`recognise`, with `columns`, `preface` and `order`). The public face is this module.
"""

from roadmaps.reading.errors import Unreadable
from roadmaps.reading.model import (
    Addressee,
    Clause,
    Column,
    Executor,
    Item,
    Letterhead,
    Order,
    Problem,
    Reading,
    Roadmap,
    SecondLanguage,
    Section,
)
from roadmaps.reading.reader import MAX_BYTES, cells, read, read_html, read_tsv

__all__ = [
    "MAX_BYTES",
    "Addressee",
    "Clause",
    "Column",
    "Executor",
    "Item",
    "Letterhead",
    "Order",
    "Problem",
    "Reading",
    "Roadmap",
    "SecondLanguage",
    "Section",
    "Unreadable",
    "cells",
    "read",
    "read_html",
    "read_tsv",
]
