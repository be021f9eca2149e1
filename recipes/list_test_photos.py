"""Fix the test photos of the models that ship: `python recipes/list_test_photos.py > recipes/test-photos.tsv`.

After `dvc repro audit`. Fifteen photos in a hundred of each source by hash of their group, as the split stage would
take them; of EG1800 those that its authors name, of Penn-Fudan all, of `coco_part`, whose masks are partial, none.
Beside each name stands the photo's SHA-256.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from figureground.dataset.manifest import read_manifest
from figureground.dataset.metadata import photo_path
from figureground.files import file_sha256
from figureground.params import read_params
from figureground.split.assign import split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eg1800", type=Path, required=True, help="the set's list of test names")
    of_authors = {f"eg1800/{line.strip()}" for line in parser.parse_args().eg1800.read_text().split()}
    params = read_params()
    pairs = read_manifest(Path("results/audit/manifest.csv"))
    sides = split(pairs, params.split.model_copy(update={"test_names": None}), params.seed)
    print("# Test photos of the models that ship: source/stem and the photo's SHA-256")
    for pair in pairs:
        listed = {"eg1800": pair.name in of_authors, "pennfudan": True, "coco_part": False}.get(
            pair.source, sides[pair.name] == "test"
        )
        if listed:
            print(f"{pair.name}\t{file_sha256(photo_path(Path('data'), pair.name))}")


if __name__ == "__main__":
    main()
