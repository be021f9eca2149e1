"""Fetch the web page's two libraries from the npm registry into src/figureground/web/static.

    python tools/page_libraries.py

The result lies in git; this is how it was made, and how newer versions are taken. Each has a README.md beside it.

- LiteRT.js runs the models. Of its four builds the one called compat is taken: it needs neither relaxed SIMD, which
  Safari lacks, nor threads, and on our models it was as fast as the others. Files are unchanged, but for one import
  that browsers cannot resolve; the larger ones are compressed, as they are sent.
- client-zip packs pictures into one archive. It is unchanged.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent.parent / "src/figureground/web/static"


@dataclass(frozen=True)
class Package:
    """A package of the npm registry: its archive's SHA-512 as npm states it, and the files that are taken."""

    name: str
    version: str
    integrity: str
    files: Mapping[str, str]


PACKAGES = (
    Package(
        "@litertjs/core",
        "2.5.3",
        "PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8IwqgqCIkviYGr9OFDL1kCnN4nzWoyJQ==",
        {
            "package/dist/index.js": "litert/index.js",
            "package/wasm/litert_wasm_compat_internal.js": "litert/litert_wasm_compat_internal.js.gz",
            "package/wasm/litert_wasm_compat_internal.wasm": "litert/litert_wasm_compat_internal.wasm.gz",
        },
    ),
    Package(
        "@litertjs/wasm-utils",
        "2.5.3",
        "4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVqZW580Tmk78pC2kT39A9OYBVdFawteZ/sI1kQ==",
        {"package/dist/index.js": "litert/wasm-utils.js"},
    ),
    Package(
        "client-zip",
        "2.5.1",
        "yOvNSBsQX1B7wtdvIVXJEIIShrlPiX+adhli7sWvQhsx3nX1DjvpSt+AwOxaX+3DCsT/Yx0nRy5hIjRLIYfebw==",
        {"package/index.js": "client-zip/index.js", "package/LICENSE.txt": "client-zip/LICENSE.txt"},
    ),
)


def fetch(package: Package) -> bytes:
    """The archive of a package, by npm from whichever registry it is set to."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{package.name}@{package.version}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = (path.read_bytes() for path in Path(folder).iterdir())
    if base64.b64encode(hashlib.sha512(archive).digest()).decode() != package.integrity:
        raise SystemExit(f"{package.name} {package.version}: not the archive that was expected (its SHA-512 differs)")
    return archive


def main() -> None:
    for package in PACKAGES:
        with tarfile.open(fileobj=io.BytesIO(fetch(package))) as archive:
            for source, target in package.files.items():
                member = archive.extractfile(source)
                assert member is not None
                content = member.read().replace(b'from "@litertjs/wasm-utils"', b'from "./wasm-utils.js"')
                content = content.replace(b"\n//# sourceMappingURL=index.js.map", b"")
                if target.endswith(".gz"):
                    content = gzip.compress(content, 9, mtime=0)
                (STATIC / target).parent.mkdir(parents=True, exist_ok=True)
                (STATIC / target).write_bytes(content)
                print(f"{STATIC / target}: {len(content)} bytes")


if __name__ == "__main__":
    main()
