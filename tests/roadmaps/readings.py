"""Tables of invented roadmaps as pasted HTML, and what was read of them."""

from roadmaps.reading import Reading, read_html
from tests.roadmaps.reading_writers import html_table

HEAD = ("№", "Мероприятие", "Срок", "Ответственный")


def table(*rows, head=HEAD) -> Reading:
    return read_html(html_table([head, *rows]))


def items(reading: Reading) -> list[tuple]:
    return [(item.number, item.text, item.deadline, item.responsible) for item in reading.roadmap.items()]


def headings(reading: Reading) -> list[tuple]:
    return [(section.number, section.title, len(section.items)) for section in reading.roadmap.sections]


def keys(reading: Reading) -> list[tuple]:
    return [(column.key, column.heading) for column in reading.roadmap.columns]
