"""Layout "clothing": Clothing Co-Parsing (Yang, Luo & Lin 2014), a MATLAB map of clothing labels for each photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

from figureground.importing.layouts.pairing import Found, Item, Listed, MaskError, list_files, pair_up
from figureground.importing.sources import Source, SourceError
from figureground.pictures import PERSON, SUFFIXES, Picture

# Background, and what is carried rather than worn. Everything else, skin and hair included, is person.
HELD = frozenset({"accessories", "bag", "purse", "wallet"})
NOT_PERSON = HELD | {"null"}


@dataclass(frozen=True)
class LabelMask:
    """A `.mat` file whose `groundtruth` holds a label a pixel; `names` says what each label is."""

    file: Listed
    names: tuple[str, ...]

    @property
    def shown(self) -> str:
        return self.file.shown

    def read(self) -> Picture:
        return self._marked(lambda name: name not in NOT_PERSON)

    def read_held(self) -> Picture:
        return self._marked(lambda name: name in HELD)

    def _marked(self, wanted: Callable[[str], bool]) -> Picture:
        labels = np.asarray(_read_mat(self.file.path, "groundtruth"))
        if labels.ndim != 2 or labels.size == 0 or not np.issubdtype(labels.dtype, np.number):
            raise MaskError(f"groundtruth of shape {labels.shape} and type {labels.dtype} is not a map of labels")
        if labels.min() < 0 or labels.max() >= len(self.names):
            raise MaskError(f"labels up to {labels.max()}, but label_list.mat names {len(self.names)}")
        marked = np.array([wanted(name) for name in self.names])
        return np.where(marked[labels.astype(np.intp)], np.uint8(PERSON), np.uint8(0))


def find_clothing_pairs(source: Source) -> Found:
    """Pairs of a source of layout "clothing".

    `masks` is the folder of pixel-level annotations or one above it; `label_list.mat` is looked for in `masks` and in
    the two folders above.

    Raises:
        SourceError: A folder or the list of labels is missing or damaged.
    """
    if source.masks is None:
        raise SourceError(f"{source.name}: layout clothing needs masks, the folder of annotations")
    annotations = source.masks / "pixel-level" if (source.masks / "pixel-level").is_dir() else source.masks
    photos, refused = list_files(source.name, source.photos, SUFFIXES, without=[source.masks])
    files, refused_files = list_files(source.name, annotations, (".mat",), without=[source.photos])
    names = _label_names(source.name, source.masks)
    files.pop("label_list", None)  # it may lie among the annotations
    stems, unpaired = pair_up(source.name, photos, files)
    return Found(
        [Item(photos[stem], LabelMask(files[stem], names)) for stem in stems], refused + refused_files + unpaired
    )


def _label_names(source: str, annotations: Path) -> tuple[str, ...]:
    folder = annotations.resolve()
    for place in (folder, *folder.parents[:2]):
        path = place / "label_list.mat"
        if path.is_file():
            break
    else:
        raise SourceError(
            f"{source}: {annotations}: no label_list.mat there or in the two folders above; copy it there"
        )
    try:
        names = tuple(str(np.asarray(cell).item()) for cell in np.asarray(_read_mat(path, "label_list")).ravel())
    except (MaskError, ValueError) as error:
        raise SourceError(f"{source}: {path}: {error}; fetch it again") from None
    if "null" not in names:
        raise SourceError(f"{source}: {path}: names no label null (background); it is not the list of this data set")
    return names


def _read_mat(path: Path, key: str) -> Any:
    try:
        content = loadmat(path)
    except Exception as error:  # SciPy's reader lets anything through that a damaged file provokes
        raise MaskError(f"damaged or no MATLAB file ({' '.join(str(error).split()) or type(error).__name__})") from None
    if key not in content:
        raise MaskError(f"a MATLAB file without {key}")
    return content[key]
