"""Results as PNG, WebP and JPEG, in sRGB and without the photo's metadata."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from figureground.errors import FiguregroundError
from figureground.photos.streams import Place
from figureground.pictures import Picture, encode_jpeg, encode_png, encode_quick_png

WRITABLE = (".png", ".webp", ".jpg", ".jpeg")
JPEG_QUALITY = 95
WEBP_QUALITY = 90
# Pixels a side: by the format, by libjpeg, and by libpng as OpenCV uses it.
_MOST = {".webp": 16383, ".jpg": 65500, ".jpeg": 65500, ".png": 1_000_000}


class SavingError(FiguregroundError):
    """A result that its file's format cannot hold."""


def encoded(path: Place, picture: Picture, dpi: int | None = None, quality: int = JPEG_QUALITY) -> bytes:
    """A picture in the format of the path's suffix: .png, .webp, .jpg or .jpeg; the path is not written to.

    Metadata is left behind on purpose: a thumbnail shows the old background, and a place is nobody's business.

    Args:
        picture: uint8 HxWx3 RGB, HxWx4 RGBA, or HxW grey.
        dpi: Dots per inch to be noted in the file, for printing; WebP cannot hold it.
        quality: Of JPEG, 1 to 100.
    Raises:
        SavingError: JPEG with alpha, WebP with dpi, more pixels a side than the format holds, or another suffix.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        raise SavingError(f"{path}: cannot write {suffix or 'a file without suffix'}; use .png, .webp or .jpg")
    if max(picture.shape[:2]) > _MOST[suffix]:
        remedy = "make the photo smaller" if suffix == ".png" else "use PNG"
        raise SavingError(f"{path}: a {suffix} file holds at most {_MOST[suffix]} pixels a side; {remedy}")
    if suffix in (".jpg", ".jpeg") and picture.ndim == 3 and picture.shape[2] == 4:
        raise SavingError(f"{path}: JPEG has no transparency; use PNG or WebP, or give a background colour")
    if suffix == ".webp":
        return _webp(path, picture, dpi)
    if dpi is not None:
        kind, options = ("PNG", {}) if suffix == ".png" else ("JPEG", {"quality": quality, "subsampling": 0})
        return _by_pillow(picture, kind, dpi=(dpi, dpi), **options)
    if suffix == ".png":
        return encode_png(picture) if picture.ndim == 2 else encode_quick_png(picture)
    return encode_jpeg(picture, quality)


def _webp(path: Place, picture: Picture, dpi: int | None) -> bytes:
    if dpi is not None:
        raise SavingError(f"{path}: WebP cannot say how large it is to be printed; use JPEG or PNG")
    return _by_pillow(picture, "WEBP", quality=WEBP_QUALITY, method=2)


def _by_pillow(picture: Picture, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(stream, kind, **options)
    return stream.getvalue()
