"""A hook of MkDocs: the site has the repository's own layout, so that one link works on the site and in the repository.

MkDocs would put `docs/` at the site's root and leave the pages outside it out.
"""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_OUTSIDE = ("README.md", "MODEL_CARD.md", "CONTRIBUTING.md", "CHANGELOG.md", "recipes/README.md")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Puts what lies in `docs/` there on the site too, and the pages outside it beside it."""
    root = Path(config.config_file_path).parent
    for file in [file for file in files if file.src_dir == config.docs_dir]:
        files.remove(file)
        files.append(File.generated(config, f"docs/{file.src_uri}", abs_src_path=file.abs_src_path))
    for page in _OUTSIDE:
        files.append(File.generated(config, page, abs_src_path=str(root / page)))
    return files
