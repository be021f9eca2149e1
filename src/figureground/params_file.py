"""Values written into params.yaml where they stand, so that order, comments and layout are kept to the letter.

Recipes, the winner of a sweep and scripts write through `override`; nothing else edits the file.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node

from figureground import files
from figureground.params import Params, ParamsError, params_text, parse_params, parse_yaml

_ORIGINS = ("# From recipe ", "# From sweep ")  # begin the line that says where the values come from


def override(
    path: Path,
    values: Mapping[str, Any],
    *,
    origin: str = "",
    check: Callable[[Params], object] = lambda params: None,
    dry_run: bool = False,
) -> str:
    """Write other values into params.yaml, all of them or, where they cannot be parameters, none.

    Args:
        path: params.yaml.
        values: By dotted name: numbers, texts, null, lists and mappings; a list or mapping is replaced as a whole.
        origin: Where they come from, `recipe …` or `sweep …`: told in a line above the first key, in place of such a
            line that is there.
        check: Called with the parameters before they are written; what it raises leaves the file as it is.
        dry_run: Leave the file as it is.
    Returns:
        The change as a unified diff, empty where the file has these values already.
    Raises:
        ParamsError: The file cannot be read, has no such key, or would hold what `parse_params` refuses.
    """
    before = params_text(path)
    after = overridden(before, values, origin=origin, file=str(path))
    check(parse_params(parse_yaml(after, str(path)), str(path)))
    if after != before and not dry_run:
        files.write_bytes(path, after.encode())
    return "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), str(path), str(path), n=1))


def overridden(text: str, values: Mapping[str, Any], *, origin: str = "", file: str = "params.yaml") -> str:
    """The text of a params.yaml with other values; as it is, with its line of origin, where it has them already.

    Raises:
        ParamsError: It is not YAML, has no such key, or has aliases by which a value stands in two places.
    """
    present = _by_name(parse_yaml(text, file))
    wanted = {name: parse_yaml(f"value: {_spelt(value)}", name)["value"] for name, value in values.items()}
    if missing := wanted.keys() - present.keys():
        raise ParamsError(*(f"{file}: {name}: no such key; check its spelling" for name in sorted(missing)))
    fresh = [name for name, value in wanted.items() if present[name] != value]
    if not fresh:
        return text
    places = _places(YAML().compose(text))
    if len(set(places.values())) < len(places):
        raise ParamsError(f"{file}: has aliases or merged keys (* or <<); write their values out")
    return _with_origin(_replaced(text, [(places[name], _spelt(values[name])) for name in fresh]), origin)


def _by_name(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """All values of nested mappings by dotted name, the mappings themselves too."""
    named: dict[str, Any] = {}
    for key, value in values.items():
        named[f"{prefix}{key}"] = value
        if isinstance(value, Mapping):
            named |= _by_name(value, f"{prefix}{key}.")
    return named


def _replaced(text: str, edits: Iterable[tuple[tuple[int, int], str]]) -> str:
    for (first, end), spelling in sorted(edits, reverse=True):  # the last first, so that the others stay put
        if first == end:  # nothing there, which is null
            text = f"{text[:first]}: {spelling}{text[first:].removeprefix(':')}"
        else:
            text = f"{text[:first]}{spelling}{text[end:]}"
    return text


def _places(mapping: MappingNode, prefix: str = "") -> dict[str, tuple[int, int]]:
    """First and end character of each value by dotted name, as `_by_name`; where there is none, of nothing behind the
    key. A block ends with its last value, not with the comment behind that."""
    places: dict[str, tuple[int, int]] = {}
    for key, value in mapping.value:
        name, first, end = f"{prefix}{key.value}", value.start_mark.index, _last(value).end_mark.index
        places[name] = (first, end) if first < end else (key.end_mark.index, key.end_mark.index)
        if isinstance(value, MappingNode):
            places |= _places(value, f"{name}.")
    return places


def _last(node: Node) -> Node:
    while isinstance(node, CollectionNode) and not node.flow_style:
        node = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
    return node


def _with_origin(text: str, origin: str) -> str:
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(_ORIGINS)]
    first = next(number for number, line in enumerate(lines) if line.strip() and not line.startswith("#"))
    return "".join([*lines[:first], *([f"# From {origin}\n"] if origin else []), *lines[first:]])


def _spelt(value: Any) -> str:
    """On one line, as YAML 1.1 and 1.2 both read it: 1e-05 would be a text to the one."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_spelt(key)}: {_spelt(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_spelt, value))}]"
    if isinstance(value, float) and isfinite(value):
        digits = f"{Decimal(repr(value)):f}"
        return digits if "." in digits else f"{digits}.0"
    return value if isinstance(value, str) and _is_plain(value) else json.dumps(value)


def _is_plain(text: str) -> bool:
    """It is read as itself without quotes, within brackets too."""
    try:
        return bool(YAML(typ="safe").load(f"[{text}]") == [text])
    except YAMLError:
        return False
