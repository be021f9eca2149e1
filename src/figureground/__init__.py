"""Separate people from the background of a photo.

from figureground import Segmenter

cutout = Segmenter().cut(photo)  # numpy array or Pillow image in, the same kind out
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from figureground.errors import FiguregroundError
    from figureground.hands.putting import InHand
    from figureground.hands.things import ThingError
    from figureground.pictures import PictureError
    from figureground.runtime.backgrounds import BackgroundError
    from figureground.runtime.held_things import NothingHeldError
    from figureground.runtime.packaged import SegmenterError
    from figureground.runtime.segmenter import NobodyError, Segmenter

    __version__: str

__all__ = [
    "BackgroundError",
    "FiguregroundError",
    "InHand",
    "NobodyError",
    "NothingHeldError",
    "PictureError",
    "Segmenter",
    "SegmenterError",
    "ThingError",
    "__version__",
]
_PLACES = {
    "BackgroundError": "runtime.backgrounds",
    "FiguregroundError": "errors",
    "InHand": "hands.putting",
    "NobodyError": "runtime.segmenter",
    "NothingHeldError": "runtime.held_things",
    "PictureError": "pictures",
    "Segmenter": "runtime.segmenter",
    "SegmenterError": "runtime.packaged",
    "ThingError": "hands.things",
}


def __getattr__(name: str) -> Any:
    """The public names, loaded when they are first asked for, so that the command's help need not wait for numpy."""
    if name in _PLACES:
        return getattr(import_module(f"figureground.{_PLACES[name]}"), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("figureground")
    raise AttributeError(f"module 'figureground' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
