"""What all pictures are made from: the body, the assets and the light maps, and where they are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from figureground.errors import FiguregroundError
from figureground.synth.figures.body import Body
from figureground.synth.figures.makehuman import Assets

BODY = Path(__file__).with_name("body.npz")


class IngredientsError(FiguregroundError):
    """Body or assets are not there. The message says how to get them."""


@dataclass(frozen=True)
class Ingredients:
    """Files by their places; what is in them is read when it is first asked for, once a process."""

    body_file: Path
    folder: Path

    @property
    def body(self) -> Body:
        return _body(self.body_file)

    @property
    def assets(self) -> Assets:
        return _assets(self.folder)

    @property
    def lights(self) -> tuple[Path, ...]:
        """Environment maps, sorted; there may be none."""
        return tuple(sorted((self.folder / "hdri").glob("*.exr")))


_body = cache(Body)
_assets = cache(Assets)


def ingredients_of(assets: Path | None) -> Ingredients:
    """The ingredients with the assets of that folder.

    Raises:
        IngredientsError: No folder was named, or the body's file is missing.
        AssetsError: The folder holds no assets, or not all.
    """
    if assets is None:
        raise IngredientsError(
            "no assets; name their folder by --assets or FIGUREGROUND_ASSETS (docs/synth.md says where to get them)"
        )
    if not BODY.is_file():
        raise IngredientsError(
            f"{BODY}: not found; fetch it with `dvc pull {BODY.name}.dvc` in its folder, or make it with "
            "`figureground synth body`"
        )
    found = Ingredients(BODY, assets)
    _assets(assets)  # says at once what is missing
    return found
