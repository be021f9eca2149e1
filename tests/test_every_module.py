"""Each module has a test file of its name, or it is said here which other one tests it."""

from __future__ import annotations

import ast
import os
from pathlib import Path

from helpers.places import PACKAGE, ROOT

TESTS = ROOT / "tests"
# Parts that are seen in what is made of them, by the test file that looks at it. Stages are thin scripts that DVC runs;
# bake.py needs torch, so only what it wrote is looked at.
PARTS = {
    "audit/test_audit.py": ("comparisons", "counts", "duplicates", "findings", "sheet", "summaries"),
    "augment/test_writing.py": ("examples", "shards", "variants"),
    "cli/test_cutting_over_ray.py": ("../photos/over_hosts",),
    "cli/test_interrupts.py": ("../__main__",),
    "cli/test_lines.py": ("__init__",),
    "cli/test_streams.py": ("options", "../photos/streams"),
    "cluster/test_joining.py": ("agreement",),
    "cluster/test_training.py": ("launching",),
    "importing/layouts/test_coco.py": ("polygons",),
    "importing/test_building.py": ("fitting", "layouts/folders", "layouts/pairing", "licences", "swapping"),
    "models/encoders/test_mobilenet_v2_deeplab.py": ("../inverted_residuals", "../litert_file"),
    "models/test_encoder.py": (
        "../encoder_facts", "applications", "encoders/mobilenet_v2", "encoders/resnet50", "encoders/xception"
    ),
    "end_to_end/test_pipeline.py": tuple(
        f"../stages/{name}" for name in ("audit", "augment", "evaluate", "export", "register", "review", "train")
    ),
    "end_to_end/test_sweep_postgresql.py": ("../sweep/patience",),
    "review/test_measures.py": ("regions",),
    "review/test_ranking.py": ("reasons", "../dataset/opinions"),
    "review/test_review.py": ("network", "sheet"),
    "stages/test_inputs.py": ("../named_files",),
    "stages/test_runner.py": ("__init__",),
    "sweep/test_training.py": ("shards",),
    "synth/figures/test_body.py": ("bake",),
    "synth/figures/test_person.py": ("figure", "looks", "skinned"),
    "synth/figures/test_poses.py": ("arms", "hands"),
    "synth/figures/test_wardrobe.py": ("asset_clothes", "tailoring"),
    "synth/geometry/test_rotations.py": ("vectors",),
    "synth/geometry/test_solid_shapes.py": ("mesh", "shapes"),
    "synth/materials/test_material.py": ("surfaces",),
    "synth/rendering/test_lens.py": ("rays",),
    "synth/rendering/test_scene.py": ("meshes", "setup"),
    "synth/scenes/test_scenery.py": (
        "empty", "indoors", "lights", "outdoors", "peopled", "../materials/colours", "../materials/paintings",
        "../materials/palette", "../things/buildings", "../things/decor", "../things/dummies", "../things/furniture",
        "../things/vegetation", "../things/vehicles",
    ),
    "synth/scenes/test_shots.py": ("camera",),
    "synth/test_rendered_set.py": ("ingredients", "../cli/rendering"),
    "synth/test_thing_pictures.py": ("things/to_hold",),
    "synth/things/test_held.py": ("attachment", "hand_held", "shoulder_bags"),
    "test_public_names.py": ("__init__",),
    "tracking/registry/test_registering.py": ("packing", "pyfunc_model", "../versions"),
    "tracking/test_result.py": ("description", "view"),
    "video/test_clips.py": ("backdrops", "colours", "recordings"),
    "video/test_shapes.py": ("interlacing",),
    "web/test_app.py": ("forms", "work"),
    "web/test_limits.py": ("workshop",),
    "web/test_openapi.py": ("fields",),
    "web/test_serving.py": ("listening",),
}  # fmt: skip


def modules() -> dict[str, Path]:
    """By path below the package, without suffix; files that hold no statement are left out."""
    files = {file.relative_to(PACKAGE).with_suffix("").as_posix(): file for file in PACKAGE.rglob("*.py")}
    return {name: file for name, file in files.items() if len(ast.parse(file.read_text(encoding="utf-8")).body) > 1}


def of_its_name(module: str) -> Path:
    return TESTS / Path(module).with_name(f"test_{Path(module).name}.py")


def test_each_module_has_a_test_file_of_its_name_or_is_a_part_of_what_another_tests() -> None:
    parts = {os.path.normpath(Path(file).parent / part): TESTS / file for file, own in PARTS.items() for part in own}
    without = {name for name in modules() if not of_its_name(name).exists()}
    assert without == parts.keys()
    assert [file for file in parts.values() if not file.exists()] == []
