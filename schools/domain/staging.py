"""What each row of a list would do, kept as packed lines of a file: «heap, tab, JSON». Written once, read by heap."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, cast

from accounts.models import Department
from schools import listing
from schools.domain.matching import Index, Planner
from schools.listing import Row
from schools.models import SchoolImport

HEAPS = ("new", "changed", "same", "faulty")
MISSING_SHOWN = 500

Line = dict[str, Any]


class Draft:
    """A file read and compared, nothing written in the database: ``summary`` for `SchoolImport.preview`, and rows.

    The summary: ``counts`` of rows by heap, ``skipped`` rows that are no schools, ``errors`` in all, ``faults`` of the
    heads, ``tables`` as recognised, names of ``hidden`` sheets, ``missing``: open schools the list does not name.
    """

    def __init__(
        self, department: Department, data: bytes, *, mapping: Any = None, remembered: Any = None
    ) -> None:
        """Raises `listing.Unreadable`, and `listing.Unfound` when a person must first say where the table is."""
        reading = listing.Reading(data, mapping=mapping, remembered=remembered)
        packed = io.BytesIO()
        index = Index(department)
        planner = Planner(index, {table.sheet: table.letters for table in reading.tables})
        counts: Counter[str] = Counter()
        errors = len(reading.faults)
        with gzip.open(packed, "wb", compresslevel=1) as file:
            for row in reading:
                if isinstance(row, Row):
                    heap, line = planner.plan(row)
                    errors += len(row.faults)
                else:
                    heap, line = "skipped", row.to_json()
                counts[heap] += 1
                file.write(f"{heap}\t{json.dumps(line, ensure_ascii=False)}\n".encode())
        self.content = packed.getvalue()  # what `SchoolImport.rows` keeps
        missing = [
            school.pk for school in index.schools if not school.closed_on and school.pk not in planner.taken
        ]
        self.summary: dict[str, Any] = {
            "counts": {heap: counts[heap] for heap in HEAPS},
            "skipped": counts["skipped"],
            "errors": errors,
            "faults": [fault.to_json() for fault in reading.faults],
            "tables": [table.to_json() for table in reading.tables],
            "hidden": reading.hidden,
            "missing": missing[:MISSING_SHOWN],
            "missing_count": len(missing),
        }

    def rows(self, *heaps: str) -> Iterator[tuple[str, Line]]:
        return lines(io.BytesIO(self.content), heaps)


def lines(packed: IO[bytes], heaps: tuple[str, ...]) -> Iterator[tuple[str, Line]]:
    """Pairs of a heap and its row, in the order of the list; only rows of these heaps are taken apart."""
    wanted = {heap.encode() for heap in heaps}
    with gzip.open(packed) as file:
        for line in file:
            heap, _, body = line.partition(b"\t")
            if heap in wanted:
                yield heap.decode(), json.loads(body)


def rows(staged: SchoolImport, *heaps: str) -> Iterator[tuple[str, Line]]:
    """The staged rows of these heaps."""
    if staged.rows.name:
        with staged.rows.storage.open(staged.rows.name) as file:
            yield from lines(cast("IO[bytes]", file.file), heaps)


class Heap:
    """One heap as a paginator wants it: its length is known, a slice reads that far and no further."""

    def __init__(self, staged: SchoolImport, name: str, size: int) -> None:
        self.staged, self.name, self.size = staged, name, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice) -> list[Line]:
        return [line for _, line in islice(rows(self.staged, self.name), part.start, part.stop)]
