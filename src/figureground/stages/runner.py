"""What every stage does around its work: logging to the terminal, one line for an error, the exit status."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from figureground import paths, stages
from figureground.errors import FiguregroundError
from figureground.interrupts import exit_status, sigterm_interrupts
from figureground.params import Params, flat, read_params

log = logging.getLogger("figureground")

_ANNOUNCEMENTS = (
    b"messages before absl::InitializeLog()",
    b"oneDNN custom operations are on",
    b"Could not find cuda drivers",
)


def run(main: Callable[[], None], backend: str = "tensorflow") -> None:
    """Call a stage's main; exit with 1 and one line where it cannot do its work, with 130 or 143 where it is
    interrupted."""
    prepare(backend)
    try:
        if signal.getsignal(signal.SIGINT) is stages.leave:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        with sigterm_interrupts():
            main()
    except (FiguregroundError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt as interrupt:
        print(stages.INTERRUPTED, file=sys.stderr)
        sys.exit(exit_status(interrupt))


def prepare(backend: str = "tensorflow") -> None:
    """Quiet libraries, Keras without the user's settings, readable log lines; before any of them is imported.

    Args:
        backend: Keras' own, `tensorflow` or `jax`.
    """
    settle_keras(backend)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2" if _has_gpu() else "3")  # without: an alarm that it is missing
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it looks for a newer version over the network
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    logging.getLogger("figureground").setLevel(logging.INFO)


def prepare_tensorflow(backend: str = "tensorflow") -> None:
    """`prepare`, and import TensorFlow without what it announces before it heeds its log level, unless that is asked
    for by a lower one. Whatever else is written to stderr meanwhile is passed on. Another backend gets the GPUs."""
    prepare(backend)
    _import_tensorflow()
    if backend != "tensorflow":
        import tensorflow

        tensorflow.config.set_visible_devices([], "GPU")


def _import_tensorflow() -> None:
    if os.environ["TF_CPP_MIN_LOG_LEVEL"] not in ("2", "3"):
        return
    from figureground.processes import stderr_into

    with tempfile.TemporaryFile() as told:
        try:
            with stderr_into(told):
                import tensorflow  # noqa: F401
        finally:
            told.seek(0)
            other = [line for line in told if not any(note in line for note in _ANNOUNCEMENTS)]
            sys.stderr.write(b"".join(other).decode(errors="replace"))


def _has_gpu() -> bool:
    """Whether TensorFlow may find one that CUDA knows, on Linux or in Windows' subsystem for it."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return not hidden and (Path("/dev/dxg").exists() or any(Path("/dev").glob("nvidia[0-9]*")))


def settle_keras(backend: str = "tensorflow") -> None:
    """Keras on TensorFlow, or another backend, with its own defaults, whatever the user's `~/.keras/keras.json` says.

    That, or the environment, may name another backend, precision or order of axes. Downloaded weights go to a folder of
    ours, since Keras has one for both.
    """
    for name in [name for name in os.environ if name.startswith("KERAS_")]:
        del os.environ[name]
    os.environ.pop("TF_USE_LEGACY_KERAS", None)
    os.environ["KERAS_BACKEND"] = backend
    os.environ["KERAS_HOME"] = str(paths.user_cache() / "keras")


def refuse_changed(began_with: Params, sections: Sequence[str]) -> None:
    """Fail at the end of a long stage if params.yaml says by then other than when it began.

    DVC would write down the values as they stand now as those that made the results, and find everything up to date.

    Raises:
        FiguregroundError: It does, in one of these sections.
    """
    before, now = flat(began_with), flat(read_params())
    keys = [key for key in before | now if key.split(".")[0] in sections]
    changed = [key for key in keys if before.get(key) != now.get(key)]
    if changed:
        listed = ", ".join(f"{key} from {before.get(key)} to {now.get(key)}" for key in changed)
        raise FiguregroundError(
            f"params.yaml: {listed}, changed while the stage was at work; change back and run again to keep what was "
            "made, which takes seconds, or run again as it is"
        )


@contextmanager
def only_one(work: Path) -> Iterator[None]:
    """Keeps a second process out of the same half-done work: a killed `dvc` leaves its stage running.

    Raises:
        FiguregroundError: Another process holds the lock; the lock goes by itself when that process ends.
    """
    work.mkdir(parents=True, exist_ok=True)
    holder = work.with_suffix(".pid")
    try:
        with FileLock(work.with_suffix(".lock"), timeout=0):
            holder.write_text(str(os.getpid()))
            yield
            holder.unlink()
    except Timeout:
        pid = holder.read_text() if holder.exists() else "unknown"
        raise FiguregroundError(
            f"{work}: process {pid} is at the same work already; wait for it or end it (kill {pid})"
        ) from None
