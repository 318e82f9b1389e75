"""Files that cannot be read end in a Russian message that says what to do."""

import io
import json
import zipfile

import pytest
from django.core.management import call_command

from roadmaps.reading import MAX_BYTES, Unreadable, read
from tests.roadmaps.reading_writers import archive, docx, head, p, tbl, tr, xlsx

ROW = tr("1.", "Собрать заявки", "май", "Отдел")
SOUND = docx(p("ПЛАН на 2024 год") + tbl(head(), ROW))


def refusal(data: bytes, name: str = "план.docx") -> str:
    with pytest.raises(Unreadable) as error:
        read(data, name)
    assert error.value.remedy
    return str(error.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "пустой файл"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "PNG"),
        (b"{\\rtf1\\ansi some}", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "старого формата"),
        (archive({"readme.txt": b"x"}), "ZIP"),
        (
            archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}),
            "OpenDocument",
        ),
        (archive({"[Content_Types].xml": b"<x/>", "word/vbaProject.bin": b"x"}), "макрос"),
        (b"\x00\x01\x02\x03" * 10, "неизвестного вида"),
    ],
)
def test_foreign_files_are_named(data, words):
    assert words in refusal(data)


def test_truncated_word_file_is_called_damaged():
    assert "повреждён" in refusal(SOUND[: len(SOUND) // 2])


def test_word_file_without_a_document():
    assert "повреждён" in refusal(archive({"[Content_Types].xml": b"<x/>", "word/other.xml": b"<x/>"}))


def test_broken_xml_inside_a_sound_archive():
    assert "повреждён" in refusal(
        archive({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w:document"})
    )


def test_document_type_is_never_followed():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert "DOCTYPE" in refusal(archive({"[Content_Types].xml": b"<x/>", "word/document.xml": bomb}))
    with zipfile.ZipFile(io.BytesIO(xlsx([["№"]]))) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    assert "повреждён" in refusal(archive(parts | {"xl/workbook.xml": bomb}), "план.xlsx")


def test_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = archive({"[Content_Types].xml": b"<x/>", "word/document.xml": b" " * 30_000_000})
    assert len(bomb) < 100_000
    assert "сжат" in refusal(bomb)


def test_archive_locked_with_a_password():
    locked = bytearray(SOUND)
    directory = locked.find(b"PK\x01\x02")
    locked[directory + 8] |= 1
    assert "парол" in refusal(bytes(locked))


def test_too_large_a_file():
    assert "слишком велик" in refusal(b"x" * (MAX_BYTES + 1))


def test_document_without_a_table_names_the_words_looked_for():
    message = refusal(docx(p("Просто письмо")))
    assert "«Мероприятие»" in message
    assert "«Срок»" in message


def test_command_prints_json_and_writes_nothing(tmp_path, capsys):
    file = tmp_path / "план.docx"
    file.write_bytes(SOUND)
    call_command("read_roadmap", str(file), "--json")
    assert json.loads(capsys.readouterr().out) == read(SOUND, "план.docx").as_json()


def test_command_shows_items_and_problems(tmp_path, capsys):
    file = tmp_path / "план.docx"
    file.write_bytes(docx(p("ПЛАН на 2024 год") + tbl(head(), ROW, tr("2.", "Опросить", "", "Школы"))))
    call_command("read_roadmap", str(file))
    shown = capsys.readouterr().out
    assert "1.  Собрать заявки | май | Отдел" in shown
    assert "строка 3, пункт 2.: В строке не указан срок." in shown


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", None])
def test_command_ends_with_one_and_a_russian_message(tmp_path, capsys, content):
    file = tmp_path / "план.pdf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        call_command("read_roadmap", str(file))
    assert stopped.value.code == 1
    assert "план.pdf" in capsys.readouterr().err
