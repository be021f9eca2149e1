"""Uploads: a request's multipart body, read into memory within limits. Nothing of it ever touches a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass

import python_multipart  # noqa: F401  # Starlette's parser needs it, and says so only when a request comes
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from figureground.pictures import picture_size
from figureground.web.fields import Fields
from figureground.web.limits import Limits, RequestError

_FIELD_BYTES = 1000  # a colour, a format or a name


@dataclass(frozen=True)
class Form:
    """What came in the fields: texts and files' bytes, by name; file names are not kept."""

    fields: Fields
    texts: Mapping[str, str]
    files: Mapping[str, bytes]

    def text(self, name: str, default: str = "") -> str:
        """The text of a field, else its own default, else the one given.

        Raises:
            RequestError: It is none of the field's values, 400.
        """
        field = self.fields[name]
        value = self.texts.get(name) or field.default or default
        if field.values and value not in field.values:
            raise RequestError(400, f"{name}: {value!r} is none of {', '.join(field.values)}")
        return value


class _InMemory(MultiPartParser):
    spool_max_size = 0  # never to a temporary file


async def read_form(request: Request, limits: Limits, fields: Fields) -> Form:
    """A multipart form of at most one value a field.

    Args:
        fields: By name; others are refused, since a misspelt one would silently do nothing.
    Raises:
        RequestError: 400 no such form, 408 too slow, 413 too large, 415 another kind of body.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "multipart/form-data":
        raise RequestError(415, "send the photo as multipart/form-data, in a field called photo")
    body = _counted(request.stream(), limits.body_bytes)
    parser = _InMemory(request.headers, body, max_files=len(fields), max_fields=len(fields), max_part_size=_FIELD_BYTES)
    try:
        if int(request.headers.get("content-length", 0)) > limits.body_bytes:
            raise _too_large(limits.body_bytes)
        async with asyncio.timeout(limits.upload_seconds):
            return await _form((await parser.parse()).multi_items(), fields)
    except TimeoutError:
        raise RequestError(408, f"the upload took longer than {limits.upload_seconds:g} seconds") from None
    except (MultiPartException, ValueError) as error:
        if isinstance(error, RequestError):
            raise
        raise RequestError(400, f"not a whole multipart form ({error})") from None
    except ClientDisconnect:
        raise RequestError(400, "the upload was broken off") from None


async def _counted(body: AsyncIterator[bytes], most: int) -> AsyncGenerator[bytes, None]:
    count = 0
    async for chunk in body:
        count += len(chunk)
        if count > most:
            raise _too_large(most)
        yield chunk


async def _form(items: list[tuple[str, UploadFile | str]], fields: Fields) -> Form:
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name, value in items:
        if name not in fields:
            raise RequestError(400, f"{name[:40]!r} is none of the fields {', '.join(fields)}")
        if name in texts or name in files:
            raise RequestError(400, f"{name}: given twice")
        if isinstance(value, str):
            texts[name] = value
        else:
            files[name] = await value.read()
    return Form(fields, texts, files)


def check_pixels(picture: bytes, limits: Limits) -> None:
    """Refuse a picture whose header promises too many pixels, before they are decoded.

    Raises:
        RequestError: It does, 413.
        PictureError: These bytes are no picture.
    """
    height, width = picture_size(picture)
    if height * width > limits.pixels:
        raise RequestError(
            413, f"the picture has {height * width / 1e6:.0f} megapixels, the limit is {limits.pixels / 1e6:g}"
        )


def _too_large(most: int) -> RequestError:
    return RequestError(413, f"the upload is larger than {most / 1e6:g} MB", {"Connection": "close"})
