"""Mitsuba 3, its compiler and Intel's denoiser, loaded once a process."""

from __future__ import annotations

import ctypes.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from figureground.errors import FiguregroundError, first_line, install_hint

VARIANT = "llvm_ad_rgb"  # four times as fast as scalar_rgb once its kernels are compiled
LLVM_VARIABLE = "DRJIT_LIBLLVM_PATH"


class RenderError(FiguregroundError):
    """Nothing can be rendered on this machine. The message says what to install."""


@cache
def prepare() -> None:
    """Load Mitsuba and its compiler for one thread; called before any other function here, at once in each process.

    Raises:
        RenderError: Mitsuba, LLVM or the denoiser is missing.
    """
    if LLVM_VARIABLE not in os.environ and (library := _find_llvm()):
        os.environ[LLVM_VARIABLE] = library
    try:
        import mitsuba
        import pyoidn  # noqa: F401
    except ModuleNotFoundError as error:
        raise RenderError(f"rendering needs the package {error.name}; {install_hint('synth')}") from None
    except (ImportError, OSError) as error:  # of the denoiser's own libraries
        raise RenderError(
            f"the denoiser cannot be loaded ({' '.join(str(error).split())}); install pyoidn anew"
        ) from None
    try:
        mitsuba.set_variant(VARIANT)
        drjit_module().set_thread_count(2)
        drjit_module().eval(drjit_module().arange(mitsuba.Float, 2) + 1)
    except Exception as error:  # Dr.Jit raises RuntimeError, Mitsuba ImportError where LLVM is missing
        raise RenderError(
            f"no LLVM library was found, with which rendering compiles its kernels ({first_line(error)}); install it "
            f"(Debian: apt-get install libllvm19) or set {LLVM_VARIABLE} to the file libLLVM.so"
        ) from None


@contextmanager
def one_thread() -> Iterator[None]:
    """The work of one picture is too small to share, and two processes are quicker than two threads.

    Only here: with one thread for good, Mitsuba waits for ever when it reads a file in pieces.
    """
    dr = drjit_module()
    dr.set_thread_count(1)
    try:
        yield
    finally:
        dr.set_thread_count(2)


def drjit_module() -> Any:
    import drjit

    return drjit


def mitsuba_module() -> Any:
    prepare()
    import mitsuba

    return mitsuba


def _find_llvm() -> str | None:
    """Dr.Jit looks for plain libLLVM.so, which distributions keep for their development packages."""
    places = [Path("/usr/lib"), Path("/usr/lib64"), Path("/usr/local/lib"), Path("/opt/homebrew/opt/llvm/lib")]
    found = [file for place in places for file in (*place.glob("libLLVM*.so*"), *place.glob("*/libLLVM*.so*"))]
    found += [
        file for place in places for file in (*place.glob("llvm-*/lib/libLLVM*.so*"), *place.glob("libLLVM*.dylib"))
    ]
    return str(max(found, key=lambda file: file.name)) if found else ctypes.util.find_library("LLVM")
