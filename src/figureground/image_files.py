"""Picture files as Pillow opens them, and what it takes besides to read the photos that every viewer shows.

Pillow refuses some whole files and opens some that are not the photo; both are settled here, once for all that reads.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFile, UnidentifiedImageError

from figureground.errors import install_hint

# What people keep photos and masks in. Pillow would read more, by what the file is and not by its name: for PostScript
# it starts Ghostscript, which must never run what a stranger has sent as a .jpg.
# The first five are ready at once, the others make Pillow load all of its readers.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "PPM", "WEBP", "TIFF", "AVIF", "JPEG2000")
RAW_SUFFIXES = (
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mrw", ".nef",
    ".nrw", ".orf", ".pef", ".raf", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
)  # fmt: skip
# Pillow's readers let all of these through when a file is damaged.
READ_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
)
RAW = "a camera's raw file, which holds no finished photo; develop it and save it as JPEG or PNG"
_HEAD = 32  # bytes that tell what a file is
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
_RAW_HEADS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
# Tags of TIFF (TIFF 6.0; TIFF/EP, ISO 12234-2; DNG 1.7): of the file's first picture, or of the whole file.
_SUBFILE_TYPE, _SUB_IFDS, _DNG_VERSION = 254, 330, 50706
_REDUCED = 1  # bit of the subfile type: a smaller version of another picture in the file
_CR2 = b"CR"
_PNG, _JPEG, _JPEG_END = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xd9"
_PNG_USED = (b"tRNS", b"eXIf")  # beside iCCP the chunks without pixels that change how a picture looks here
_TOLD_WITHIN = 1 << 18  # bytes of a file among which its properties stand
_LARGEST_PROFILE = 1 << 24  # bytes
# Markers of JPEG (ITU-T T.81, table B.1); how the segments begin that are used (EXIF, profile, kind of colours), and
# the fewest bytes with which they say something, marker and length included.
_APP0, _APP15, _COMMENT, _SCAN = 0xE0, 0xEF, 0xFE, 0xDA
_JPEG_USED = {0xE1: (b"Exif\0\0", 18), 0xE2: (b"ICC_PROFILE\0", 19), 0xEE: (b"Adobe", 16)}
_FILLING = (b"\x55" * 64, b"\xaa" * 64)  # no bit is the same in both


class UnknownKindError(Exception):
    """A file that Pillow cannot read here. The message is `<what it is>; <what to do>`."""


def open_image(source: Path | bytes) -> ImageFile.ImageFile:
    """Header of a picture, as `Image.open`; the pixels are for `loaded`.

    Raises:
        UnknownKindError: No picture, or of a kind that cannot be read here.
        DecompressionBombError, READ_ERRORS: As Pillow.
    """
    head = _head_of(source)
    try:
        return Image.open(source if isinstance(source, Path) else io.BytesIO(source), formats=_formats(head))
    except READ_ERRORS as error:
        if head.startswith((_PNG, _JPEG)):
            with suppress(*READ_ERRORS):
                if isinstance(source, bytes):
                    return _reopened(source)
                return _named(_reopened(source.read_bytes()), str(source))
        if isinstance(error, UnidentifiedImageError):
            raise UnknownKindError(_kind(head, source.suffix if isinstance(source, Path) else "")) from None
        raise


def is_raw(image: Image.Image) -> bool:
    """Whether this is a camera's raw file, of which Pillow shows the preview as if it were the photo."""
    if image.format != "TIFF":
        return False
    tags: Mapping[int, Any] = getattr(image, "tag_v2", {})
    reduced = _SUB_IFDS in tags and tags.get(_SUBFILE_TYPE, 0) & _REDUCED
    named = Path(str(getattr(image, "filename", ""))).suffix.lower() in RAW_SUFFIXES
    return bool(reduced or named or _DNG_VERSION in tags or _content(image, 10)[8:] == _CR2)


def code_points(image: Image.Image) -> tuple[int, int] | None:
    """Primaries and transfer function of a picture as code points of ITU-T H.273, where the file tells them so.

    HEIF and AVIF do for want of a profile, PNG in a profile's place (PNG 3, 11.3.2.6). To be asked before the pixels
    are loaded.
    """
    if image.format in ("AVIF", "HEIF") and not image.info.get("icc_profile"):
        told = _content(image, _TOLD_WITHIN).partition(b"colrnclx")[2][:4]
        return struct.unpack(">HH", told) if len(told) == 4 else None
    if image.format == "PNG":
        told = _content(image, _TOLD_WITHIN).partition(b"IDAT")[0].partition(b"\0\0\0\x04cICP")[2][:2]
        return (told[0], told[1]) if told else None
    return None


def loaded(image: Image.Image) -> Image.Image:
    """The image with its pixels; another object, to be used in its place, where the file had to be repaired.

    Raises:
        READ_ERRORS: As Pillow; rows are missing, or damaged.
    """
    try:
        image.load()
    except READ_ERRORS:
        content = _content(image)
        if content.startswith(_PNG):
            image = _named(_reopened(content), getattr(image, "filename", ""))
            image.load()
        elif content.startswith(_JPEG) and (ended := _ended(content)) is not None:
            image = _named(ended, getattr(image, "filename", ""))
        else:
            raise
    return image


def _named(image: ImageFile.ImageFile, name: str | bytes) -> ImageFile.ImageFile:
    image.filename = name
    return image


def _head_of(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:_HEAD]
    with source.open("rb") as stream:
        return stream.read(_HEAD)


def _formats(head: bytes) -> tuple[str, ...]:
    return (*FORMATS, "HEIF") if _is_heif(head) and _heif_is_read() else FORMATS


@cache
def _heif_is_read() -> bool:
    try:
        from pi_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener()
    return True


def _is_heif(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS


def _kind(head: bytes, suffix: str) -> str:
    """What a file is that Pillow does not know, and what to do."""
    if suffix.lower() in RAW_SUFFIXES or head.startswith(_RAW_HEADS) or head[4:12] == b"ftypcrx ":
        return RAW
    if _is_heif(head):
        if _heif_is_read():
            return "a damaged HEIC photo; fetch it again"
        return f"a HEIC photo, which needs an optional part; {install_hint('heif')}, or save it as JPEG"
    if head.startswith((_PNG, _JPEG)):
        return "damaged or cut short; fetch it again"
    return "not a picture of a known format; save it as JPEG or PNG"


def _content(image: Image.Image, most: int = -1) -> bytes:
    """The bytes of the file behind an image, empty where it is closed already or there never was one."""
    stream = getattr(image, "fp", None)
    if stream is None or getattr(stream, "closed", False):
        return b""
    place = stream.tell()
    stream.seek(0)
    content = stream.read(most)
    stream.seek(place)
    return bytes(content)


def _reopened(content: bytes) -> ImageFile.ImageFile:
    """A PNG or JPEG without what nobody uses in it."""
    if content.startswith(_PNG):
        return _reopened_png(content)
    return Image.open(io.BytesIO(_without_side_segments(content)), formats=("JPEG",))


def _reopened_png(content: bytes) -> ImageFile.ImageFile:
    """Without the chunks that nobody uses, and without those whose checksum says that they are damaged."""
    kept = [_PNG]
    profile = b""
    for name, chunk in _chunks(content):
        whole = zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
        if name[:1].isupper() or (name in _PNG_USED and whole):  # PNG 5.4: capital for what a picture cannot lack
            kept.append(chunk)
        elif name == b"iCCP" and whole:
            profile = _inflated(chunk[8:-4].partition(b"\0")[2][1:])
    image = Image.open(io.BytesIO(b"".join(kept)), formats=("PNG",))
    if profile:  # given so, since Pillow refuses the chunk where it is large
        image.info["icc_profile"] = profile
    return image


def _inflated(content: bytes) -> bytes:
    with suppress(zlib.error):
        return zlib.decompressobj().decompress(content, _LARGEST_PROFILE)
    return b""


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and all bytes of a PNG's chunks; the last one may be cut short."""
    at = len(_PNG)
    while at + 12 <= len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at:end]
        at = end


def _without_side_segments(jpeg: bytes) -> bytes:
    """A JPEG without comments and application data, but for what changes how it looks."""
    kept, at = [_JPEG], len(_JPEG)
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1] != _SCAN:
        marker, end = jpeg[at + 1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker in _JPEG_USED:
            begins, least = _JPEG_USED[marker]
            used = jpeg.startswith(begins, at + 4) and end - at >= least
        else:
            used = not (_APP0 <= marker <= _APP15 or marker == _COMMENT)
        if used:
            kept.append(jpeg[at:end])
        at = end
    return b"".join((*kept, jpeg[at:]))


def _ended(jpeg: bytes) -> ImageFile.ImageFile | None:
    """The picture of a JPEG that lacks its end marker, if nothing else is missing.

    If it were, the decoder would take for pixels what is put in the gap, and show something else for other bits.
    """
    begun = jpeg.rstrip(b"\xff")  # half of the marker
    one, other = (Image.open(io.BytesIO(begun + filling + _JPEG_END), formats=("JPEG",)) for filling in _FILLING)
    return one if ImageChops.difference(one, other).getbbox() is None else None
