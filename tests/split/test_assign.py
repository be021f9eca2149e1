import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from figureground.dataset.manifest import Pair
from figureground.dataset.sides import SplitError
from figureground.params import SplitParams
from figureground.split.assign import check_groups, read_test_names, side_rows, split

PARAMS = SplitParams(test_share=0.2, val_share=0.1, test_names=None)


def _pairs(count: int, source: str = "a", framing: str = "half", per_group: int = 1) -> list[Pair]:
    return [
        Pair(f"{source}/{i}", source, f"{source}/{i // per_group}", "", 100, 100, framing, 0.3, 0.0)
        for i in range(count)
    ]


def test_shares_come_out_in_every_source_and_framing() -> None:
    pairs = [*_pairs(1500, "a"), *_pairs(1500, "b", "full")]
    rows = side_rows(pairs, split(pairs, PARAMS, seed=1))
    shares = {(row["side"], row["source"], row["framing"]): row["share"] for row in rows}
    for stratum in (("a", "half"), ("b", "full")):
        assert shares["test", *stratum] == pytest.approx(0.2, abs=0.04)
        assert shares["val", *stratum] == pytest.approx(0.1, abs=0.03)
    assert sum(int(row["photos"]) for row in rows if not row["source"]) == 3000


def test_no_group_is_on_two_sides() -> None:
    pairs = _pairs(600, per_group=7)
    sides = split(pairs, PARAMS, seed=3)
    groups: dict[str, set[str]] = {}
    for pair in pairs:
        groups.setdefault(pair.group, set()).add(sides[pair.name])
    assert all(len(found) == 1 for found in groups.values())
    assert set(sides.values()) == {"train", "val", "test"}


def test_a_group_on_two_sides_is_refused_by_name() -> None:
    pairs = _pairs(4, per_group=2)
    with pytest.raises(SplitError, match=r"group a/1 is on two sides: a/2 in train, a/3 in test"):
        check_groups(pairs, {"a/0": "train", "a/1": "train", "a/2": "train", "a/3": "test"})


@pytest.mark.parametrize("count", [40, 300])
def test_photos_that_come_later_or_go_do_not_move_others(count: int) -> None:
    old = _pairs(count)
    before = split(old, PARAMS, seed=5)
    after = split([*_pairs(150, "z"), *reversed(old)], PARAMS, seed=5)
    fewer = split(old[::2] + _pairs(60, "z"), PARAMS, seed=5)
    assert {name: after[name] for name in before} == before
    assert all(before[name] == side for name, side in fewer.items() if name in before)


def test_the_seed_changes_the_split_and_a_process_does_not() -> None:
    pairs = _pairs(200)
    assert split(pairs, PARAMS, seed=1) != split(pairs, PARAMS, seed=2)
    program = (
        "from figureground.dataset.manifest import Pair\nfrom figureground.split.assign import split\n"
        "from figureground.params import SplitParams\n"
        "pairs = [Pair(f'a/{i}', 'a', f'a/{i}', '', 1, 1, 'half', 0.3, 0.0) for i in range(200)]\n"
        "params = SplitParams(test_share=0.2, val_share=0.1, test_names=None)\n"
        "print(','.join(split(pairs, params, 1).values()))"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()
    assert told.split(",") == list(split(pairs, PARAMS, seed=1).values())


def test_listed_names_are_the_test_split_and_their_groups_are_kept_out_of_training() -> None:
    pairs = _pairs(300, per_group=3)
    names = frozenset({"a/0", "a/1", "a/31"})
    sides = split(pairs, PARAMS, seed=1, test_names=names)
    assert {name for name, side in sides.items() if side == "test"} == names
    assert {pair.name for pair in pairs} - sides.keys() == {"a/2", "a/30", "a/32"}
    assert [row["photos"] for row in side_rows(pairs, sides) if not row["source"] and row["side"] == "test"] == [3]
    assert "val" in sides.values()


def test_a_list_can_name_a_whole_source(caplog: pytest.LogCaptureFixture) -> None:
    pairs = _pairs(60) + _pairs(40, "b")
    sides = split(pairs, PARAMS, seed=1, test_names=frozenset({"b/*", "a/7"}))
    assert {name for name, side in sides.items() if side == "test"} == {"a/7", *(f"b/{n}" for n in range(40))}
    assert not caplog.text
    split(pairs, PARAMS, seed=1, test_names=frozenset({"b/*", "c/*"}))
    assert "1 test names are not in the manifest, such as c/*" in caplog.text


def test_a_list_that_names_no_pair_is_refused_and_a_partly_known_one_warns(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SplitError, match=r"none of 1 test names \(such as b/9\)"):
        split(_pairs(30), PARAMS, seed=1, test_names=frozenset({"b/9"}))
    split(_pairs(30), PARAMS, seed=1, test_names=frozenset({"a/3", "b/9"}))
    assert "1 test names are not in the manifest, such as b/9" in caplog.text


@pytest.mark.parametrize("seed", range(12))
def test_six_groups_fill_all_sides(seed: int) -> None:
    assert set(split(_pairs(6), PARAMS, seed).values()) == {"train", "val", "test"}


def test_too_few_groups_are_refused() -> None:
    with pytest.raises(SplitError, match=r"1 groups of photos leave .* at least 6 are needed"):
        split(_pairs(20, per_group=20), PARAMS, seed=0)


def test_a_list_of_test_names_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("# official\na/1\n\n  b/zwei  \nc/3\tits hash\n", encoding="utf-8")
    assert read_test_names(path) == {"a/1", "b/zwei", "c/3"}
    path.write_text("# nothing\n")
    with pytest.raises(SplitError, match="no names"):
        read_test_names(path)
    with pytest.raises(SplitError, match="not found"):
        read_test_names(tmp_path / "absent.txt")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_list_of_test_names_is_read_as_windows_saves_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes("a/1\r\nb/zwölf\r\n".encode(encoding))
    assert read_test_names(path) == {"a/1", "b/zwölf"}


def test_a_list_of_test_names_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_bytes("b/zwölf\n".encode("cp1252"))
    with pytest.raises(SplitError, match=r"names\.txt: neither UTF-8 nor UTF-16; save it as UTF-8"):
        read_test_names(tmp_path / "names.txt")


def test_a_changed_framing_keeps_the_side() -> None:
    pairs = _pairs(100)
    changed = [replace(pair, framing="far") for pair in pairs]
    assert split(pairs, PARAMS, seed=1) == split(changed, PARAMS, seed=1)
