import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.audit.audit import AuditError, AuditStopped, audit
from figureground.audit.findings import Suspicion
from figureground.audit.summaries import take_common
from figureground.dataset.manifest import Pair, read_manifest
from figureground.dataset.metadata import MetadataError, Row, write_metadata
from figureground.params import AuditParams
from figureground.pictures import Picture, read_photo
from figureground.sheets import PERSON_COLOUR, VOID_COLOUR

HEIGHT, WIDTH = 160, 120
PARAMS = AuditParams(
    on_finding="drop",
    min_side=64,
    max_void_share=0.5,
    min_empty_share=0.1,
    max_specks=10,
    near_duplicate_bits=10,
    near_duplicate_difference=0.08,
    suspects_on_sheet=6,
)

Drawn = tuple[np.ndarray, np.ndarray]


def draw(number: int) -> Drawn:
    """A person (head and backbone, off the middle) before soft shapes; photo and mask, different for every number."""
    random = np.random.default_rng(number)
    photo = cv2.resize(random.integers(0, 160, (6, 5, 3), np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    middle = int(random.integers(35, 55))
    cv2.ellipse(mask, (middle, 50), (16, 20), 0, 0, 360, 255, -1)
    cv2.rectangle(mask, (middle - 28, 72), (middle + 28, HEIGHT), 255, -1)
    cv2.rectangle(mask, (middle - 6, 60), (middle + 6, 80), 255, -1)
    photo[mask == 255] = random.integers(170, 256, 3)
    return photo, mask


class Folder:
    """A data set on disk to which pairs are added one by one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: list[Row] = []

    def add(
        self, name: str, photo: np.ndarray | bytes | None, mask: np.ndarray | bytes | None, group: str = ""
    ) -> None:
        source = name.partition("/")[0]
        for kind, suffix, content in (("images", ".png", photo), ("masks", ".png", mask)):
            path = self.root / kind / f"{name}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is not None:
                stored = content if isinstance(content, bytes) else cv2.imencode(".png", content)[1].tobytes()
                path.write_bytes(stored)
        self.rows.append(Row(name, source, group or name, "CC0", WIDTH, HEIGHT))

    def add_good(self, source: str, count: int, start: int = 0) -> None:
        for number in range(start, start + count):
            self.add(f"{source}/{number:03d}", *draw(number))

    def audit(self, params: AuditParams = PARAMS, workers: int | None = 1, out: str = "out") -> dict[str, int]:
        write_metadata(self.root, self.rows)
        return audit(self.root, params, self.root / out, workers=workers)

    def table(self, name: str, out: str = "out") -> list[dict[str, str]]:
        with (self.root / out / name).open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    def pairs(self) -> dict[str, Pair]:
        return {pair.name: pair for pair in read_manifest(self.root / "out" / "manifest.csv")}

    def reasons(self) -> dict[str, str]:
        return {row["name"]: row["reason"] for row in self.table("rejected.csv")}

    def suspicions(self) -> dict[str, str]:
        return {row["name"]: row["reason"] for row in self.table("suspects.csv")}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def specked(mask: Picture) -> Picture:
    return np.asarray(mask | (255 * (np.indices(mask.shape) % 8 == 0).all(axis=0)).astype(np.uint8))


def test_good_pairs_are_used_and_described(folder: Folder) -> None:
    folder.add_good("walk", 4)
    folder.add("empty land/ö 1", draw(50)[0], np.zeros((HEIGHT, WIDTH), np.uint8))
    metrics = folder.audit()
    assert folder.reasons() == {} and not (folder.suspicions().keys() & {f"walk/{i:03d}" for i in range(4)})
    pair = folder.pairs()["walk/001"]
    share = float(np.mean(draw(1)[1] == 255))
    assert (pair.width, pair.height, pair.group, pair.licence) == (WIDTH, HEIGHT, "walk/001", "CC0")
    assert pair.person_share == pytest.approx(share, abs=1e-5) and pair.void_share == 0.0
    assert folder.pairs()["empty land/ö 1"].framing == "nobody"
    assert metrics == {"pairs": 5, "rejected": 0, "suspects": 0, "groups": 5, "duplicates": 0}
    counts = {(row["source"], row["framing"]): int(row["photos"]) for row in folder.table("counts.csv")}
    assert sum(counts.values()) == 5 and counts["walk", "nobody"] == 0 and counts["empty land", "nobody"] == 1
    assert folder.table("summary.csv") == [{key: str(value) for key, value in metrics.items()}]
    assert cv2.imread(str(folder.root / "out/counts.png")) is not None
    assert cv2.imread(str(folder.root / "out/suspects.jpg")) is not None


def _png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def _void(mask: np.ndarray) -> np.ndarray:
    mask = mask.copy()
    mask[: HEIGHT * 3 // 4] = 128
    return mask


BAD: dict[
    str, tuple[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray | bytes | None, np.ndarray | bytes | None]]]
]
BAD = {
    "cut photo": ("photo unreadable", lambda photo, mask: (_png(photo)[: len(_png(photo)) // 2], mask)),
    "text photo": ("photo unreadable", lambda photo, mask: (b"not a picture", mask)),
    "empty file": ("photo unreadable", lambda photo, mask: (b"", mask)),
    "cut mask": ("mask unreadable", lambda photo, mask: (photo, _png(mask)[: len(_png(mask)) // 2])),
    "no mask": ("photo without mask", lambda photo, mask: (photo, None)),
    "no photo": ("mask without photo", lambda photo, mask: (None, mask)),
    "grey mask": ("mask not two-valued", lambda photo, mask: (photo, cv2.GaussianBlur(mask, (9, 9), 0))),
    "turned mask": ("mask transposed", lambda photo, mask: (photo, np.ascontiguousarray(mask.T))),
    "small mask": ("sizes differ", lambda photo, mask: (photo, mask[::2, ::2])),
    "small photo": ("too small", lambda photo, mask: (photo[:60, :60], mask[:60, :60])),
    "flat photo": ("photo blank", lambda photo, mask: (np.full_like(photo, 90), mask)),
    "full": ("full mask", lambda photo, mask: (photo, np.full_like(mask, 255))),
    "void": ("too much void", lambda photo, mask: (photo, _void(mask))),
}


def test_each_bad_pair_is_rejected_with_its_reason_and_no_good_one_is(folder: Folder) -> None:
    folder.add_good("set", 5)
    for number, (name, (_, spoil)) in enumerate(BAD.items(), start=100):
        folder.add(f"set/{name}", *spoil(*draw(number)))
    (folder.root / "images/set/stray.png").write_bytes(_png(draw(7)[0]))
    (folder.root / "masks/set/lonely.png").write_bytes(_png(draw(8)[1]))
    metrics = folder.audit()
    expected = {f"set/{name}": reason for name, (reason, _) in BAD.items()}
    assert folder.reasons() == {**expected, "set/stray": "not in metadata", "set/lonely": "mask without photo"}
    assert sorted(folder.pairs()) == [f"set/{number:03d}" for number in range(5)]
    assert metrics["rejected"] == len(BAD) + 2
    assert all(row["detail"] for row in folder.table("rejected.csv"))


def test_findings_stop_where_asked_after_the_reports_are_written(folder: Folder) -> None:
    folder.add_good("set", 3)
    folder.add("set/bad", b"nothing", draw(9)[1])
    with pytest.raises(AuditStopped, match=r"1 pair cannot be used: set/bad \(photo unreadable\); see .*rejected\.csv"):
        folder.audit(PARAMS.model_copy(update={"on_finding": "stop"}))
    assert folder.reasons() == {"set/bad": "photo unreadable"} and len(folder.pairs()) == 3


def test_suspicions_do_not_stop(folder: Folder) -> None:
    folder.add_good("set", 3)
    photo, mask = draw(9)
    folder.add("set/specked", photo, specked(mask))
    folder.audit(PARAMS.model_copy(update={"on_finding": "stop"}))
    assert "set/specked" in folder.suspicions() and "set/specked" in folder.pairs()


def test_nothing_usable_and_no_data_are_errors(folder: Folder) -> None:
    with pytest.raises(MetadataError, match="import photos first"):
        audit(folder.root, PARAMS, folder.root / "out")
    folder.add("set/bad", b"", b"")
    with pytest.raises(AuditError, match="none of 1 pairs can be used"):
        folder.audit()


def test_a_source_whose_masks_show_nobody_at_all_is_warned_of(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    nobody = np.zeros((HEIGHT, WIDTH), np.uint8)
    folder.add_good("people", 3)
    for number in range(10, 14):
        folder.add(f"labels/{number}", draw(number)[0], nobody)
        folder.add(f"towns/{number}", draw(100 + number)[0], nobody)
    folder.rows = [replace(row, nobody=row.source == "towns") for row in folder.rows]
    folder.audit()
    assert [record.message for record in caplog.records] == [
        "labels: none of its 4 masks shows a person; check person_values, mask_threshold or the category's name and "
        "import again, or import it with nobody: true if nobody is there"
    ]


def test_a_lone_empty_mask_is_a_forgotten_one_and_many_are_photos_of_nobody(folder: Folder) -> None:
    nobody = np.zeros((HEIGHT, WIDTH), np.uint8)
    folder.add_good("people", 20)
    folder.add("people/forgotten", draw(500)[0], nobody)
    folder.add_good("mixed", 4, start=30)
    for number in range(4):
        folder.add(f"mixed/land {number}", draw(600 + number)[0], nobody)
    folder.add_good("few", 6, start=40)
    folder.add("few/maybe", draw(700)[0], nobody)
    folder.audit()
    assert folder.reasons() == {"people/forgotten": "empty mask"}
    assert "1 of 7 masks of this source are empty" in folder.suspicions()["few/maybe"]
    assert not any(name.startswith("mixed/land") for name in folder.suspicions())


def test_what_holds_for_a_whole_source_is_said_once(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    folder.add_good("tour", 40)
    for number in range(8):
        folder.add(f"tour/land {number}", draw(600 + number)[0], np.zeros((HEIGHT, WIDTH), np.uint8))
    with caplog.at_level("INFO", "figureground"):
        metrics = folder.audit()
    assert metrics["suspects"] == 0 and not any(name.startswith("tour/land") for name in folder.suspicions())
    assert folder.table("sources.csv") == [{"source": "tour", "finding": "empty mask", "pairs": "8", "used": "48"}]
    assert [record.getMessage() for record in caplog.records] == [
        "audit: 48 pairs are used, none of them deserves a look"
    ]


def test_a_pair_that_is_surely_wrong_is_listed_however_many_are() -> None:
    weak, strong = (Suspicion(score, "person in pieces", "off") for score in (0.2, 0.9))
    suspicions = {f"a/{number}": [strong if number == 3 else weak] for number in range(10)}
    left, common = take_common(suspicions, dict.fromkeys(suspicions, "a"))
    assert {name for name, reasons in left.items() if reasons} == {"a/3"}
    assert [str(finding) for finding in common] == ["a: 10 of 10 pairs: person in pieces"]


def test_the_sheet_explains_its_colours_and_shows_only_what_deserves_a_look(folder: Folder) -> None:
    folder.add_good("set", 6)
    folder.audit()
    nothing = read_photo(folder.root / "out/suspects.jpg")
    folder.add("set/specked", draw(90)[0], specked(draw(90)[1]))
    assert folder.audit()["suspects"] == 1
    sheet = read_photo(folder.root / "out/suspects.jpg")
    assert nothing.shape[0] < 60 and nothing.shape[0] + 224 < sheet.shape[0] < 460  # words, then one row of tiles
    for colour in (PERSON_COLOUR, VOID_COLOUR):
        close = np.abs(sheet[:90].astype(int) - colour).max(axis=2) < 60
        assert close.sum() > 200


def test_inverted_masks_are_rejected_where_the_source_says_so_and_suspect_elsewhere(folder: Folder) -> None:
    folder.add_good("many", 25)
    folder.add("alone/1", draw(800)[0], 255 - draw(800)[1])
    photo, mask = draw(801)
    folder.add("many/inverted", photo, 255 - mask)
    folder.audit()
    found = {**folder.suspicions(), **folder.reasons()}
    assert "invert" in found["many/inverted"] and "inverted?" in found["alone/1"]
    assert not any("invert" in reason for name, reason in found.items() if name[-1] in "0123456789" and name[0] == "m")


def test_a_mask_of_specks_tops_the_ranking_with_the_reason(folder: Folder) -> None:
    folder.add_good("set", 10)
    folder.add("set/wrong", draw(31)[0], specked(draw(31)[1]))
    folder.audit()
    top = folder.table("suspects.csv")[0]
    assert (top["name"], top["kind"]) == ("set/wrong", "specks and small holes") and "specks" in top["reason"]


def test_equal_pairs_are_kept_once(folder: Folder) -> None:
    folder.add_good("a", 3)
    folder.add("b/again", *draw(1))
    folder.audit()
    assert folder.reasons() == {"b/again": "copy"}
    assert folder.table("rejected.csv")[0]["detail"].endswith("a/001")


def test_near_duplicates_share_a_group_and_disagreeing_masks_are_suspect(folder: Folder) -> None:
    folder.add_good("set", 6)
    photo, mask = draw(2)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR)
    folder.add("set/jpeg", jpeg, mask)
    folder.add("set/mirror", np.ascontiguousarray(draw(3)[0][:, ::-1]), np.ascontiguousarray(draw(3)[1][:, ::-1]))
    folder.add("set/other mask", draw(4)[0], np.where(np.arange(HEIGHT)[:, None] < 90, 0, draw(4)[1]).astype(np.uint8))
    metrics = folder.audit()
    pairs = folder.pairs()
    assert pairs["set/jpeg"].group == pairs["set/002"].group
    assert pairs["set/mirror"].group == pairs["set/003"].group
    assert pairs["set/other mask"].group == pairs["set/004"].group
    assert len({pair.group for pair in pairs.values()}) == metrics["groups"] == 6
    assert metrics["duplicates"] == 3
    assert "same photo of set/004, masks agree at person IoU" in folder.suspicions()["set/other mask"]
    scores = {row["name"]: float(row["score"]) for row in folder.table("suspects.csv")}
    assert scores.keys() == {"set/other mask", "set/004"} and scores["set/other mask"] > 0.3
    assert [row["finding"] for row in folder.table("sources.csv")] == ["look-alike of another photo"]


def test_groups_joined_through_duplicates_become_one(folder: Folder) -> None:
    folder.add("a/1", *draw(1), group="a/shoot")
    folder.add("a/2", *draw(2), group="a/shoot")
    folder.add("b/1", cv2.GaussianBlur(draw(2)[0], (3, 3), 0), draw(2)[1], group="b/day")
    folder.add("b/2", *draw(3), group="b/day")
    folder.add("b/3", *draw(4))
    folder.audit()
    assert {name: pair.group for name, pair in folder.pairs().items()} == {
        "a/1": "a/shoot", "a/2": "a/shoot", "b/1": "a/shoot", "b/2": "a/shoot", "b/3": "b/3",
    }  # fmt: skip


@pytest.mark.slow
def test_reports_do_not_depend_on_the_number_of_workers(folder: Folder) -> None:
    folder.add_good("set", 66)
    folder.add("set/bad", b"x", b"y")
    folder.add("set/specked", draw(90)[0], specked(draw(90)[1]))
    assert folder.audit(workers=1, out="one") == folder.audit(workers=2, out="two")
    files = sorted(path.name for path in (folder.root / "one").iterdir())
    assert files == [
        "counts.csv", "counts.png", "manifest.csv", "rejected.csv", "sources.csv", "summary.csv", "suspects.csv",
        "suspects.jpg",
    ]  # fmt: skip
    for name in files:
        assert (folder.root / "one" / name).read_bytes() == (folder.root / "two" / name).read_bytes()


def test_masks_of_held_things_have_to_fit(folder: Folder) -> None:
    folder.add_good("set", 4)
    (folder.root / "held/set").mkdir(parents=True)
    held = np.zeros((HEIGHT, WIDTH), np.uint8)
    held[:9, :9] = 255
    for name, picture in (("000", held), ("001", held[1:]), ("002", held // 2), ("lost", held)):
        cv2.imwrite(str(folder.root / f"held/set/{name}.png"), picture)
    folder.audit()
    assert folder.reasons() == {
        "set/001": "sizes differ",
        "set/002": "held mask unreadable",
        "set/lost": "mask without photo",
    }


def test_pairs_with_coverage_in_place_of_masks_are_used_and_stray_coverage_is_named(folder: Folder) -> None:
    folder.add_good("set", 4)
    (folder.root / "coverage/set").mkdir(parents=True)
    for number in range(4):
        mask = folder.root / f"masks/set/{number:03d}.png"
        soft = cv2.GaussianBlur(cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE), (0, 0), 1)
        cv2.imwrite(str(folder.root / f"coverage/set/{number:03d}.png"), soft)
        mask.unlink()
    (folder.root / "coverage/set/lost.png").write_bytes((folder.root / "coverage/set/000.png").read_bytes())
    folder.audit()
    assert [pair.name for pair in read_manifest(folder.root / "out/manifest.csv")] == [f"set/{k:03d}" for k in range(4)]
    assert {row["name"]: row["reason"] for row in folder.table("rejected.csv")} == {"set/lost": "mask without photo"}
