"""Licences of single photos, where a source collects photos of many owners."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from figureground.errors import system_reason
from figureground.files import read_table
from figureground.importing.layouts.pairing import Found, Refused
from figureground.importing.sources import Source, SourceError


def licensed(source: Source, found: Found) -> Found:
    """What was found, each photo with its licence: its row of `source.licences`, else `source.licence`.

    Where `source.only_licences` names some, photos of others are refused.

    Raises:
        SourceError: The list is missing, no table with the columns name and licence, or names a photo twice.
    """
    listed = _listed(source)
    items = [replace(item, licence=listed.get(_key(item.photo.inner), source.licence)) for item in found.items]
    only = source.only_licences
    refused = [
        Refused(source.name, item.photo.shown, f"licence: {item.licence or 'none stated'}; not among only_licences")
        for item in items
        if only and item.licence not in only
    ]
    return Found([item for item in items if not only or item.licence in only], found.refused + refused)


def _listed(source: Source) -> dict[str, str]:
    if source.licences is None:
        return {}
    try:
        rows = read_table(source.licences)
    except OSError as error:
        reason = system_reason(error)
        raise SourceError(f"{source.name}: licences: {source.licences}: {reason}; give a CSV file") from None
    except UnicodeDecodeError:
        raise SourceError(
            f"{source.name}: licences: {source.licences}: neither UTF-8 nor UTF-16; save it as UTF-8"
        ) from None
    listed: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        if row.get("name") is None or row.get("licence") is None:
            raise SourceError(f"{source.licences}: line {line}: no name or no licence; the columns are name,licence")
        key = _key(PurePosixPath(row["name"].strip()))
        if key in listed:
            raise SourceError(f"{source.licences}: line {line}: {row['name']} stands there twice; remove one row")
        listed[key] = row["licence"].strip()
    return listed


def _key(photo: PurePosixPath) -> str:
    return photo.with_suffix("").as_posix()
