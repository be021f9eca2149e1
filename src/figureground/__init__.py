"""Separate people from the background of a photo.

from figureground import Segmenter

cutout = Segmenter().cut(photo)  # numpy array or Pillow image in, the same kind out
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from figureground.runtime.segmenter import NobodyError as NobodyError
    from figureground.runtime.segmenter import Segmenter as Segmenter

__all__ = ["NobodyError", "Segmenter"]


def __getattr__(name: str) -> Any:
    """The runtime, loaded when it is first asked for, so that the command's help need not wait for numpy."""
    if name in __all__:
        from figureground.runtime import segmenter

        return getattr(segmenter, name)
    raise AttributeError(f"module 'figureground' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
