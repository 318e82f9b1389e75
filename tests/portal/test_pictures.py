"""A photo is drawn anew: only the picture is left of the file, and what is no picture is refused in words."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from portal.lib import pictures
from portal.lib.files import RefusedFile

MEGABYTE = 1024 * 1024
GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **options)
    return out.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "Камера", 6
    exif.get_ifd(GPS)[1] = "N"
    return picture(exif=exif)


def test_place_and_camera_are_gone_and_the_picture_stands_upright():
    drawn = Image.open(io.BytesIO(pictures.redrawn(with_place(), max_bytes=MEGABYTE)))
    assert (drawn.format, drawn.size, dict(drawn.getexif())) == ("JPEG", (20, 40), {})


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_become_jpeg_of_a_fitting_size(kind):
    data = pictures.redrawn(picture(kind, (5000, 1000)), max_bytes=MEGABYTE)
    assert Image.open(io.BytesIO(data)).size == (2400, 480)


def test_transparent_picture_is_drawn(tmp_path):
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(pictures.redrawn(out.getvalue(), max_bytes=MEGABYTE))).mode == "RGB"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "пуст"),
        (b"MZ" + b"\0" * 100, "не принимаются"),
        (b"<html><script>", "не принимаются"),
        (picture("GIF"), "не принимаются"),
        (picture()[:200], "повреждено"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "HEIC"),
        (picture("PNG", (9000, 8000)), "слишком много точек"),
    ],
    ids=["empty", "program", "page", "gif", "cut", "heic", "bomb"],
)
def test_what_is_no_photo_is_refused(data, words):
    with pytest.raises(RefusedFile, match=words):
        pictures.redrawn(data, max_bytes=MEGABYTE)


def test_too_large_a_file_is_refused():
    with pytest.raises(RefusedFile, match="слишком велик"):
        pictures.redrawn(picture() + b"\0" * MEGABYTE, max_bytes=MEGABYTE)
