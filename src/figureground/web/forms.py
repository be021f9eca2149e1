"""Uploads: a request's multipart body, read into memory within limits. Nothing of it ever touches a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from figureground.pictures import Picture, PictureError, picture_size, read_photo
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

    def picture(self, name: str, limits: Limits) -> Picture:
        """The photo in a field, uint8 HxWx3 RGB; its size is looked at in its header, before it is decoded.

        Raises:
            RequestError: There is none, 400; or it has too many pixels, 413.
            PictureError: These bytes are no picture.
        """
        content = self.picture_file(name, limits)
        return read_photo(content, name)

    def picture_file(self, name: str, limits: Limits) -> bytes:
        """The bytes in a field, of a picture that is not too large.

        Raises:
            RequestError, PictureError: As `picture`.
        """
        if name not in self.files:
            raise RequestError(400, f"{name}: missing; send a picture's file in a field of that name")
        try:
            height, width = picture_size(self.files[name])
        except PictureError as error:
            raise PictureError(f"{name}: {str(error).removeprefix('picture: ')}") from None
        if height * width > limits.pixels:
            most, has = limits.pixels / 1e6, height * width / 1e6
            raise RequestError(413, f"{name}: the picture has {has:.0f} megapixels, the limit is {most:g}")
        return self.files[name]


class _Parts:
    """What python_multipart's parser meets in a body, taken as texts and files' bytes by the fields' names."""

    def __init__(self, fields: Fields) -> None:
        self.texts: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.ended = False
        self._fields = fields
        self._header = (bytearray(), bytearray())  # name and value of the one that is read
        self._headers: dict[bytes, bytes] = {}
        self._name, self._is_file, self._content = "", False, bytearray()

    def parser(self, boundary: bytes) -> MultipartParser:
        """A parser that tells this object what it meets."""
        return MultipartParser(
            boundary,
            {
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_read,
                "on_headers_finished": self._begin,
                "on_part_data": self._read,
                "on_part_end": self._end,
                "on_end": self._all_read,
            },
        )

    def _header_read(self) -> None:
        name, value = (bytes(each) for each in self._header)
        self._headers[name.lower()] = value
        self._header = (bytearray(), bytearray())

    def _begin(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        self._name = parse_options_header(disposition)[1].get(b"name", b"").decode(errors="replace")
        if self._name not in self._fields:
            raise RequestError(400, f"{self._name[:40]!r} is none of the fields {', '.join(self._fields)}")
        if self._name in self.texts or self._name in self.files:
            raise RequestError(400, f"{self._name}: given twice")
        self._is_file = self._holds_file(disposition)

    def _holds_file(self, disposition: bytes) -> bool:
        """Some programs send a file with its name in another form (`filename*`) or with none, but with its type."""
        takes = self._fields[self._name].takes
        kind = self._headers.get(b"content-type", b"text/plain").lower()
        named = b"filename" in disposition.lower()
        return takes == "file" or (takes == "text or file" and (named or not kind.startswith(b"text/")))

    def _read(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]
        if not self._is_file and len(self._content) > _FIELD_BYTES:
            raise RequestError(400, f"{self._name}: longer than the {_FIELD_BYTES} bytes that a text may have")

    def _end(self) -> None:
        """An empty file without a name is what a browser sends where none was chosen."""
        content = bytes(self._content)
        if not self._is_file:
            self.texts[self._name] = content.decode(errors="replace")
        elif content or _file_name(self._headers[b"content-disposition"]):
            self.files[self._name] = content
        self._headers, self._content = {}, bytearray()

    def _all_read(self) -> None:
        self.ended = True


def _file_name(disposition: bytes) -> bytes:
    return parse_options_header(disposition)[1].get(b"filename", b"")


async def read_form(request: Request, limits: Limits, fields: Fields) -> Form:
    """A multipart form of at most one value a field.

    Args:
        fields: By name; others are refused, since a misspelt one would silently do nothing.
    Raises:
        RequestError: 400 no such form, 408 too slow, 413 too large, 415 another kind of body.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise RequestError(415, "send the photo as multipart/form-data, in a field called photo")
    try:
        if int(request.headers.get("content-length", 0)) > limits.body_bytes:
            raise _too_large(limits.body_bytes)
        async with asyncio.timeout(limits.upload_seconds):
            return await _form(_counted(request.stream(), limits.body_bytes), options.get(b"boundary", b""), fields)
    except TimeoutError:
        raise RequestError(408, f"the upload took longer than {limits.upload_seconds:g} seconds") from None
    except FormParserError as error:
        raise RequestError(400, f"not a whole multipart form ({error})") from None
    except ClientDisconnect:
        raise RequestError(400, "the upload was broken off") from None


async def _form(body: AsyncIterator[bytes], boundary: bytes, fields: Fields) -> Form:
    """Reads the body to its end even where it is refused, since programs look for an answer only then."""
    parts = _Parts(fields)
    try:
        parser = parts.parser(boundary)
        async for chunk in body:
            parser.write(chunk)
    except (RequestError, FormParserError):
        async for _ in body:
            pass
        raise
    if not parts.ended:
        raise RequestError(400, "not a whole multipart form (its last boundary is missing)")
    return Form(fields, parts.texts, parts.files)


async def _counted(body: AsyncIterator[bytes], most: int) -> AsyncGenerator[bytes, None]:
    count = 0
    async for chunk in body:
        count += len(chunk)
        if count > most:
            raise _too_large(most)
        yield chunk


def _too_large(most: int) -> RequestError:
    return RequestError(413, f"the upload is larger than {most / 1e6:g} MB", {"Connection": "close"})
