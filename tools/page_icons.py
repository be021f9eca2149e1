"""Draw the icons with which systems show the installed page, from its icon.svg: `python tools/page_icons.py`.

Needs Chromium.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image

STATIC = Path(__file__).parents[1] / "src/figureground/web/static"
# Systems cut a maskable icon to a shape of their own: its colours go to the edge, all that matters lies in the middle.
MASKABLE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
  <rect width="64" height="64" fill="#f3efe6"/>
  <path d="M0 0h32v64H0z" fill="#0f6b5c"/>
  <g transform="translate(6.4 12.8) scale(0.8)">
    <path d="M32 13a11 11 0 0 0 0 22zM32 39c-13 0-20 8-21 25h21z" fill="#f3efe6"/>
    <path d="M32 13a11 11 0 0 1 0 22zM32 39c13 0 20 8 21 25H32z" fill="#0f6b5c"/>
  </g>
</svg>"""


def draw(svg: str, side: int, target: Path) -> None:
    """Write the drawing as a PNG of `side` pixels."""
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder, "icon.html"), Path(folder, "icon.png")
        sized = svg.replace("<svg ", f'<svg width="{side}" height="{side}" ', 1)
        page.write_text(f'<body style="margin: 0">{sized.replace("<svg ", "<svg style=display:block ", 1)}</body>')
        chromium = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--default-background-color=00000000"]
        subprocess.run([*chromium, f"--screenshot={picture}", f"--window-size={side},{side}", page], check=True)
        with Image.open(picture) as image:
            image.quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    icon = (STATIC / "icon.svg").read_text(encoding="utf-8")
    draw(icon, 192, STATIC / "icon-192.png")
    draw(icon, 512, STATIC / "icon-512.png")
    draw(MASKABLE, 512, STATIC / "icon-maskable.png")
