"""Each module has a test file of its name, or it is said here where what it promises is tested."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from helpers.places import PACKAGE, ROOT

TESTS = ROOT / "tests"
STAGES = "end_to_end/test_pipeline.py"  # thin scripts, which DVC runs
TESTED_IN = {
    "__init__": "test_architecture.py",
    "cli/__init__": "cli/test_lines.py",
    "cli/rendering": "synth/test_rendered_set.py",
    # Parts of one report, seen through it: pairs that are bad in one way each.
    "audit/comparisons": "audit/test_audit.py",
    "audit/duplicates": "audit/test_audit.py",
    "audit/findings": "audit/test_audit.py",
    "audit/outlines": "audit/test_audit.py",
    "audit/sheet": "audit/test_audit.py",
    # Seen in the shards that are written.
    "augment/examples": "augment/test_writing.py",
    "augment/shards": "augment/test_writing.py",
    "augment/variants": "augment/test_writing.py",
    "importing/layouts/folders": "importing/test_building.py",
    "importing/layouts/pairing": "importing/test_building.py",
    "importing/licences": "importing/test_building.py",
    "models/inverted_residuals": "models/test_lite0.py",
    "models/litert_file": "models/test_deeplab_mobilenet.py",
    "stages/audit": STAGES,
    "stages/augment": STAGES,
    "stages/evaluate": STAGES,
    "stages/export": STAGES,
    "stages/register": STAGES,
    "stages/split": STAGES,
    "stages/train": STAGES,
    "sweep/shards": "sweep/test_training.py",
    # One act: a model is packed, registered, decided on, loaded back and fetched.
    "tracking/registry/packing": "tracking/registry/test_registering.py",
    "tracking/registry/pyfunc_model": "tracking/registry/test_registering.py",
    "tracking/versions": "tracking/registry/test_registering.py",
    # Seen in the videos that are written and shown.
    "video/backdrops": "video/test_clips.py",
    "video/interlacing": "video/test_shapes.py",
    "video/moving": "video/test_camera.py",
    "video/recordings": "video/test_clips.py",
    # Seen in the answers to requests.
    "web/fields": "web/test_openapi.py",
    "web/forms": "web/test_app.py",
    "web/listening": "web/test_serving.py",
    "web/work": "web/test_app.py",
    "web/workshop": "web/test_limits.py",
}


def modules() -> dict[str, Path]:
    """By path below the package, without suffix; files that hold no statement are left out."""
    files = {file.relative_to(PACKAGE).with_suffix("").as_posix(): file for file in PACKAGE.rglob("*.py")}
    return {name: file for name, file in files.items() if len(ast.parse(file.read_text(encoding="utf-8")).body) > 1}


def of_its_name(module: str) -> Path:
    return TESTS / Path(module).with_name(f"test_{Path(module).name}.py")


def test_each_module_has_a_test_file_or_says_which_one_it_is() -> None:
    without = {name for name in modules() if not of_its_name(name).exists()}
    assert without == TESTED_IN.keys()
    assert not {name for name in TESTED_IN.values() if not (TESTS / name).exists()}


def test_no_two_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for file in modules().values()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert not {name for name, count in names.items() if count > 1}
