"""Photos made safe: drawn anew, so that nothing of the file but the picture is left. Imports no Django."""

from __future__ import annotations

import io
import warnings

from portal.lib import files
from portal.lib.files import Kind, RefusedFile

PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2400  # enough to read a board from the last row
QUALITY = 85


def redrawn(data: bytes, *, max_bytes: int) -> bytes:
    """The picture as a JPEG of at most `LONGEST_SIDE` pixels, upright, without place, camera and comments.

    Raises RefusedFile for what is too large, no picture, damaged, or unfolds beyond `MOST_PIXELS`.
    """
    if files.sniff(data) is Kind.HEIC:
        raise RefusedFile(
            "Это фото в формате HEIC.",
            "В настройках камеры выберите «Наиболее совместимые» и снимите ещё раз.",
        )
    files.check_upload(data, allowed=PICTURES, max_bytes=max_bytes)
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as opened:
            warnings.simplefilter("ignore")
            if opened.width * opened.height > MOST_PIXELS:
                raise RefusedFile(
                    f"В фото слишком много точек: {opened.width} × {opened.height}.",
                    "Снимите в обычном качестве.",
                )
            picture = ImageOps.exif_transpose(opened).convert("RGB")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=QUALITY, exif=b"")
    except RefusedFile:
        raise
    except Exception as error:  # whatever Pillow says of a damaged file
        raise RefusedFile("Фото повреждено и не открывается.", "Снимите ещё раз.") from error
    return out.getvalue()
