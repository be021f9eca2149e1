"""Pictures that hang on walls, shine on monitors or stand far behind people: painted landscapes, patterns, façades.

All are float (H, W, 3) sRGB 0..1 with the first row on top.
"""

from __future__ import annotations

import cv2
import numpy as np

from figureground.synth.geometry.vectors import Floats, smoothstep
from figureground.synth.materials.colours import hsv, muted
from figureground.synth.materials.noise import spectral_noise


def gradient(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Two tones that flow into one another, as a lit wall or a paper roll does."""
    a = muted(rng)
    b = np.clip(a * rng.uniform(0.5, 1.5) + rng.normal(0, 0.03, 3), 0.03, 0.95)
    y, x = np.mgrid[:height, :width] / max(height, width)
    angle = rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.5:
        t = smoothstep(np.hypot(y - rng.uniform(0.2, 0.8), x - rng.uniform(0.2, 0.8)), 0.0, rng.uniform(0.5, 1.1))
    else:
        t = smoothstep(np.cos(angle) * x + np.sin(angle) * y, -0.7, 1.2)
    return np.asarray(a + t[..., None] * (b - a))


def landscape(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Sky, ranges of hills that fade with distance, a meadow or a lake."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    y /= height
    x /= width
    horizon = rng.uniform(0.35, 0.65)
    zenith, low = hsv(rng.uniform(0.54, 0.62), rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.9)), hsv(0.1, 0.08, 0.9)
    picture = zenith + np.clip(y / horizon, 0, 1)[..., None] * (low - zenith)
    clouds = cv2.resize(spectral_noise(rng, 128, 1.7, stretch=2.5), (width, height), interpolation=cv2.INTER_CUBIC)
    picture = picture + smoothstep(clouds, 0.3, 2.0)[..., None] * 0.6 * (0.92 - picture)
    ground = hsv(rng.uniform(0.1, 0.32), rng.uniform(0.2, 0.5), rng.uniform(0.25, 0.5))
    layers = int(rng.integers(2, 5))
    for layer in range(layers):
        near = (layer + 1) / layers
        ridge = np.cumsum(rng.normal(size=64))
        ridge = np.interp(x[0], np.linspace(0, 1, 64), ridge - np.linspace(ridge[0], ridge[-1], 64))
        edge = horizon + near * 0.08 - 0.02 * ridge * (1.3 - near)
        colour = ground * near + low * 0.75 * (1 - near)
        picture = np.where((y > edge[None, :])[..., None], colour * (0.8 + 0.4 * near * y[..., None]), picture)
    texture = cv2.resize(spectral_noise(rng, 128, 0.8), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(picture * (1 + 0.05 * texture[..., None]), 0, 1))


def abstract(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Patches, discs and strokes in a few tones."""
    picture = np.broadcast_to(muted(rng, rng.uniform(0.4, 0.9)), (height, width, 3)).copy()
    tones = [muted(rng) for _ in range(4)]
    for _ in range(int(rng.integers(3, 14))):
        tone = tuple(float(c) for c in tones[int(rng.integers(4))])
        x, y = int(rng.integers(width)), int(rng.integers(height))
        size = int(rng.uniform(0.05, 0.35) * height)
        kind = rng.integers(3)
        if kind == 0:
            cv2.rectangle(picture, (x, y), (x + size, y + int(rng.integers(1, size + 2))), tone, -1)
        elif kind == 1:
            cv2.circle(picture, (x, y), size // 2, tone, -1, cv2.LINE_AA)
        else:
            end = (int(rng.integers(width)), int(rng.integers(height)))
            cv2.line(picture, (x, y), end, tone, max(1, size // 8), cv2.LINE_AA)
    grain = cv2.resize(spectral_noise(rng, 64, 1.0), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(picture * (1 + 0.04 * grain[..., None]), 0, 1))


def screen(rng: np.random.Generator, height: int, width: int) -> Floats:
    """What a monitor shows: windows with lines of writing, a chart, or nothing."""
    if rng.random() < 0.25:
        return np.full((height, width, 3), rng.uniform(0.01, 0.05))
    if rng.random() < 0.3:
        return landscape(rng, height, width)
    dark = rng.random() < 0.4
    picture = np.full((height, width, 3), 0.12 if dark else 0.93)
    ink = 0.6 if dark else 0.3
    line = max(2, height // 24)
    for top in range(2 * line, height - line, 2 * line):
        left = int(width * 0.06) + line * int(rng.integers(0, 5))
        while left < width * rng.uniform(0.5, 0.95):
            length = int(rng.integers(2, 9)) * line // 2
            tone = np.clip(ink + rng.normal(0, 0.08, 3), 0, 1)
            picture[top : top + max(1, line // 2), left : min(left + length, int(width * 0.94))] = tone
            left += length + line // 2
    picture[: int(1.2 * line)] = hsv(rng.random(), 0.3, 0.5)
    return picture


def hung(rng: np.random.Generator, height: int = 128, width: int = 128) -> Floats:
    """A picture for a wall: a landscape, an abstract one or a drawing on white, sometimes with a mount."""
    kinds = (landscape, abstract, gradient)
    inner = kinds[int(rng.choice(3, p=[0.5, 0.35, 0.15]))](rng, height, width)
    if rng.random() < 0.5:
        mount = int(rng.uniform(0.08, 0.2) * min(height, width))
        framed = np.full((height, width, 3), rng.uniform(0.75, 0.95))
        small = cv2.resize(inner, (width - 2 * mount, height - 2 * mount), interpolation=cv2.INTER_AREA)
        framed[mount : height - mount, mount : width - mount] = small
        return framed
    return np.asarray(inner)


def facade(rng: np.random.Generator, columns: int, floors: int, wall_colour: Floats) -> Floats:
    """The front of a house, 0..1 in both directions: windows with frames, sills, curtains and some lit rooms."""
    cell = 48
    shade = cv2.resize(spectral_noise(rng, 128, 1.3), (columns * cell, floors * cell), interpolation=cv2.INTER_CUBIC)
    picture = wall_colour * (1 + 0.05 * shade[..., None])
    wide, high = rng.uniform(0.35, 0.75) * cell, rng.uniform(0.45, 0.75) * cell
    left, top = int((cell - wide) / 2), int((cell - high) / 2)
    frame = np.full(3, rng.choice([0.15, 0.3, 0.75, 0.85]))
    trim = rng.random() < 0.5
    bars = int(rng.integers(1, 3))
    for row in range(floors):
        for column in range(columns):
            y, x = row * cell + top, column * cell + left
            h, w = int(high), int(wide)
            if trim:
                picture[y - 3 : y + h + 3, x - 3 : x + w + 3] *= 1.15
            picture[y + h : y + h + 2, x - 3 : x + w + 3] *= 0.6
            picture[y : y + h, x : x + w] = frame
            glass = _pane(rng, h - 4, w - 4)
            glass[:, np.linspace(0, w - 5, bars + 2).astype(int)[1:-1]] = frame
            picture[y + 2 : y + h - 2, x + 2 : x + w - 2] = glass
    return np.asarray(np.clip(picture, 0, 1))


def _pane(rng: np.random.Generator, height: int, width: int) -> Floats:
    sky, room = hsv(0.58, 0.12, rng.uniform(0.3, 0.6)), np.full(3, rng.uniform(0.05, 0.2))
    t = np.linspace(0, 1, height)[:, None, None] ** rng.uniform(0.5, 2)
    pane = np.broadcast_to(sky + t * (room - sky), (height, width, 3)).copy()
    if rng.random() < 0.4:
        pane[:, : width // int(rng.integers(3, 6))] = muted(rng, 0.7)
    if rng.random() < 0.08:
        pane[:] = hsv(0.11, 0.35, 0.9)
    return pane


def bokeh(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Far things out of focus: soft patches of a room or street, sometimes discs of light."""
    tone = muted(rng, rng.uniform(0.15, 0.6))
    picture = np.broadcast_to(tone, (height, width, 3)).copy()
    for _ in range(int(rng.integers(5, 25))):
        x, y = rng.uniform(-0.2, 1.0, 2)
        w, h = rng.uniform(0.05, 0.5, 2) * [1, 1.5]
        corners = [int(x * width), int(y * height), int((x + w) * width), int((y + h) * height)]
        patch = tone * rng.uniform(0.4, 1.9) + rng.normal(0, 0.05, 3)
        cv2.rectangle(picture, corners[:2], corners[2:], tuple(float(c) for c in patch), -1)
    picture[int(height * rng.uniform(0.6, 1.0)) :] *= rng.uniform(0.5, 1.0)
    picture = cv2.GaussianBlur(picture, (0, 0), width * rng.uniform(0.01, 0.05))
    if rng.random() < 0.3:
        lights = np.zeros_like(picture)
        for _ in range(int(rng.integers(4, 25))):
            spot = (int(rng.integers(width)), int(rng.integers(int(height * 0.7))))
            tint = tuple(float(c) for c in hsv(rng.uniform(0.05, 0.15), rng.uniform(0, 0.5), rng.uniform(0.2, 0.6)))
            cv2.circle(lights, spot, int(width * rng.uniform(0.01, 0.04)), tint, -1, cv2.LINE_AA)
        picture = 1 - (1 - np.clip(picture, 0, 1)) * (1 - cv2.GaussianBlur(lights, (0, 0), width * 0.004))
    return np.asarray(np.clip(picture, 0.01, 1))
