"""A file of whatever kind → sheets, or a Russian sentence why not."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from xml.sax import SAXException

import python_calamine
from defusedxml import DefusedXmlException, ElementTree

from portal.lib import files
from portal.lib.excel.delimited import read_delimited
from portal.lib.excel.model import MAX_BYTES, Sheet, Unreadable
from portal.lib.excel.ooxml import read_workbook
from portal.lib.excel.opendocument import read_opendocument
from portal.lib.files import Kind

READERS: dict[Kind, Callable[[bytes], list[Sheet]]] = {
    Kind.XLSX: read_workbook,
    Kind.MACRO: read_workbook,
    Kind.ODS: read_opendocument,
    Kind.TEXT: read_delimited,
}


def read(data: bytes) -> list[Sheet]:
    """Every sheet of an .xlsx, .xlsm, .ods or .csv, told apart by content; raises `Unreadable` for anything else."""
    kind = check(data)
    try:
        return READERS[kind](data)
    except Unreadable:
        raise
    except BaseException as error:
        if isinstance(error, _DAMAGE) or type(error).__name__ == "PanicException":
            raise Unreadable("Файл повреждён. Откройте его в Excel, сохраните заново и загрузите.") from error
        raise


# What the parsers of a damaged file raise; the reader in Rust may panic besides, which is no Exception.
_DAMAGE: tuple[type[BaseException], ...] = (
    python_calamine.CalamineError,
    zipfile.BadZipFile,
    ElementTree.ParseError,
    SAXException,
    DefusedXmlException,
    KeyError,
    ValueError,
    OverflowError,
    EOFError,
    OSError,
    RuntimeError,  # what zipfile has no means for is one, too
    zipfile.zlib.error,  # type: ignore[attr-defined]
)


def check(data: bytes) -> Kind:
    """Refuse by size, content, container and declared sizes, before anything is unpacked; the kind otherwise."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"Файл больше {MAX_BYTES // 1024 // 1024} МБ. Оставьте в нём только нужный лист.")
    kind = files.sniff(data)
    if kind not in READERS:
        raise Unreadable(_REFUSALS.get(kind, f"Это {kind.label}, а не таблица. {SAVE_AS}"))
    if kind is not Kind.TEXT:
        try:
            files.check_archive(data)
        except files.RefusedFile as refused:
            raise Unreadable(refused.message) from refused
    return kind


SAVE_AS = "Откройте список в Excel и сохраните как «Книга Excel (*.xlsx)»."
_REFUSALS = {
    Kind.EMPTY: "Файл пустой. Выберите файл со списком.",
    Kind.ENCRYPTED: "Файл закрыт паролем. Снимите пароль («Файл» → «Сведения» → «Защита книги») и загрузите снова.",
    Kind.XLS: f"Это таблица Excel старого вида (.xls), хотя имя файла может говорить другое. {SAVE_AS}",
    Kind.OLE: f"Это файл Office старого вида, хотя имя файла может говорить другое. {SAVE_AS}",
    Kind.ZIP: "Это архив или повреждённый файл, а не таблица. Загрузите сам файл .xlsx.",
    Kind.HTML: f"Это веб-страница, хотя имя файла может говорить другое. {SAVE_AS}",
    Kind.UNKNOWN: f"Это не таблица. {SAVE_AS}",
}
