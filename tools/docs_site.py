"""What MkDocs needs to be told for `make docs`: where the pages lie, and how this project writes docstrings."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

from griffe import Extension, Object
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_OUTSIDE = ("README.md", "MODEL_CARD.md", "CONTRIBUTING.md", "CHANGELOG.md", "recipes/README.md")
_SECTION = re.compile(r"^(?=(?:Args|Attributes|Returns|Raises|Example):$)", re.MULTILINE)
_EXAMPLE = re.compile(r"^Example:\n((?:    .*\n?)+)", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Gives the site the layout of the repository, so that a link works in both.

    MkDocs itself would put `docs/` at the root of the site and leave the pages outside it out.
    """
    root = Path(config.config_file_path).parent
    for file in [file for file in files if file.src_dir == config.docs_dir]:
        files.remove(file)
        files.append(File.generated(config, f"docs/{file.src_uri}", abs_src_path=str(file.abs_src_path)))
    for page in _OUTSIDE:
        files.append(File.generated(config, page, abs_src_path=str(root / page)))
    return files


class Docstrings(Extension):
    """Sections may follow one another without an empty line, and an example is code."""

    def on_object(self, *, obj: Object, **kwargs: Any) -> None:
        if obj.docstring is not None:
            spaced = _SECTION.sub("\n", obj.docstring.value)
            obj.docstring.value = _EXAMPLE.sub(lambda found: _fenced(found[1]), spaced)


def _fenced(code: str) -> str:
    return f"**Example**\n\n```python\n{textwrap.dedent(code)}\n```\n"
