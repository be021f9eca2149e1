"""Decode, orient, encode and resize pictures; `opened` is the only way to a picture file.

photo: uint8 HxWx3 sRGB. mask: uint8 HxW, 255 person, 0 background, 128 void; while training, 64 where the background is
something held. Sizes are always (height, width).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from figureground.colour_profiles import in_srgb, is_srgb
from figureground.errors import FiguregroundError, system_reason
from figureground.image_files import RAW, READ_ERRORS, UnknownKindError, code_points, is_raw, loaded, open_image

Picture = NDArray[np.uint8]
Probability = NDArray[np.float32]

_Pixel = TypeVar("_Pixel", bound=np.generic)

PERSON = 255
VOID = 128
HELD = 64  # background that a person holds or carries
MAYBE_HELD = 32  # background of which nobody has said whether it is held
HALF = 128  # of coverage, 0..255: 127.5 rounded up

# Of files that are taken from folders by their names; a file given by its own path may be called anything.
SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".jpe", ".jfif", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".heic", ".heif",
    ".hif", ".jp2", ".ppm", ".pgm",
)  # fmt: skip
_TURNS = {  # EXIF orientation: rows and columns change places, then rows and columns are flipped
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


class PictureError(FiguregroundError):
    """A picture file that cannot be used. The message is `<path>: <what is wrong>; <what to do>`."""


def read_photo(source: Path | bytes, name: str = "picture") -> Picture:
    """Photo from a file or its bytes, as a viewer shows it: upright, 8 bits, sRGB, transparent parts on white.

    Takes JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF, JPEG 2000, PPM and, with the extra `heif`, HEIC, whatever the file is
    called: grey, palette, CMYK, 16-bit (its high byte), alpha, embedded colour profiles or code
    points in their place.

    Args:
        name: By which errors call a picture of which only the bytes are given.
    Returns:
        uint8 HxWx3 RGB, its own memory.
    Raises:
        PictureError: Missing, empty, damaged, cut short, of an unknown format, a camera's raw file or of floating-point
            pixels.
    """
    with opened(source, name) as image:
        return photo_of(image)


def photo_of(image: Image.Image) -> Picture:
    """`read_photo` for a picture that is open in Pillow already.

    One that is as its file was opened is turned upright, as its EXIF data say. What a program has made of it (turned
    it, scaled it, copied it) is taken as it is: Pillow keeps the EXIF data beside pixels that they no longer describe.

    Returns:
        uint8 HxWx3 RGB, its own memory.
    Raises:
        PictureError: Floating-point pixels, or a raw file. Damage in a file not yet decoded raises what Pillow raises.
    """
    colours, alpha, orientation = _layers(image)
    if alpha is not None:
        colours = Image.composite(colours, Image.new("RGB", colours.size, "white"), alpha)
    return orient(np.array(colours), orientation)


def cutout_of(image: Image.Image) -> Picture:
    """As `photo_of`, but with its transparency.

    Returns:
        uint8 HxWx4 RGBA, its own memory; wholly opaque where the picture knows no transparency.
    Raises:
        PictureError: As `photo_of`.
    """
    colours, alpha, orientation = _layers(image)
    colours.putalpha(alpha or 255)
    return orient(np.array(colours), orientation)


def read_mask(path: Path) -> Picture:
    """A mask of the project: uint8 HxW of 0, 128 and 255 only.

    Raises:
        PictureError: As `read_photo`, or the file is not an 8-bit one-channel picture of these three values.
    """
    with opened(path) as image:
        if image.mode != "L":
            raise PictureError(f"{path}: a mask of mode {image.mode}, not 8-bit grey; import the source again")
        mask = np.array(loaded(image))
    seen = np.flatnonzero(np.bincount(mask.ravel(), minlength=256))
    strange = sorted({int(value) for value in seen} - {0, VOID, PERSON})
    if strange:
        shown = ", ".join(map(str, strange[:4])) + (", …" if len(strange) > 4 else "")
        raise PictureError(f"{path}: mask values {shown} beside 0, {VOID} and {PERSON}; import the source again")
    return mask


def read_coverage(path: Path) -> Picture:
    """A mask (uint8 HxW of 0 and 255) from a file of coverage: 8-bit grey, the share of a pixel that is person.

    Raises:
        PictureError: As `read_photo`, or the file is not an 8-bit one-channel picture.
    """
    with opened(path) as image:
        if image.mode != "L":
            raise PictureError(f"{path}: coverage of mode {image.mode}, not 8-bit grey; fetch or render the set again")
        return np.where(np.array(loaded(image)) >= HALF, np.uint8(PERSON), np.uint8(0))


def picture_size(source: Path | bytes) -> tuple[int, int]:
    """(height, width) of the upright picture, read from the file's header only.

    Raises:
        PictureError: Missing, empty or of an unknown format. Damage behind the header is not seen.
    """
    with opened(source) as image:
        width, height = image.size
        return (width, height) if orientation_of(image) >= 5 else (height, width)


def frame_count(source: Path | bytes) -> int:
    """Pictures in the file, 1 but for animations and TIFF files of pages; raises PictureError as `picture_size`.

    Of a file that is damaged behind its first picture, which is the one that is read, only that one counts.
    """
    with opened(source) as image:
        try:
            return 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))  # MPO: see is_plain_jpeg
        except READ_ERRORS:
            return 1


def exif_orientation(source: Path | bytes) -> int:
    """EXIF orientation of a picture, 1 to 8; 1 where there is none.

    Raises:
        PictureError: Missing, empty or of an unknown format.
    """
    with opened(source) as image:
        return orientation_of(image)


def is_plain_jpeg(source: Path | bytes) -> bool:
    """Whether this is a JPEG whose stored pixels are the photo: grey or YCbCr, upright, sRGB or no profile, complete.

    Raises:
        PictureError: As `read_photo`.
    """
    with opened(source) as image:
        jpeg = image.format in ("JPEG", "MPO")  # MPO: a phone's JPEG with more pictures behind the first
        plain = jpeg and image.mode in ("L", "RGB") and orientation_of(image) == 1 and is_srgb(image)
        return plain and loaded(image) is image  # not every reader forgives the lack of an end marker


def orient(picture: NDArray[_Pixel], orientation: int) -> NDArray[_Pixel]:
    """Turn stored pixels (HxW or HxWxC) upright as EXIF orientation 1 to 8 says (Exif 2.32, tag 0x0112)."""
    transposed, rows_flipped, columns_flipped = _TURNS[orientation]
    turned = picture.swapaxes(0, 1) if transposed else picture
    return np.ascontiguousarray(turned[:: -1 if rows_flipped else 1, :: -1 if columns_flipped else 1])


def encode_jpeg(photo: Picture, quality: int = 95) -> bytes:
    """JPEG of an HxWx3 RGB or HxW picture; quality 1 to 100.

    Raises:
        PictureError: More than 65 500 pixels a side.
    """
    return _encode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])


def encode_png(picture: Picture) -> bytes:
    """PNG of an HxWx3 RGB or HxW picture; equal pixels give equal bytes."""
    # Run lengths suit masks: a third smaller than OpenCV's default and no slower. For photos the default is best.
    flat = [cv2.IMWRITE_PNG_COMPRESSION, 6, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    return _encode(".png", picture, flat if picture.ndim == 2 else [])


def encode_quick_png(photo: Picture) -> bytes:
    """PNG of an HxWx3 RGB or HxWx4 RGBA photo; what takes three times as long makes it a few per cent smaller."""
    return _encode(
        ".png", photo, [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    )


def decode_photo(data: bytes) -> Picture:
    """Photo from bytes that `encode_jpeg` or `encode_png` made, or from a photo of `data/`: faster than `read_photo`.

    Returns:
        uint8 HxWx3 RGB.
    Raises:
        PictureError: The bytes are no such picture.
    """
    return _decode(data, cv2.IMREAD_COLOR_RGB)


def decode_mask(data: bytes) -> Picture:
    """Mask (uint8 HxW) from bytes that `encode_png` made; the values are not checked.

    Raises:
        PictureError: The bytes are no picture.
    """
    return _decode(data, cv2.IMREAD_GRAYSCALE)


def resize_photo(photo: Picture, height: int, width: int) -> Picture:
    """Photo at another size, by area where it shrinks and bilinear where it grows.

    The one resize of training, evaluation and runtime, so that a model sees the same pixels in all three.
    """
    return _resize(photo, height, width)


def resize_mask(mask: Picture, height: int, width: int) -> Picture:
    """Mask at another size: the share of each value is resized like a photo and decides from one half on.

    Void wins over the others: a pixel that is half unknown is not to be learnt from.
    """
    if mask.shape == (height, width):
        return mask.copy()
    resized = np.where(_share(mask == PERSON, height, width), np.uint8(PERSON), np.uint8(0))
    for value in (MAYBE_HELD, HELD, VOID):
        if (part := mask == value).any():
            resized[_share(part, height, width)] = value
    return resized


def resize_probability(probability: Probability, height: int, width: int) -> Probability:
    """Probability map (float32 HxW or HxWxC in 0..1) at another size, bilinear."""
    resized = cv2.resize(probability, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, np.float32).reshape(height, width, *probability.shape[2:])


@contextmanager
def opened(source: Path | bytes, name: str = "picture") -> Iterator[Image.Image]:
    """Header of a picture, closed afterwards; what Pillow raises in the block becomes a PictureError.

    Args:
        name: By which errors call a picture of which only the bytes are given.
    """
    name = str(source) if isinstance(source, Path) else name
    if _is_empty(source):
        raise PictureError(f"{name}: an empty file; fetch it again")
    if isinstance(source, Path) and _is_special(source):
        raise PictureError(f"{name}: a pipe or a device, not a file; save the picture as a file")
    try:
        with open_image(source) as image:
            image.filename = name
            _check_finished(image)
            yield image
    except PictureError:
        raise
    except UnknownKindError as error:
        raise PictureError(f"{name}: {error}") from None
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name}: {error}; make it smaller") from None
    except READ_ERRORS as error:
        raise PictureError(f"{name}: {_reason(error)}; fetch it again") from None


def _is_empty(source: Path | bytes) -> bool:
    if isinstance(source, bytes):
        return not source
    return source.is_file() and source.stat().st_size == 0


def _is_special(path: Path) -> bool:
    """Whether reading it may wait for ever; what is missing or a folder is said by the error of opening it."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return system_reason(error)
    return f"damaged or cut short ({' '.join(str(error).split()) or type(error).__name__})"


def _check_finished(image: Image.Image) -> None:
    if is_raw(image):
        raise PictureError(f"{name_of(image)}: {RAW}")


def orientation_of(image: Image.Image) -> int:
    """1 to 8. Damaged EXIF counts as none: the pixels may still be whole. Pillow turns TIFF upright by itself."""
    if image.format == "TIFF" or not isinstance(image, ImageFile.ImageFile):
        return 1
    try:
        value = image.getexif().get(0x0112, 1)
    except READ_ERRORS:
        return 1
    return value if value in range(1, 9) else 1


def _layers(image: Image.Image) -> tuple[Image.Image, Image.Image | None, int]:
    """Colours in sRGB, their opacity where not all are opaque, and the EXIF orientation of both."""
    _check_finished(image)
    told = code_points(image)
    image = loaded(image)
    if image.mode == "F":
        raise PictureError(f"{name_of(image)}: floating-point pixels of unknown range; save it with 8 bits")
    transparent = image.has_transparency_data and not image.mode.startswith("I")
    alpha = image.convert("RGBA").getchannel("A") if transparent else None
    return in_srgb(image, told), alpha, orientation_of(image)


def name_of(image: Image.Image) -> str:
    """What errors call a picture: its file's path, if it has one."""
    return str(getattr(image, "filename", "") or "picture")


def _encode(suffix: str, picture: Picture, options: list[int]) -> bytes:
    order = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    stored = picture if picture.ndim == 2 else cv2.cvtColor(picture, order[picture.shape[2]])
    done, encoded = cv2.imencode(suffix, stored, options)
    if not done:
        height, width = picture.shape[:2]
        raise PictureError(f"picture of {width} x {height} pixels: cannot be a {suffix} file; make it smaller")
    return encoded.tobytes()


def _decode(data: bytes, flags: int) -> Picture:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    if decoded is None:
        raise PictureError(f"picture of {len(data)} bytes: not a JPEG or PNG; fetch it again")
    return np.asarray(decoded, np.uint8)


def _share(part: NDArray[np.bool_], height: int, width: int) -> NDArray[np.bool_]:
    """Where at least half of the resized pixel belongs to `part` (127.5 of 255 rounds to 128)."""
    return _resize(part.astype(np.uint8) * 255, height, width) >= 128


def _resize(picture: Picture, height: int, width: int) -> Picture:
    """Shrink by area what shrinks, then grow bilinear what grows: the two differ where only one side grows."""
    low, narrow = min(height, picture.shape[0]), min(width, picture.shape[1])
    smaller = cv2.resize(picture, (narrow, low), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(smaller, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
