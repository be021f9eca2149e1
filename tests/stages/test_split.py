"""What the stage `split` says of a split that it writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from figureground.dataset.manifest import Pair, write_manifest
from figureground.dataset.sides import FEW_GROUPS, read_split
from figureground.dataset.suspects import Suspect, write_suspects
from figureground.params_file import override
from figureground.stages import inputs
from figureground.stages.split import main
from helpers.places import ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose manifest has 200 photos, each of a group of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(ROOT / "params.yaml", tmp_path / "params.yaml")
    pairs = [Pair(f"a/{n}", "a", f"a/{n}", "", 100, 100, "half", 0.3, 0.0) for n in range(200)]
    write_manifest(tmp_path / "results/audit/manifest.csv", pairs)
    write_suspects(tmp_path / "results/review/suspects.csv", [Suspect(f"a/{n}", "a", 1 - n / 200) for n in range(200)])
    return tmp_path


@pytest.mark.parametrize("named", [1, FEW_GROUPS])
def test_a_test_split_of_a_few_photos_is_warned_of(project: Path, caplog: pytest.LogCaptureFixture, named: int) -> None:
    (project / "names.txt").write_text("".join(f"a/{number}\n" for number in range(named)))
    override(
        project / "params.yaml",
        {
            "split.test_names": "names.txt",
            "split.val_share": 0.3,
            "model.init": "none",
            "model.freeze_batch_norm": False,
        },
    )
    inputs.main()
    main()
    assert list(read_split(project / "results/split/split.csv").values()).count("test") == named
    warned = "test: only 1 photo, so its scores are mostly chance" in caplog.text
    assert warned == (named == 1)
    assert "val:" not in caplog.text


def test_the_most_suspect_are_left_out_of_training_and_stay_in_validation_and_test(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    override(project / "params.yaml", {"model.init": "none", "model.freeze_batch_norm": False})
    inputs.main()
    main()
    whole = read_split(project / "results/split/split.csv")
    override(project / "params.yaml", {"review.drop_share": 0.1})
    with caplog.at_level("INFO", "figureground"):
        main()
    worst = {f"a/{number}" for number in range(20)}
    dropped = {name for name in worst if whole[name] == "train"}
    kept = read_split(project / "results/split/split.csv")
    assert 0 < len(dropped) < 20 and kept == {name: side for name, side in whole.items() if name not in dropped}
    assert f"{len(dropped)} suspect masks are left out of training" in caplog.text
