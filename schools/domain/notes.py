"""The analytic note on the results of a campaign: words of people, facts of the results, papers made by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from portal.lib import charts, pdf
from portal.lib.docx import Paper
from portal.lib.names import counted
from portal.lib.refusals import Refused
from schools.domain import results
from schools.domain.results import Block, Line
from schools.models import NoteSchool, ObjectivityFlag, OfficialMark, ResultNote, School, VprCampaign

TITLE = "Аналитическая справка о результатах всероссийских проверочных работ"
CAUTION = (
    "Результаты ВПР не служат для оценки работы школ и учителей. Признаки необъективности — повод для анализа; "
    "школы названы по алфавиту, рейтинга нет."
)
WORDS = {"causes": "Причины", "measures": "Принятые меры", "recommendations": "Рекомендации"}
HEAD = ["Школа", "Уч.", "«2», %", "«3», %", "«4», %", "«5», %", "Усп., %", "Кач., %"]
HEAD += ["Пониз., %", "Подтв., %", "Повыс., %"]


# --- what people write -------------------------------------------------------------------------------------------


def note_of(campaign: VprCampaign) -> ResultNote:
    """The campaign's note; it begins empty and is not saved by looking at it."""
    note = ResultNote.objects.filter(campaign=campaign).select_related("department", "campaign").first()
    return note or ResultNote(campaign=campaign, department=campaign.department)


def kept_note(campaign: VprCampaign) -> ResultNote:
    """The same as a row, to write in."""
    note, _ = ResultNote.objects.get_or_create(
        campaign=campaign, defaults={"department": campaign.department}
    )
    return note


def school_of(note: ResultNote, school: School) -> NoteSchool:
    """The words on one school, not saved while there are none."""
    return NoteSchool.objects.filter(note__campaign=note.campaign, school=school).first() or NoteSchool(
        note=note, school=school, version=0
    )


@transaction.atomic
def save(row: ResultNote | NoteSchool, *, seen: int, by: Membership) -> None:
    """Keep what was written on edit ``seen``. Raises `Refused` when somebody saved a later one."""
    row.edited_by, row.version = by, seen + 1
    if row.pk is None:
        if NoteSchool.objects.filter(note=row.note, school=row.school).exists():
            raise Refused(LATER)
        row.save()
        return
    words = {name: getattr(row, name) for name in _texts(row)}
    fresh = type(row)._default_manager.filter(pk=row.pk, version=seen)
    if not fresh.update(version=row.version, edited_by=by, **words):
        raise Refused(LATER)


LATER = (
    "Пока вы писали, этот текст сохранил другой человек. Ваш текст в полях, сохранённый — под ними: "
    "соедините их и сохраните ещё раз."
)


def _texts(row: models.Model) -> list[str]:
    return [field.name for field in row._meta.fields if isinstance(field, models.TextField)]


# --- what the results say ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Content:
    """Everything the papers print."""

    note: ResultNote
    blocks: list[Block]
    facts: list[str]
    flags: list[ObjectivityFlag]
    marks: list[OfficialMark]
    schools: list[NoteSchool]

    @property
    def letterhead(self) -> list[str]:
        department = self.note.department
        return (department.letterhead or department.name.upper()).split("\n")


def content(note: ResultNote) -> Content:
    campaign = note.campaign
    blocks = results.of_campaign(campaign)
    flags = ObjectivityFlag.objects.filter(school__department=note.department, year=campaign.year).standing()
    marks = OfficialMark.objects.filter(source__department=note.department, year=campaign.first_day.year)
    return Content(
        note=note,
        blocks=blocks,
        facts=facts(campaign, blocks),
        flags=list(flags.select_related("school").order_by("school__name", "grade", "subject")),
        marks=list(marks.select_related("school", "source").order_by("school__name", "grade", "subject")),
        schools=list(NoteSchool.objects.filter(note__campaign=campaign).select_related("school")),
    )


def facts(campaign: VprCampaign, blocks: list[Block]) -> list[str]:
    """The overview in sentences, every number from the results."""
    if not blocks:
        return ["Результатов этой кампании пока нет."]
    schools = {line.school.pk for block in blocks for line in block.schools if line.school}
    works = sum(line.figures.participants or 0 for block in blocks for line in block.schools)
    span = f"с {campaign.first_day:%d.%m.%Y} по {campaign.last_day:%d.%m.%Y}"
    first = (
        f"{campaign.name} ({span}): {counted(len(schools), 'школа', 'школы', 'школ')}, "
        f"{counted(len(blocks), 'проверочная работа', 'проверочные работы', 'проверочных работ')} по предметам и "
        f"классам, {counted(works, 'выполненная работа', 'выполненные работы', 'выполненных работ')}."
    )
    return [first, *(_sentence(block) for block in blocks)]


def _sentence(block: Block) -> str:
    """«Математика, 4 класс: 500 участников, успеваемость 93,1 % (регион: 95,0 %), качество …»."""
    own = block.group("department")
    if own is None:
        return f"{block.title}: данных по муниципалитету нет."
    others = [line for line in block.groups if line.scope != "department"]
    parts = [counted(own.figures.participants or 0, "участник", "участника", "участников")]
    for word, name in (("успеваемость", "success"), ("качество", "quality")):
        if (value := getattr(own.figures, name)) is not None:
            beside = [
                f"{line.name} {_shown(getattr(line.figures, name))}" for line in others if line.figures.marks
            ]
            parts.append(f"{word} {_shown(value)}" + (f" ({', '.join(beside)})" if beside else ""))
    if (raised := own.figures.moved("raised")) is not None:
        lowered = _shown(own.figures.moved("lowered"))
        parts.append(f"отметку против журнала повысили {_shown(raised)}, понизили {lowered}")
    return f"{block.title}: {', '.join(parts)}."


def _shown(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


def row(line: Line) -> list[str]:
    """A school or group as a row of the papers' tables."""
    known = line.figures
    shares = (
        [share for _, share in line.marks]
        + [known.success, known.quality]
        + [share for _, share in line.moves]
    )
    name = f"{line.name} (по школам)" if line.computed else line.name
    numbers = ["—" if share is None else f"{share * 100:.1f}".replace(".", ",") for share in shares]
    return [name, "—" if known.participants is None else str(known.participants), *numbers]


def pictures(block: Block) -> list[charts.Chart]:
    """Marks of the groups, and marks against the journal, where there are any."""
    marked = [(line.name, line.figures.marks) for line in block.groups if line.figures.marks]
    moved = [(line.name, line.figures.journal) for line in block.groups if line.figures.journal]
    made = [charts.marks(marked, title=f"{block.title}: отметки")] if marked else []
    return made + ([charts.journal(moved, title=f"{block.title}: отметки против журнала")] if moved else [])


# --- papers ------------------------------------------------------------------------------------------------------


def make(note: ResultNote, *, by: Membership | None, step: Callable[[str], None] = lambda _: None) -> None:
    """Make the PDF, the Word file and the workbook anew of what the portal knows now; the old ones go."""
    known = content(note)
    old = [getattr(note, kind).name for kind in MAKERS if getattr(note, kind)]
    for kind, (maker, doing) in MAKERS.items():
        step(doing)
        getattr(note, kind).save(f"note.{kind}", ContentFile(maker(known)), save=False)
    note.made_at = timezone.now()
    note.save(update_fields=[*MAKERS, "made_at"])
    for name in old:
        note.pdf.storage.delete(name)
    audit.record("schools.note_made", f"Собрана {note}", by=by, department=note.department, subject=note)


def as_pdf(known: Content) -> bytes:
    printer = pdf.Printer(render_to_string("schools/pdf/note.css", {"family": pdf.FAMILY}))
    tables = [
        {"title": block.title, "rows": [(line, row(line)) for line in block.lines], "charts": pictures(block)}
        for block in known.blocks
    ]
    names = {"known": known, "title": TITLE, "caution": CAUTION, "head": HEAD, "tables": tables}
    names |= {"grounds": grounds(known), "day": timezone.localdate()}
    return printer.join([printer.lay_out(render_to_string("schools/pdf/note.html", names))])


def as_docx(known: Content) -> bytes:
    note, department = known.note, known.note.department
    paper = Paper(f"{TITLE}: {note.campaign}", size=13)
    paper.text("\n".join(known.letterhead), align="center", bold=True)
    paper.text(TITLE, align="center", bold=True, size=15, space=60)
    paper.text(f"{note.campaign}, {note.campaign.year_name} учебный год", align="center", space=6)
    paper.text(f"{department.place}, {timezone.localdate():%d.%m.%Y}", align="center", space=6)
    if note.introduction:
        paper.text(note.introduction, align="justify", indent=True, space=12)
    paper.heading("1. Общие сведения")
    for fact in known.facts:
        paper.text(fact, align="justify", indent=True)
    paper.text(CAUTION, italic=True, align="justify", indent=True, space=6)
    paper.turn(landscape=True)
    paper.heading("2. Результаты по школам, предметам и классам")
    for block in known.blocks:
        paper.heading(block.title, 2)
        lines = [row(line) for line in block.lines]
        paper.table(HEAD, lines, widths=[87, *[18] * (len(HEAD) - 1)], right=range(1, len(HEAD)), size=10)
        for chart in pictures(block):
            paper.text(chart.title, bold=True, align="center", space=6)
            paper.picture(charts.png(chart), width=170, words=chart.description)
    paper.turn(landscape=False)
    _docx_schools(paper, known)
    if note.conclusions:
        paper.heading("5. Выводы")
        paper.text(note.conclusions, align="justify", indent=True)
    paper.text("", space=18)
    paper.signature(department.signatory_position, department.signatory_name)
    return paper.save()


def _docx_schools(paper: Paper, known: Content) -> None:
    paper.heading("3. Школы с признаками необъективности")
    paper.points(grounds(known))
    paper.heading("4. Причины, меры и рекомендации по школам")
    if not known.schools:
        paper.text("Не заполнено.")
    for one in known.schools:
        paper.heading(one.school.name, 2)
        for name, title in WORDS.items():
            if text := getattr(one, name):
                paper.text(f"{title}: {text}", align="justify", indent=True)


def grounds(known: Content) -> list[str]:
    """Schools of the official lists and with open flags, each with its grounds."""
    return list(_grounds(known))


def _grounds(known: Content) -> Iterator[str]:
    if not known.flags and not known.marks:
        yield "Открытых признаков и отметок в официальных перечнях за этот год нет."
    for mark in known.marks:
        yield f"{mark.school}: включена в перечень ({mark.subject}, {mark.grade} класс). Документ: {mark.source}."
    for flag in known.flags:
        what = (
            ", ".join(filter(None, [flag.subject, f"{flag.grade} класс" if flag.grade else ""]))
            or "школа в целом"
        )
        yield f"{flag.school}: {what}; {flag.get_state_display()}. {flag.source}. {flag.grounds}".strip()


def as_xlsx(known: Content) -> bytes:
    return results.workbook(known.blocks)


MAKERS: dict[str, tuple[Callable[[Content], bytes], str]] = {
    "pdf": (as_pdf, "Верстаю PDF"),
    "docx": (as_docx, "Собираю Word"),
    "xlsx": (as_xlsx, "Собираю Excel"),
}
