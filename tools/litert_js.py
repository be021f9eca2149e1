"""Fetch LiteRT.js, the runtime that the web page uses, from the npm registry into src/figureground/web/static/litert.

    python tools/litert_js.py

The result lies in git; this is how it was made, and how a newer version is taken. Of the four builds of the runtime
the one called compat is taken: it needs neither relaxed SIMD, which Safari lacks, nor threads, and on our models it
was as fast as the others. Files are unchanged, but for one import that browsers cannot resolve; the larger ones are
compressed, as they are sent.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/figureground/web/static/litert"
VERSION = "2.5.3"
PACKAGES = {  # name: SHA-512 of its archive as npm states it, and the files that are taken
    "core": (
        "PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8IwqgqCIkviYGr9OFDL1kCnN4nzWoyJQ==",
        {
            "package/dist/index.js": "index.js",
            "package/wasm/litert_wasm_compat_internal.js": "litert_wasm_compat_internal.js.gz",
            "package/wasm/litert_wasm_compat_internal.wasm": "litert_wasm_compat_internal.wasm.gz",
        },
    ),
    "wasm-utils": (
        "4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVqZW580Tmk78pC2kT39A9OYBVdFawteZ/sI1kQ==",
        {"package/dist/index.js": "wasm-utils.js"},
    ),
}


def fetch(name: str, integrity: str) -> bytes:
    """The archive of a package, by npm from whichever registry it is set to."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"@litertjs/{name}@{VERSION}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = (path.read_bytes() for path in Path(folder).iterdir())
    if base64.b64encode(hashlib.sha512(archive).digest()).decode() != integrity:
        raise SystemExit(f"@litertjs/{name} {VERSION}: not the archive that was expected (its SHA-512 differs)")
    return archive


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, (integrity, wanted) in PACKAGES.items():
        with tarfile.open(fileobj=io.BytesIO(fetch(name, integrity))) as archive:
            for source, target in wanted.items():
                member = archive.extractfile(source)
                assert member is not None
                content = member.read().replace(b'from "@litertjs/wasm-utils"', b'from "./wasm-utils.js"')
                content = content.replace(b"\n//# sourceMappingURL=index.js.map", b"")
                if target.endswith(".gz"):
                    content = gzip.compress(content, 9, mtime=0)
                (TARGET / target).write_bytes(content)
                print(f"{TARGET / target}: {len(content)} bytes")


if __name__ == "__main__":
    main()
