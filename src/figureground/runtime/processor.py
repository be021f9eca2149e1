"""What the processor can do, by which the files of a packaged model are chosen.

A model in whole numbers of 8 bits is quicker only where one instruction multiplies and adds four of them: VNNI on x86,
the dot product on Arm. Elsewhere it gains nothing over floating point, or loses.
"""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path
from typing import Final, Literal

Precision = Literal["int8", "float16"]
CPUINFO: Final = Path("/proc/cpuinfo")
QUICK_INT8: Final = frozenset({"avx512_vnni", "avx_vnni", "asimddp"})
_TOLD: Final = ("avx", "avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "asimdhp", "asimddp", "i8mm")


@cache
def features() -> frozenset[str]:
    """The processor's features by the names that Linux gives them; none where the system does not tell."""
    system, machine = platform.system(), platform.machine()
    if system == "Linux":
        return listed_features(CPUINFO)
    if system == "Darwin" and machine == "arm64":
        return frozenset({"asimd", "asimdhp", "asimddp"})  # which all of Apple's own have; see their FEAT_DotProd
    if system == "Windows" and machine == "AMD64":
        return asked_features()
    return frozenset()


def best_precision() -> Precision:
    """The precision in which models run quickest here: float16 is stored, and computed in float32."""
    return "int8" if features() & QUICK_INT8 else "float16"


def described() -> str:
    """The processor in a few words, to stand beside times: only between processors alike are ratios alike."""
    told = [name for name in _TOLD if name in features()]
    return f"processor: {platform.machine()}, {' '.join(told) or 'features unknown'}; models in {best_precision()}"


def listed_features(cpuinfo: Path) -> frozenset[str]:
    """Features that Linux lists, of the first core; none where there is no such list."""
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return frozenset()
    for line in lines:
        name, _, values = line.partition(":")
        if name.strip() in ("flags", "Features"):  # of x86 and of Arm
            return frozenset(values.split())
    return frozenset()


def asked_features() -> frozenset[str]:
    """Features that an x86 processor tells of itself: Windows lists none of those that matter."""
    try:
        from archspec.cpu.detect import cpuid_info

        return frozenset(cpuid_info().features)
    except (ImportError, OSError, MemoryError):  # a system may forbid what it needs, memory that can be run
        return frozenset()
