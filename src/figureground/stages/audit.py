"""Stage `audit`: find pairs that cannot or should not be trained on."""

from __future__ import annotations

from figureground.audit.audit import audit
from figureground.params import flat, read_params
from figureground.paths import DATA, RESULTS
from figureground.stages import runner
from figureground.tracking.runs import stage_run


def main() -> None:
    params = read_params()
    out = RESULTS / "audit"
    with stage_run("audit", flat(params), sections=("audit",)) as run:
        try:
            run.log_metrics(audit(DATA, params.audit, out))
        finally:  # a stop by `audit.on_finding` comes after the reports, which say what to mend
            for report in ("rejected.csv", "suspects.csv", "sources.csv", "counts.csv", "suspects.jpg", "counts.png"):
                run.log_artifact(out / report)


if __name__ == "__main__":
    runner.run(main)
