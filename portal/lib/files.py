"""What kind of file this is, by its content; whether an archive is safe to open; safe names. Imports no Django.

Works on bytes and on file objects: only the first kilobytes and, of an archive, the table of contents are read.
"""

import contextlib
import io
import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

import olefile
import puremagic

_HEAD = 8192
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MEGABYTE = 1024 * 1024


class Kind(StrEnum):
    """A kind of file as its content shows it; the value is its usual extension where it has one."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    MACRO = "docm"  # an Office document that carries macros
    DOC = "doc"
    XLS = "xls"
    PPT = "ppt"
    OLE = "ole"
    ENCRYPTED = "encrypted"  # an Office document with a password
    JPEG = "jpg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    TIFF = "tif"
    HEIC = "heic"
    RTF = "rtf"
    ZIP = "zip"
    HTML = "html"
    TEXT = "txt"
    EMPTY = "empty"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """What a person calls it, in Russian."""
        return _LABELS.get(self, f"файл .{self.value}")


_LABELS = {
    Kind.PDF: "документ PDF", Kind.DOCX: "документ Word", Kind.XLSX: "таблица Excel",
    Kind.PPTX: "презентация PowerPoint",
    Kind.ODT: "документ OpenDocument", Kind.ODS: "таблица OpenDocument", Kind.MACRO: "документ Office с макросами",
    Kind.DOC: "документ Word старого формата (.doc)", Kind.XLS: "таблица Excel старого формата (.xls)",
    Kind.PPT: "презентация PowerPoint старого формата (.ppt)", Kind.OLE: "файл Office старого формата",
    Kind.ENCRYPTED: "документ Office, закрытый паролем", Kind.JPEG: "фотография JPEG", Kind.PNG: "картинка PNG",
    Kind.GIF: "картинка GIF", Kind.WEBP: "картинка WebP", Kind.TIFF: "картинка TIFF", Kind.HEIC: "фотография HEIC",
    Kind.RTF: "документ RTF", Kind.ZIP: "архив ZIP", Kind.HTML: "веб-страница", Kind.TEXT: "текст",
    Kind.EMPTY: "пустой файл", Kind.UNKNOWN: "файл неизвестного вида",
}  # fmt: skip

ALLOWED_EVIDENCE = frozenset(
    {
        Kind.PDF, Kind.DOCX, Kind.XLSX, Kind.PPTX, Kind.ODT, Kind.ODS, Kind.DOC, Kind.XLS, Kind.PPT,
        Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.TIFF, Kind.HEIC,
    }
)  # fmt: skip
"""Kinds a school may attach as proof: documents and pictures; no archives, macros, pages, passwords."""

_BY_MIME = {
    "application/pdf": Kind.PDF, "image/jpeg": Kind.JPEG, "image/png": Kind.PNG, "image/gif": Kind.GIF,
    "image/webp": Kind.WEBP, "image/tiff": Kind.TIFF, "image/heif": Kind.HEIC, "image/heic": Kind.HEIC,
    "application/rtf": Kind.RTF, "text/rtf": Kind.RTF,
}  # fmt: skip
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_ARCHIVES = frozenset({Kind.DOCX, Kind.XLSX, Kind.PPTX, Kind.ODT, Kind.ODS, Kind.MACRO, Kind.ZIP})
_OFFICE_PARTS = (("word/", Kind.DOCX), ("xl/", Kind.XLSX), ("ppt/", Kind.PPTX))
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": Kind.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": Kind.ODS,
}


BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, KeyError, ValueError, RuntimeError,
)  # fmt: skip
"""What zipfile raises on archives that are cut off, bitten or locked."""


class RefusedFile(ValueError):
    """The file must not be opened or kept: `reason` says why, `remedy` what to do, `message` both, in Russian."""

    def __init__(self, reason: str, remedy: str) -> None:
        self.reason = reason
        self.remedy = remedy
        self.message = f"{reason} {remedy}"
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an archive may unfold. The ratio counts only past `free_bytes`: small XML packs very well."""

    total_bytes: int = 200 * _MEGABYTE
    ratio: int = 100
    free_bytes: int = 10 * _MEGABYTE
    entries: int = 5000


def sniff(source: bytes | BinaryIO) -> Kind:
    """The kind of the file by content alone. A file object is left where it stood."""
    with _opened(source) as file:
        head = file.read(_HEAD)
        if not head:
            return Kind.EMPTY
        if head.startswith(_OLE):
            return _ole_kind(file)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
            return _zip_kind(file)
        return _by_magic(head) or (_text_kind(head) if _is_text(head) else Kind.UNKNOWN)


def check_archive(file: bytes | BinaryIO, limits: Limits = Limits()) -> None:
    """Refuse a damaged or locked archive and one that would unfold beyond the limits; nothing is unpacked.

    Declared sizes can be trusted as far as zipfile goes: it never yields more bytes than an entry declares.
    Raises RefusedFile.
    """
    with _opened(file) as opened:
        size = _size(opened)
        try:
            with zipfile.ZipFile(opened) as archive:
                entries = archive.infolist()
        except BROKEN_ARCHIVE as error:
            raise RefusedFile(
                "Файл повреждён: его содержимое не открывается.",
                "Откройте его в программе, где он создан, и сохраните заново.",
            ) from error
    total = sum(entry.file_size for entry in entries)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise RefusedFile("Файл закрыт паролем.", "Снимите пароль и загрузите его снова.")
    if len(entries) > limits.entries or total > limits.total_bytes:
        raise RefusedFile(
            f"Файл слишком велик в распакованном виде: {_megabytes(total)}, частей: {len(entries)}; "
            f"можно до {_megabytes(limits.total_bytes)}.",
            "Уберите лишнее, например картинки, и загрузите снова.",
        )
    if total > limits.free_bytes and total > limits.ratio * max(size, 1):
        raise RefusedFile(
            f"Файл подозрительно сжат: {_megabytes(size)} разворачиваются в {_megabytes(total)}.",
            "Сохраните документ заново и загрузите снова.",
        )


def check_upload(
    file: bytes | BinaryIO, *, allowed: Collection[Kind], max_bytes: int, limits: Limits = Limits()
) -> Kind:
    """The kind of an uploaded file, once size, kind and, for archives, unfolded size are found in order.

    Raises RefusedFile.
    """
    with _opened(file) as opened:
        size = _size(opened)
    if size > max_bytes:
        raise RefusedFile(
            f"Файл слишком велик: {_megabytes(size)}, можно до {_megabytes(max_bytes)}.", "Уменьшите его."
        )
    kind = sniff(file)
    if kind is Kind.EMPTY:
        raise RefusedFile("Файл пуст.", "Проверьте, тот ли файл выбран, и загрузите его снова.")
    if kind is Kind.ENCRYPTED:
        raise RefusedFile("Файл закрыт паролем.", "Снимите пароль и загрузите его снова.")
    if kind not in allowed:
        names = ", ".join(each.value for each in Kind if each in allowed)
        raise RefusedFile(f"Это {kind.label}; такие файлы здесь не принимаются.", f"Можно: {names}.")
    if kind in _ARCHIVES:
        check_archive(file, limits)
    return kind


_RESERVED = re.compile(r'[<>:"/\\|?*%\x00-\x1f\x7f]+')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_SAME_KIND = {
    Kind.JPEG: {"jpg", "jpeg", "jpe", "jfif"},
    Kind.TIFF: {"tif", "tiff"},
    Kind.HEIC: {"heic", "heif"},
    Kind.HTML: {"html", "htm"},
}
_MAX_NAME_BYTES = 180


def safe_name(name: str, kind: Kind | None = None) -> str:
    """A file name without folders, controls, direction marks and reserved signs, short enough for any disk.

    With `kind`, the extension is the one the content deserves («отчёт.pdf.exe» that is a PDF → «отчёт.pdf.pdf»).
    """
    bare = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    bare = "".join(
        letter for letter in bare if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    bare = " ".join(_RESERVED.sub("_", bare).split()).strip(". ")
    stem, dot, extension = bare.rpartition(".")
    if not dot or not re.fullmatch(r"\w{1,8}", extension):
        stem, extension = bare, ""
    if kind is not None and kind not in {Kind.UNKNOWN, Kind.OLE, Kind.ENCRYPTED, Kind.EMPTY}:
        fitting = _SAME_KIND.get(kind, {kind.value})
        extension = extension if extension.lower() in fitting else kind.value
    stem = stem.strip(". ") or "файл"
    stem = f"_{stem}" if _DEVICES.match(stem) else stem
    tail = f".{extension}" if extension else ""
    room = _MAX_NAME_BYTES - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore").strip(". ") + tail


# --- by content ---


@contextlib.contextmanager
def _opened(source: bytes | BinaryIO) -> Iterator[BinaryIO]:
    """The source as a file at its beginning; put back where it stood afterwards."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    place = source.tell()
    source.seek(0)
    try:
        yield source
    finally:
        source.seek(place)


def _size(file: BinaryIO) -> int:
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    return size


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.1f} МБ".replace(".", ",")


def _ole_kind(file: BinaryIO) -> Kind:
    file.seek(0)
    try:
        container = olefile.OleFileIO(file)
        streams = {"/".join(parts).lower() for parts in container.listdir()}
    except Exception:  # noqa: BLE001 -- olefile lets errors of every kind out of a broken container
        return Kind.OLE
    if any("encryptedpackage" in stream for stream in streams):
        return Kind.ENCRYPTED
    for stream, kind in (
        ("worddocument", Kind.DOC),
        ("workbook", Kind.XLS),
        ("book", Kind.XLS),
        ("powerpoint document", Kind.PPT),
    ):
        if stream in streams:
            return kind
    return Kind.OLE


def _zip_kind(file: BinaryIO) -> Kind:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            mimetype = archive.open("mimetype").read(100) if "mimetype" in names else b""
    except BROKEN_ARCHIVE:
        return Kind.ZIP
    if mimetype in _OPEN_DOCUMENT:
        return _OPEN_DOCUMENT[mimetype]
    if "[Content_Types].xml" not in names:
        return Kind.ZIP
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return Kind.MACRO
    return next(
        (kind for part, kind in _OFFICE_PARTS if any(name.startswith(part) for name in names)), Kind.ZIP
    )


def _by_magic(head: bytes) -> Kind | None:
    if head[4:8] == b"ftyp":
        return Kind.HEIC if head[8:12] in _HEIC_BRANDS else None
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    best = max((match.confidence for match in matches), default=0)
    return next(
        (
            _BY_MIME[match.mime_type]
            for match in matches
            if match.confidence == best and match.mime_type in _BY_MIME
        ),
        None,
    )


def _is_text(head: bytes) -> bool:
    """Text in UTF-8, UTF-16 with its mark or a one-byte code has no control characters but blanks and line ends."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 9 or 13 < byte < 32 for byte in head)


def _text_kind(head: bytes) -> Kind:
    start = (
        head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", errors="ignore")
        .lstrip("\ufeff \t\r\n")
        .lower()
    )
    return (
        Kind.HTML
        if re.match(
            r"<(?:!doctype html|html|head|body|meta|table|p[ >]|div|!--|\?xml|h\d|ul|ol|blockquote|strong|span)",
            start,
        )
        else Kind.TEXT
    )
