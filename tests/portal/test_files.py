"""What kind of file this is, whether it may be opened, what it may be called."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.files import (
    ALLOWED_EVIDENCE,
    Kind,
    Limits,
    RefusedFile,
    check_archive,
    check_upload,
    safe_name,
    sniff,
)


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def office(part: str, **more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<x/>", part: b"<x/>", **more})


def workbook() -> bytes:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


def ole(*streams: str) -> bytes:
    """A compound file (MS-CFB) with empty streams of these names in its directory."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16))
    header += (
        (0x3E).to_bytes(2, "little")
        + (3).to_bytes(2, "little")
        + b"\xfe\xff"
        + (9).to_bytes(2, "little")
        + (6).to_bytes(2, "little")
    )
    header += (
        bytes(6)
        + (0).to_bytes(4, "little")
        + (1).to_bytes(4, "little")
        + (1).to_bytes(4, "little")
        + bytes(4)
    )
    header += (
        (4096).to_bytes(4, "little")
        + end.to_bytes(4, "little")
        + bytes(4)
        + end.to_bytes(4, "little")
        + bytes(4)
    )
    header += (0).to_bytes(4, "little") + b"".join(free.to_bytes(4, "little") for _ in range(108))
    table = b"".join(value.to_bytes(4, "little") for value in [0xFFFFFFFD, end, *[free] * 126])
    entries = [_ole_entry("Root Entry", 5, child=1 if streams else free)]
    entries += [
        _ole_entry(name, 2, right=at + 1 if at < len(streams) else free)
        for at, name in enumerate(streams, start=1)
    ]
    return bytes(header) + table + b"".join(entries).ljust(512, b"\0")


def _ole_entry(name: str, kind: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    entry = written.ljust(64, b"\0") + len(written).to_bytes(2, "little") + bytes([kind, 1])
    entry += (0xFFFFFFFF).to_bytes(4, "little") + right.to_bytes(4, "little") + child.to_bytes(4, "little")
    return (entry + bytes(36) + (0xFFFFFFFE).to_bytes(4, "little") + bytes(8))[:128]


def place(value: object) -> str | None:
    """Ids of bytes by their place: archives hold the minute they were made, and workers must collect alike."""
    return "data" if isinstance(value, bytes) else None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Kind.EMPTY),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", Kind.PDF),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", Kind.JPEG),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00", Kind.JPEG),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Kind.PNG),
        (b"GIF89a\x01\x00\x01\x00", Kind.GIF),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", Kind.WEBP),
        (b"II*\x00\x08\x00\x00\x00", Kind.TIFF),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", Kind.HEIC),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", Kind.HEIC),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", Kind.UNKNOWN),
        (b"{\\rtf1\\ansi\\deff0", Kind.RTF),
        (office("word/document.xml"), Kind.DOCX),
        (office("ppt/presentation.xml"), Kind.PPTX),
        (workbook(), Kind.XLSX),
        (office("word/document.xml", **{"word/vbaProject.bin": b"x"}), Kind.MACRO),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.text"}), Kind.ODT),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), Kind.ODS),
        (archive({"фото.jpg": b"x"}), Kind.ZIP),
        (office("word/document.xml")[:60], Kind.ZIP),
        (ole("WordDocument", "1Table"), Kind.DOC),
        (ole("Workbook"), Kind.XLS),
        (ole("PowerPoint Document"), Kind.PPT),
        (ole("EncryptionInfo", "EncryptedPackage"), Kind.ENCRYPTED),
        (ole(), Kind.OLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), Kind.OLE),
        ("№;Мероприятие\r\n".encode(), Kind.TEXT),
        ("№;Мероприятие\r\n".encode("cp1251"), Kind.TEXT),
        ("№\tМероприятие".encode("utf-16"), Kind.TEXT),
        (b"<!DOCTYPE html><html>", Kind.HTML),
        ("\ufeff\r\n<table><tr>".encode(), Kind.HTML),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04", Kind.UNKNOWN),
    ],
    ids=place,
)
def test_kind_is_told_by_content(data, kind):
    assert sniff(data) is kind
    assert sniff(io.BytesIO(data)) is kind


def test_long_text_cut_in_the_middle_of_a_letter_is_text():
    assert sniff(("я" * 10_000).encode()) is Kind.TEXT
    assert sniff(("x" + "я" * 10_000).encode()) is Kind.TEXT


class Huge(io.RawIOBase):
    """A file of 500 MB that counts what is read of it."""

    def __init__(self, head: bytes):
        self.head, self.place, self.taken = head, 0, 0

    def seek(self, offset, whence=0):
        self.place = offset if whence == 0 else 500_000_000 + offset if whence == 2 else self.place + offset
        return self.place

    def tell(self):
        return self.place

    def read(self, count=-1):
        taken = self.head[self.place : self.place + count].ljust(count, b"\0")
        self.place += count
        self.taken += count
        return taken


def test_large_file_is_neither_loaded_nor_moved():
    file = Huge(b"%PDF-1.7\n")
    file.seek(7)
    assert check_upload(file, allowed=ALLOWED_EVIDENCE, max_bytes=600_000_000) is Kind.PDF
    assert file.taken < 100_000
    assert file.tell() == 7


def test_evidence_is_documents_and_pictures():
    assert {Kind.PDF, Kind.DOCX, Kind.JPEG, Kind.PNG, Kind.HEIC, Kind.XLSX} <= ALLOWED_EVIDENCE
    assert (
        not {Kind.HTML, Kind.ZIP, Kind.MACRO, Kind.UNKNOWN, Kind.ENCRYPTED, Kind.TEXT, Kind.EMPTY}
        & ALLOWED_EVIDENCE
    )


def test_archive_within_limits_passes():
    check_archive(workbook())


@pytest.mark.parametrize(
    ("data", "limits", "words"),
    ids=place,
    argvalues=[
        (archive({"a": b" " * 30_000_000}), Limits(), "сжат"),
        (archive({"a": bytes(range(256)) * 40}), Limits(total_bytes=10_000), "велик"),
        (archive({str(at): b"" for at in range(30)}), Limits(entries=20), "частей: 30"),
        (workbook()[:500], Limits(), "повреждён"),
        (b"PK\x03\x04 nothing", Limits(), "повреждён"),
    ],
)
def test_dangerous_archives_are_refused(data, limits, words):
    with pytest.raises(RefusedFile) as refused:
        check_archive(io.BytesIO(data), limits)
    assert words in refused.value.message
    assert refused.value.remedy


def test_small_text_that_packs_well_is_no_bomb():
    check_archive(archive({"word/document.xml": b"<w:p/>" * 1_000_000}))


def test_locked_archive():
    data = bytearray(archive({"a": b"x"}))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(RefusedFile, match="паролем"):
        check_archive(bytes(data))


@pytest.mark.parametrize(
    ("data", "words"),
    ids=place,
    argvalues=[
        (b"", "пуст"),
        (b"x" * 2001, "слишком велик"),
        (b"<html><script>alert(1)</script>", "веб-страница"),
        (b"MZ\x90\x00\x03\x00", "неизвестного вида"),
        (ole("EncryptedPackage"), "паролем"),
    ],
)
def test_upload_refused(data, words):
    with pytest.raises(RefusedFile, match=words) as refused:
        check_upload(data, allowed=ALLOWED_EVIDENCE, max_bytes=2000)
    assert refused.value.remedy


def test_upload_accepted_names_its_kind():
    assert check_upload(b"%PDF-1.7\n", allowed={Kind.PDF}, max_bytes=2000) is Kind.PDF


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("Отчёт за май.pdf", Kind.PDF, "Отчёт за май.pdf"),
        ("отчёт.pdf.exe", Kind.PDF, "отчёт.pdf.pdf"),
        ("фото.JPG", Kind.JPEG, "фото.JPG"),
        ("фото.jpeg", Kind.JPEG, "фото.jpeg"),
        ("фото", Kind.PNG, "фото.png"),
        ("../../etc/passwd", None, "passwd"),
        ("C:\\Мои документы\\план.docx", None, "план.docx"),
        ("план\u202excod.exe", None, "планxcod.exe"),
        ("a\r\nb\x00.pdf", None, "ab.pdf"),
        ('где? "там": <тут>|*.pdf', None, "где_ _там_ _тут_.pdf"),
        ("...", None, "файл"),
        ("", Kind.PDF, "файл.pdf"),
        (".htaccess", Kind.PDF, "htaccess.pdf"),
        ("con.pdf", None, "_con.pdf"),
        ("й" * 300 + ".pdf", Kind.PDF, "й" * 88 + ".pdf"),
    ],
)
def test_safe_names(name, kind, safe):
    assert safe_name(name, kind) == safe


@given(st.text(max_size=400), st.sampled_from([None, *Kind]))
def test_any_name_becomes_a_short_plain_one(name, kind):
    safe = safe_name(name, kind)
    assert 0 < len(safe.encode()) <= 180
    assert not set(safe) & set('/\\:*?"<>|\0\r\n')
    assert not safe.startswith(".")
    assert safe_name(safe, kind) == safe


@given(st.binary(max_size=300))
def test_any_bytes_have_a_kind(data):
    assert sniff(data) in Kind
