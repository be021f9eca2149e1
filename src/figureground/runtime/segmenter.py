"""Cuts the people out of photos with an exported model: numpy, OpenCV, Pillow and LiteRT only."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Literal, overload

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from figureground.errors import FiguregroundError
from figureground.network_input import network_input
from figureground.pictures import Picture, photo_of, resize_photo, resize_probability
from figureground.runtime.backgrounds import BackgroundLike, Fit, background_of, composed
from figureground.runtime.edges import refine
from figureground.runtime.held_things import HELD, Held, Replacement, with_held
from figureground.runtime.packaged import PACKAGED, SegmenterError, model_content
from figureground.runtime.second_look import look_twice

__all__ = [
    "NobodyError",
    "Segmenter",
    "SegmenterError",
    "check_photo",
    "load_interpreter",
    "shows_person",
    "sigmoid",
]

_PHOTO = "a uint8 array of height x width x 3 in RGB order"
_LEAST_PERSON = 1e-3  # share of the photo that must be more person than not: a tenth of the smallest in the data


class NobodyError(FiguregroundError):
    """A photo without people, of which there is nothing to cut out."""


class Segmenter:
    """Finds the people in photos of any size and cuts them out.

    The photo is stretched to the model's square, since the model was trained so, and the answer is stretched back
    and laid along the photo's edges. Photos are numpy arrays (uint8 HxWx3 RGB) or Pillow images; the answer is of the
    same kind. A Pillow image is first brought to sRGB, and upright if it is as its file was opened: see
    `pictures.photo_of`; transparent parts count as white.

    One segmenter may be shared by threads: they take turns at the model. For real parallelism give each its own.

    Args:
        model: "accurate", "fast" or "open", which come with the package, in the file that is quickest on this
            processor; or with the precision named, such as "fast-float16" or "accurate-int8"; or the path of a
            `.tflite` file that figureground exported, of any precision.
        threads: CPU threads that one photo may use in the model.
    Attributes:
        file: The model's file.
        input_size: (height, width) that the network sees.
        tells_held: Whether the model also tells what people hold.
    Raises:
        SegmenterError: The file is missing, is no LiteRT model, or is one with other inputs or outputs.
        ValueError: `threads` is below 1.
    Example:
        segmenter = Segmenter()
        cutout = segmenter.cut(Image.open("holiday.jpg"))  # RGBA
        cutout.save("holiday.png")
    """

    def __init__(self, model: str | Path = "accurate", threads: int = 1) -> None:
        if threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        self._load(*model_content(model), threads)

    def _load(self, file: Path, content: bytes, threads: int) -> None:
        self.file, self._content, self._threads = file, content, threads
        self._interpreter = load_interpreter(file, content, threads)
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]
        _check_interface(self.file, self._input, self._output)
        self.input_size: tuple[int, int] = (int(self._input["shape"][1]), int(self._input["shape"][2]))
        self.tells_held: bool = int(self._output["shape"][3]) == 2
        self._turn = threading.Lock()

    def __getstate__(self) -> tuple[Path, bytes, int]:
        """The model comes along: where this is unpickled the file may be missing, or another be the quickest one."""
        return self.file, self._content, self._threads

    def __setstate__(self, state: tuple[Path, bytes, int]) -> None:
        self._load(*state)

    @overload
    def mask(self, photo: Picture, held: Held = "drop") -> Picture: ...
    @overload
    def mask(self, photo: Image.Image, held: Held = "drop") -> Image.Image: ...
    def mask(self, photo: Picture | Image.Image, held: Held = "drop") -> Picture | Image.Image:
        """Where people are, at the photo's size: 0 is background, 255 person, between them the edge.

        The model looks at the whole photo, then at each group of people again: see `second_look`.

        Args:
            held: "drop" for people alone, "keep" for people and what they hold or carry, with one edge around both.
        Returns:
            uint8 HxW, or a Pillow image of mode L.
        Raises:
            SegmenterError: `held` is "keep", and the model does not tell what is held: see `tells_held`.
            ValueError: `held` is neither, or `photo` is no photo, see the class.
        """
        self.check_held(held)
        pixels = _pixels(photo)
        if held == "keep":
            return _in_kind(refine(pixels, sigmoid(with_held(self._looked(pixels, 2)))), photo)
        return _in_kind(self._masks(pixels, 1)[0], photo)

    @overload
    def held(self, photo: Picture) -> Picture: ...
    @overload
    def held(self, photo: Image.Image) -> Image.Image: ...
    def held(self, photo: Picture | Image.Image) -> Picture | Image.Image:
        """What people hold or carry, at the photo's size: 0 is not held, 255 held, between them the edge.

        It never adds up to more than 255 with `mask`. People with their things, and no seam between them, are
        `mask(photo, held="keep")`.

        Returns:
            uint8 HxW, or a Pillow image of mode L.
        Raises:
            SegmenterError: The model does not tell what is held: see `tells_held`.
            ValueError: `photo` is no photo, see the class.
        """
        self.check_held("keep")
        pixels = _pixels(photo)
        person, held = self._masks(pixels, 2)
        return _in_kind(np.minimum(held, 255 - person), photo)

    def check_held(self, held: Held) -> None:
        """Refuses a way with held things, see `mask`, that there is not or that the model cannot go.

        Raises:
            SegmenterError: "keep", and the model does not tell what is held.
            ValueError: Neither "drop" nor "keep".
        """
        if held not in HELD:
            raise ValueError(f"held must be {' or '.join(HELD)}, not {held}")
        if held == "keep" and not self.tells_held:
            able = " or ".join(filter(_packaged_tells_held, PACKAGED)) or "one that does"
            raise SegmenterError(f"{self.file}: this model does not tell what people hold; use {able}")

    @overload
    def cut(
        self,
        photo: Picture,
        background: BackgroundLike = None,
        fit: Fit = "cover",
        held: Held | Literal["replace"] = "drop",
        thing: Replacement | None = None,
    ) -> Picture: ...
    @overload
    def cut(
        self,
        photo: Image.Image,
        background: BackgroundLike = None,
        fit: Fit = "cover",
        held: Held | Literal["replace"] = "drop",
        thing: Replacement | None = None,
    ) -> Image.Image: ...
    def cut(
        self,
        photo: Picture | Image.Image,
        background: BackgroundLike = None,
        fit: Fit = "cover",
        held: Held | Literal["replace"] = "drop",
        thing: Replacement | None = None,
    ) -> Picture | Image.Image:
        """The people in the photo before another background, clean of the old one's colour; inside they are untouched.

        Args:
            background: None for transparent, "blur", a colour ("white", "#1e90ff", (30, 144, 255)) or a picture (array,
                Pillow image or path).
            fit: "cover" or "contain": how a picture with other proportions is fitted.
            held: "drop" or "keep": whether what people hold or carry comes along, see `mask`; or "replace" for `thing`
                in its place, see `put`.
            thing: For "replace", such as InHand("mug").
        Returns:
            uint8 HxWx4 or a Pillow image of mode RGBA where the background is transparent, else HxWx3 or RGB.
        Raises:
            NobodyError: No person is found.
            NothingHeldError: As `put`.
            BackgroundError: The background is none of these.
            SegmenterError, ValueError: As `mask`; "replace" without a thing, or a thing without it.
        """
        if (held == "replace") != (thing is not None):
            raise ValueError('held="replace" and a thing belong together; give both or neither')
        behind = background_of(background)
        pixels = _pixels(photo)
        if held != "replace":
            mask = self.mask(pixels, held)
        elif thing is not None:
            self.check_held("keep")
            pixels, mask = self.replaced(pixels, thing)
        if not shows_person(mask):
            raise NobodyError("no person found in this photo")
        return _in_kind(composed(pixels, mask, behind, fit), photo)

    @overload
    def put(self, photo: Picture, thing: Replacement) -> Picture: ...
    @overload
    def put(self, photo: Image.Image, thing: Replacement) -> Image.Image: ...
    def put(self, photo: Picture | Image.Image, thing: Replacement) -> Picture | Image.Image:
        """The photo with a thing in the place of what somebody holds, or in a hand, behind the fingers before it.

        What was held before is taken away. What was behind it nobody knows: it is made up from what is around.

        Args:
            thing: Such as InHand("mug.png", hand="left"), which says where it goes.
        Returns:
            uint8 HxWx3, or a Pillow image of mode RGB.
        Raises:
            NothingHeldError: Nobody holds anything, and there is no such hand.
            ThingError, ValueError: As `InHand`, or `photo` is no photo, see the class.
        """
        return _in_kind(self.replaced(_pixels(photo), thing)[0], photo)

    def replaced(self, photo: Picture, thing: Replacement) -> tuple[Picture, Picture]:
        """As `put`, of a uint8 HxWx3 photo alone: what it gives, and the mask of its people with the thing."""
        person, *held = self._masks(photo, 2 if self.tells_held else 1)
        return thing.put_into(photo, person, np.minimum(held[0], 255 - person) if held else None)

    def probability(self, photo: Picture) -> NDArray[np.float32]:
        """The model's own answer, how likely each pixel shows a person: float32 HxW in 0..1, bilinear, not refined.

        Of one look at the whole photo; `mask` looks at each group of people again.

        Args:
            photo: uint8 HxWx3 RGB.
        Raises:
            ValueError: `photo` has another type or shape, or no pixels.
        """
        return np.ascontiguousarray(self.probabilities(photo)[..., 0])

    def probabilities(self, photo: Picture) -> NDArray[np.float32]:
        """As `probability`, of all that the model tells: float32 HxWx1 of person, or HxWx2, the second of held things.

        Raises:
            ValueError: As `probability`.
        """
        check_photo(photo)
        return resize_probability(sigmoid(self._answer(photo)), *photo.shape[:2])

    def logits(self, scaled: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's bare answer to a float32 HxWx3 photo in 0..1 at `input_size`.

        Returns:
            float32 HxWx1 of person, or HxWx2 of person and of held things.
        """
        with self._turn:
            self._interpreter.set_tensor(self._input["index"], scaled[np.newaxis])
            self._interpreter.invoke()
            answer: NDArray[np.float32] = self._interpreter.get_tensor(self._output["index"])  # a copy
        return np.asarray(answer[0])

    def _masks(self, photo: Picture, count: int) -> list[Picture]:
        """The refined masks of the first `count` things that the model tells."""
        maps = sigmoid(self._looked(photo, count))
        return [refine(photo, np.ascontiguousarray(maps[..., channel])) for channel in range(count)]

    def _looked(self, photo: Picture, count: int) -> NDArray[np.float32]:
        """Logits of the first `count` things that the model tells, float32 hxwxC: see `look_twice`."""
        return look_twice(photo, lambda part: self._answer(part)[..., :count], max(self.input_size))

    def _answer(self, photo: Picture) -> NDArray[np.float32]:
        return self.logits(self._scaled(photo))

    def _scaled(self, photo: Picture) -> NDArray[np.float32]:
        """The photo as the network wants it: at `input_size`, in 0..1."""
        return network_input(resize_photo(photo, *self.input_size))


def _packaged_tells_held(name: str) -> bool:
    try:
        return Segmenter(name).tells_held
    except SegmenterError:  # an installation that lacks it
        return False


def shows_person(mask: Picture) -> bool:
    """Whether enough of a mask (uint8 HxW) is person to speak of one."""
    return cv2.countNonZero(cv2.compare(mask, 127, cv2.CMP_GT)) >= max(1, _LEAST_PERSON * mask.size)


def _pixels(photo: Picture | Image.Image) -> Picture:
    if isinstance(photo, Image.Image):
        return photo_of(photo)
    check_photo(photo)
    return photo


def _in_kind(picture: Picture, photo: Picture | Image.Image) -> Picture | Image.Image:
    return Image.fromarray(picture) if isinstance(photo, Image.Image) else picture


def check_photo(photo: NDArray[np.uint8]) -> None:
    """Refuses what is not a uint8 HxWx3 array with at least one pixel.

    Raises:
        ValueError: Says what was expected and what came.
    """
    if not isinstance(photo, np.ndarray):
        raise ValueError(f"photo must be a Pillow image or {_PHOTO}, not {type(photo).__name__}")
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or 0 in photo.shape:
        shape = "x".join(map(str, photo.shape)) or "a single value"
        raise ValueError(f"photo must be {_PHOTO}, not {photo.dtype} {shape}")


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probability of a logit. The exponent is never positive, so that no logit overflows."""
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1.0 / (1.0 + small), small / (1.0 + small)).astype(np.float32)


def load_interpreter(path: Path, content: bytes, threads: int) -> Any:
    """A ready interpreter; LiteRT's own errors are long and name no file, so they become a SegmenterError."""
    from ai_edge_litert.interpreter import Interpreter  # a third of a second, paid by those who cut

    try:
        interpreter = Interpreter(model_content=content, num_threads=threads)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError):
        raise SegmenterError(f"{path}: not a whole LiteRT model; export or download it again") from None
    return interpreter


def _check_interface(path: Path, photo: dict[str, Any], logits: dict[str, Any]) -> None:
    shapes = tuple(photo["shape"]), tuple(logits["shape"])
    types = photo["dtype"], logits["dtype"]
    height, width = shapes[0][1:3] if len(shapes[0]) == 4 else (0, 0)
    photo_shape, maps = (1, height, width, 3), [(1, height, width, 1), (1, height, width, 2)]
    if shapes[0] != photo_shape or shapes[1] not in maps or types != (np.float32, np.float32):
        raise SegmenterError(
            f"{path}: takes {_shown(photo)} and gives {_shown(logits)}, not float32 1 x height x width x 3 "
            "and 1 x height x width x 1 or 2; use a model that figureground exported"
        )


def _shown(tensor: dict[str, Any]) -> str:
    return f"{np.dtype(tensor['dtype'])} {' x '.join(map(str, tensor['shape']))}"
