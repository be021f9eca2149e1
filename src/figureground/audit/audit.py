"""The audit: which pairs of `data/` are used, which are not and why, and which deserve a look."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path

from tqdm import tqdm

from figureground.audit.comparisons import Candidate, compare
from figureground.audit.counts import write_counts
from figureground.audit.duplicates import join_groups
from figureground.audit.findings import Examined, Fault, Suspicion, examine
from figureground.audit.sheet import Section, draw_sheet
from figureground.audit.summaries import CommonFinding, take_common
from figureground.dataset.manifest import FRAMINGS, Pair, write_manifest
from figureground.dataset.metadata import PHOTO_SUFFIXES, Row, read_metadata
from figureground.dataset.suspects import Suspect, write_suspects
from figureground.errors import FiguregroundError
from figureground.files import write_bytes, write_table
from figureground.params import AuditParams
from figureground.pictures import encode_jpeg
from figureground.processes import in_order, worthwhile

log = logging.getLogger(__name__)

PAIRS_A_PROCESS = 32  # fewer are examined sooner than another process has started
REJECTED_COLUMNS = ("name", "source", "reason", "detail")
COUNT_COLUMNS = ("source", "framing", "photos")
SOURCE_COLUMNS = ("source", "finding", "pairs", "used")
SUMMARY_COLUMNS = ("pairs", "rejected", "suspects", "groups", "duplicates")
LEAST_SCORE = 0.1  # of a suspect that deserves a look; below are look-alikes whose masks agree


class AuditError(FiguregroundError):
    """The audit cannot be done, or leaves nothing to work with."""


class AuditStopped(AuditError):
    """Pairs were found that cannot be used, and `audit.on_finding` is stop."""


@dataclass(frozen=True)
class Report:
    """All that the audit found, in the order of its tables.

    Attributes:
        common: What holds for whole sources and is no single pair's fault.
        duplicates: How many pairs of photos look alike.
    """

    pairs: list[Pair]
    rejected: dict[str, Fault]
    suspects: list[Suspect]
    common: list[CommonFinding]
    duplicates: int

    @property
    def worth_a_look(self) -> list[Suspect]:
        return [suspect for suspect in self.suspects if suspect.score >= LEAST_SCORE]


def audit(data: Path, params: AuditParams, out: Path, *, workers: int | None = None) -> dict[str, int]:
    """Check every pair of the folder `data` and write the reports into `out`.

    Writes manifest.csv, rejected.csv, suspects.csv, sources.csv, counts.csv, summary.csv, suspects.jpg and counts.png.
    The result does not depend on the number of workers.

    Args:
        workers: Processes; as many as there are cores if None.
    Returns:
        The counts of summary.csv.
    Raises:
        AuditStopped: A pair cannot be used and `params.on_finding` is stop. The reports are written before.
        AuditError: No pair can be used.
        WorkerKilled: A worker process was ended from outside.
        MetadataError: metadata.csv is missing or damaged.
    """
    rows = read_metadata(data)
    strays = _strays(data, {row.name for row in rows})
    examined = _examine_all(data, [row.name for row in rows], params, workers)
    report = _judge(rows, examined, params, strays)
    _warn_of_empty_sources(rows, report.pairs)
    _write(data, out, report, params)
    log.info("audit: %s", _headline(report, out))
    if report.rejected and params.on_finding == "stop":
        raise AuditStopped(_stop_message(report.rejected, out))
    if not report.pairs:
        raise AuditError(f"{data}: none of {len(report.rejected)} pairs can be used; see {out / 'rejected.csv'}")
    return _summary(report)


def _warn_of_empty_sources(rows: Sequence[Row], pairs: Sequence[Pair]) -> None:
    """A source that has masks, and nobody on any of them, was most likely imported with wrong numbers."""
    drawn = {row.source for row in rows if not row.nobody} - {pair.source for pair in pairs if pair.person_share > 0}
    for source, count in sorted(Counter(pair.source for pair in pairs if pair.source in drawn).items()):
        log.warning(
            "%s: none of its %d masks shows a person; check person_values, mask_threshold or the category's name and "
            "import again, or import it with nobody: true if nobody is there",
            source,
            count,
        )


def _strays(data: Path, known: set[str]) -> dict[str, Fault]:
    """Files that metadata.csv does not name, and names that stand for two photos."""
    photos = Counter(_names(data / "images", PHOTO_SUFFIXES))
    faults = {name: Fault("two photos", "of one name; remove one") for name, count in photos.items() if count > 1}
    for name in photos.keys() - known:
        faults[name] = Fault("not in metadata", f"{data / 'images' / name}: no row in metadata.csv; import it again")
    for folder in ("masks", "coverage", "held"):
        for name in set(_names(data / folder, (".png",))) - known - photos.keys():
            lost = data / folder / f"{name}.png"
            faults[name] = Fault("mask without photo", f"{lost}: no photo and no row in metadata.csv")
    return faults


def _names(folder: Path, suffixes: Sequence[str]) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.suffix in suffixes and not path.name.startswith("."):
            yield path.relative_to(folder).with_suffix("").as_posix()


def _examine_all(data: Path, names: Sequence[str], params: AuditParams, workers: int | None) -> list[Examined]:
    work = partial(examine, data, params=params)
    processes = worthwhile(len(names), workers, least=PAIRS_A_PROCESS)
    examined = in_order(work, names, processes, advice="close other programs and run again")
    return list(tqdm(examined, "audit", len(names), unit="pair", disable=None))


def _judge(
    rows: Sequence[Row], examined: Sequence[Examined], params: AuditParams, strays: Mapping[str, Fault]
) -> Report:
    rejected = dict(strays)
    candidates = []
    kept = []
    for row, pair in zip(rows, examined, strict=True):
        if pair.fault is not None:
            rejected.setdefault(pair.name, pair.fault)
        if pair.name not in rejected and pair.appearance is not None:
            candidates.append(Candidate(row.name, row.source, pair.appearance, row.reviewed))
            kept.append(row)
    comparison = compare(candidates, params)
    groups = join_groups([row.group for row in kept], comparison.duplicates)
    rejected.update(comparison.faults)
    pairs = [
        _pair(row, candidate, group)
        for row, candidate, group in zip(kept, candidates, groups, strict=True)
        if row.name not in rejected
    ]
    suspicions = {pair.name: [*pair.suspicions, *comparison.suspicions.get(pair.name, [])] for pair in examined}
    single, common = take_common(
        {pair.name: suspicions[pair.name] for pair in pairs}, {pair.name: pair.source for pair in pairs}
    )
    return Report(pairs, dict(sorted(rejected.items())), _rank(single), common, len(comparison.duplicates))


def _pair(row: Row, candidate: Candidate, group: str) -> Pair:
    seen = candidate.appearance
    return Pair(
        name=row.name,
        source=row.source,
        group=group,
        licence=row.licence,
        width=seen.width,
        height=seen.height,
        framing=seen.framing,
        person_share=seen.person_share,
        void_share=seen.void_share,
    )


def _rank(suspicions: Mapping[str, Sequence[Suspicion]]) -> list[Suspect]:
    """Most suspect first. Reasons add up as independent chances do: 1 - (1 - a)(1 - b)."""
    suspects = []
    for name, reasons in suspicions.items():
        innocent = 1.0
        for reason in reasons:
            innocent *= 1.0 - reason.score
        strongest_first = sorted(reasons, key=lambda reason: -reason.score)
        if reasons:
            told = "; ".join(reason.reason for reason in strongest_first)
            suspects.append(Suspect(name, name.partition("/")[0], 1.0 - innocent, strongest_first[0].kind, told))
    return sorted(suspects, key=lambda suspect: (-suspect.score, suspect.name))


def _summary(report: Report) -> dict[str, int]:
    counts = (
        len(report.pairs),
        len(report.rejected),
        len(report.worth_a_look),
        len({pair.group for pair in report.pairs}),
        report.duplicates,
    )
    return dict(zip(SUMMARY_COLUMNS, counts, strict=True))


def _headline(report: Report, out: Path) -> str:
    """What was found, in a line; what holds for a whole source is in it."""
    suspects = len(report.worth_a_look)
    look = f"{suspects} deserve{'s' if suspects == 1 else ''} a look" if suspects else "none of them deserves a look"
    parts = [f"{len(report.pairs)} pairs are used, {look}"]
    if report.rejected:
        parts.append(f"{len(report.rejected)} cannot be used ({out / 'rejected.csv'})")
    return "; ".join(parts) + (f" ({out / 'suspects.jpg'})" if suspects or report.rejected else "")


def _counts(pairs: Sequence[Pair]) -> dict[tuple[str, str], int]:
    """Photos by source and framing, zeros included."""
    counts = Counter((pair.source, pair.framing) for pair in pairs)
    return {key: counts[key] for key in product(sorted({pair.source for pair in pairs}), FRAMINGS)}


def _write(data: Path, out: Path, report: Report, params: AuditParams) -> None:
    write_manifest(out / "manifest.csv", report.pairs)
    rejected = (
        {"name": name, "source": name.partition("/")[0], "reason": fault.reason, "detail": fault.detail}
        for name, fault in report.rejected.items()
    )
    write_table(out / "rejected.csv", REJECTED_COLUMNS, rejected)
    write_suspects(out / "suspects.csv", report.suspects)
    write_table(out / "sources.csv", SOURCE_COLUMNS, map(asdict, report.common))
    counts = _counts(report.pairs)
    rows = ({"source": source, "framing": name, "photos": count} for (source, name), count in counts.items())
    write_table(out / "counts.csv", COUNT_COLUMNS, rows)
    write_table(out / "summary.csv", SUMMARY_COLUMNS, [_summary(report)])
    write_counts(counts, out / "counts.png")
    sheet = draw_sheet(data, _opening(report), _sections(report, params.suspects_on_sheet))
    write_bytes(out / "suspects.jpg", encode_jpeg(sheet, 90))


def _opening(report: Report) -> list[str]:
    """What stands above the pictures."""
    lines = [
        f"{len(report.pairs)} pairs are used, {len(report.worth_a_look)} of them deserve a look, "
        f"{len(report.rejected)} cannot be used."
    ]
    if report.worth_a_look:
        lines.append(
            "Score: 0 nothing speaks against the mask, 1 it is certainly wrong. Several reasons make it higher."
        )
    if report.common:
        lines += ["What holds for a whole source, and is said here only:", *map(str, report.common)]
    return lines


def _sections(report: Report, count: int) -> list[Section]:
    """What the picture sheet shows: `count` suspects at most, and fewer of what is not used."""
    shown = report.worth_a_look[:count]
    suspects = [(item.name, f"score {item.score:.2f}: {item.reason}") for item in shown]
    rejected = [(name, f"{fault.reason}: {fault.detail}") for name, fault in report.rejected.items()]
    some = max(1, count // 3)
    return [
        Section(f"Worth a look: {len(shown)} of {len(report.worth_a_look)}, the worst first", suspects),
        Section(f"Not used: {min(some, len(rejected))} of {len(rejected)}", rejected[:some]),
    ]


def _stop_message(rejected: Mapping[str, Fault], out: Path) -> str:
    first = ", ".join(f"{name} ({fault.reason})" for name, fault in list(rejected.items())[:3])
    more = ", …" if len(rejected) > 3 else ""
    count = f"{len(rejected)} pair{'s' if len(rejected) > 1 else ''}"
    return (
        f"{count} cannot be used: {first}{more}; see {out / 'rejected.csv'}, "
        "mend them and import again, or set audit.on_finding to drop"
    )
