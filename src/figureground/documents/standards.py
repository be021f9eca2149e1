"""Sizes that document photos must have, with where each is laid down.

Lengths are millimetres on paper. A head is measured from the chin to the crown, the top of the skull under the hair.
Authorities change their rules now and then: what the source says today has the last word. docs/id-photo.md tells which
figures were read at the authority, which in others' copies of its rules, and which could not be confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]

_INCH = 25.4


@dataclass(frozen=True)
class Standard:
    """A document's photo.

    Attributes:
        height, width: Of the whole photo.
        head: Least and greatest height of the head.
        eyes: Least and greatest height of the eyes above the photo's lower edge, if the standard has it.
        above: Least and greatest gap between crown and upper edge, if the standard has it.
        file_bytes: Most bytes of a file that is handed in, if the authority says so.
        source: Who says so.
    """

    title: str
    height: float
    width: float
    head: Range
    source: str
    eyes: Range | None = None
    above: Range | None = None
    file_bytes: int | None = None


STANDARDS = {
    "eu": Standard(
        "EU passport, identity card and Schengen visa, 35 x 45 mm", 45, 35, (32, 36),
        "Fotomustertafel (Germany: face 70 to 80 %, 32 to 36 mm, refused below 27 and above 40) and Passbildschablone "
        "for adults (eyes), Bundesdruckerei; Schengen visa: face 70 to 80 % of the photo, after ICAO 9303",
        eyes=(22, 32),
    ),
    "icao": Standard(
        "ICAO travel document, 35 x 45 mm", 45, 35, (31.5, 36),
        "ICAO Doc 9303 part 3 (head 70 to 80 % of the height); ICAO Portrait Quality TR 2018 (eyes 50 to 70 % up)",
        eyes=(22.5, 31.5),
    ),
    "uk": Standard(
        "United Kingdom passport, 35 x 45 mm", 45, 35, (29, 34),
        "HM Passport Office, gov.uk/photos-for-passports",
    ),
    "us": Standard(
        "United States passport and visa, 2 x 2 inch", 2 * _INCH, 2 * _INCH, (_INCH, 1.375 * _INCH),
        "U.S. Department of State, travel.state.gov, Photo Requirements, photo composition template and "
        "Digital Image Requirements (JPEG of at most 240 kB)",
        eyes=(1.125 * _INCH, 1.375 * _INCH), file_bytes=240_000,
    ),
    "canada": Standard(
        "Canadian passport, 50 x 70 mm", 70, 50, (31, 36),
        "Immigration, Refugees and Citizenship Canada, passport photo specifications (chin to natural top of head)",
    ),
    "australia": Standard(
        "Australian passport, 35 x 45 mm", 45, 35, (32, 36),
        "Australian Passport Office, passports.gov.au, photo guidelines (35 to 40 mm wide, 45 to 50 mm high)",
    ),
    "japan": Standard(
        "Japanese passport, 35 x 45 mm", 45, 35, (32, 36),
        "Ministry of Foreign Affairs of Japan, passport photo standard (face 34 ± 2 mm, 4 ± 2 mm above it)",
        above=(2, 6),
    ),
    "china": Standard(
        "Chinese passport and visa, 33 x 48 mm", 48, 33, (28, 33),
        "National Immigration Administration and Chinese Visa Application Service Center, photo requirements",
        above=(3, 5),
    ),
}  # fmt: skip
