"""Draws the picture of a clip: a quiet landscape that says which file on which server is playing."""

import hashlib
import math
import random

from PIL import Image, ImageDraw, ImageFont

from ..domain.catalogue import Clip

DESIGN = (1920, 1080)
"""Every position below is for this size, and is scaled to the clip's own."""
SHORE = 0.76
"""Where the water begins, as a share of the height."""
RIPPLES = (1420, 930)
RING = (250, 56)
"""Centre of the ripples and the radii of the ring on which a light travels."""
BAR_HEIGHT = 14
CLOCK_BOX = (1500, 72, 1812, 156)

PALETTES = (
    ((16, 24, 48), (226, 132, 96), (255, 226, 178)),
    ((10, 36, 56), (94, 176, 178), (236, 246, 214)),
    ((30, 20, 54), (206, 108, 140), (255, 214, 190)),
    ((12, 40, 38), (130, 176, 110), (250, 238, 184)),
    ((22, 30, 46), (132, 158, 196), (242, 246, 255)),
    ((40, 22, 30), (222, 160, 84), (255, 236, 190)),
)
"""Night, horizon and light of a title."""
SERVER_COLOURS = {"pixel": (122, 206, 166), "fsl": (244, 190, 104), "10gbps": (226, 128, 128)}

_TYPE = {"title": 108, "name": 50, "code": 42, "badge": 36, "clock": 60}


def size_of(quality: int) -> tuple[int, int]:
    """Width and height of a clip, both even."""
    return round(quality * 16 / 9 / 2) * 2, quality


def draw_card(clip: Clip) -> Image.Image:
    """The whole picture at the clip's own size."""
    width, height = size_of(clip.source.quality)
    card = _landscape(clip).resize((width, height), Image.Resampling.BICUBIC)
    _write(card, clip, height / DESIGN[1])
    return card


def draw_light(clip: Clip) -> Image.Image:
    """The soft light that travels round the ring."""
    side = light_side(clip.source.quality)
    glow = Image.radial_gradient("L").point([255 - min(255, level * 2) for level in range(256)])
    light = Image.new("RGBA", (256, 256), (*_palette(clip)[2], 0))
    light.putalpha(glow)
    return light.resize((side, side), Image.Resampling.BICUBIC)


def light_side(quality: int) -> int:
    """Width and height of the light, in pixels."""
    return even(64 * quality / DESIGN[1])


def draw_bar(clip: Clip) -> Image.Image:
    """The bar that grows with the time played."""
    width, height = size_of(clip.source.quality)
    return Image.new("RGB", (width, even(BAR_HEIGHT * height / DESIGN[1])), SERVER_COLOURS[clip.server])


def draw_clock(clip: Clip, card: Image.Image, seconds: int) -> Image.Image:
    """Every second of the clip as `m:ss` on the picture's own ground, one under the other."""
    left, top, right, bottom = clock_box(clip.source.quality)
    width, row = right - left, bottom - top
    ground = card.crop((left, top, right, bottom))
    strip = Image.new("RGB", (width, row * (seconds + 1)))
    pen, font = ImageDraw.Draw(strip), _font("clock", clip.source.quality / DESIGN[1])
    for second in range(seconds + 1):
        strip.paste(ground, (0, row * second))
        text = f"{second // 60}:{second % 60:02d} / {seconds // 60}:{seconds % 60:02d}"
        pen.text((width, row * (second + 0.5)), text, font=font, fill=_palette(clip)[2], anchor="rm")
    return strip


def clock_box(quality: int) -> tuple[int, int, int, int]:
    """Where the clock sits: left, top, right and bottom."""
    left, top, right, bottom = (even(edge * quality / DESIGN[1]) for edge in CLOCK_BOX)
    return left, top, right, bottom


def even(value: float) -> int:
    """The nearest even number of pixels, at least 2, as the video's colour planes need it."""
    return max(2, round(value / 2) * 2)


def _seed(clip: Clip) -> int:
    # The 90 gives each of the six seeded titles a palette of its own.
    return int.from_bytes(hashlib.sha256(f"90{clip.source.show}".encode()).digest()[:4])


def _palette(clip: Clip) -> tuple[tuple[int, int, int], ...]:
    return PALETTES[_seed(clip) % len(PALETTES)]


def _font(role: str, scale: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_TYPE[role] * scale)


def _mix(one: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _landscape(clip: Clip) -> Image.Image:
    night, horizon, light = _palette(clip)
    width, height = DESIGN[0] * 3 // 2, DESIGN[1] * 3 // 2
    gradient = Image.linear_gradient("L").resize((width, height))
    picture = Image.composite(
        Image.new("RGB", (width, height), horizon), Image.new("RGB", (width, height), night), gradient
    )
    pen = ImageDraw.Draw(picture)
    chance = random.Random(_seed(clip))
    sun_x = width * (0.64 + 0.06 * (clip.source.number % 4))
    sun_y = height * (0.42 - 0.03 * (clip.source.number % 4))
    behind = _mix(night, horizon, sun_y / height)
    for halo in range(5, -1, -1):
        faded = 0.55 + 0.09 * halo if halo else 0
        pen.circle((sun_x, sun_y), height * (0.08 + 0.022 * halo), fill=_mix(light, behind, faded))
    for layer in range(4):
        _hills(pen, chance, layer, _mix(horizon, night, 0.35 + 0.17 * layer), (width, height))
    _water(picture, night, light)
    return picture


def _hills(
    pen: ImageDraw.ImageDraw,
    chance: random.Random,
    layer: int,
    colour: tuple[int, int, int],
    size: tuple[int, int],
) -> None:
    width, height = size
    waves = [(chance.uniform(0.6, 1.6) * 2**k, chance.uniform(0, math.tau), 0.05 / (k + 1)) for k in range(4)]
    base = 0.52 + 0.065 * layer
    points = [
        (x, height * (base + sum(a * math.sin(f * math.tau * x / width + p) for f, p, a in waves)))
        for x in range(0, width + 13, 12)
    ]
    pen.polygon([(0, height), *points, (width, height)], fill=colour)


def _water(picture: Image.Image, night: tuple[int, int, int], light: tuple[int, int, int]) -> None:
    shore = round(picture.height * SHORE)
    deep = _mix(night, (0, 0, 0), 0.3)
    shine = Image.linear_gradient("L").rotate(180).resize((picture.width, picture.height - shore))
    flat = Image.new("RGB", shine.size, _mix(deep, light, 0.16))
    surface = Image.composite(flat, Image.new("RGB", shine.size, deep), shine)
    pen, scale = ImageDraw.Draw(surface), picture.height / DESIGN[1]
    for ring in range(5, 0, -1):
        x, y = RIPPLES[0] * scale, RIPPLES[1] * scale - shore
        across, down = RING[0] * scale * ring / 2, RING[1] * scale * ring / 2
        box = (x - across, y - down, x + across, y + down)
        pen.ellipse(box, outline=_mix(light, deep, 0.35 + 0.1 * ring), width=round(3 * scale))
    picture.paste(surface, (0, shore))


def _write(card: Image.Image, clip: Clip, scale: float) -> None:
    pen = ImageDraw.Draw(card)
    source, light = clip.source, _palette(clip)[2]
    quiet = _mix(light, (255, 255, 255), 0.4)
    left = 110 * scale
    title = _fitted(pen, source.show, 1100 * scale, scale)
    pen.text((left, 118 * scale), source.code, font=_font("code", scale), fill=light, anchor="ls")
    pen.text((left, 232 * scale), source.show, font=title, fill=(255, 255, 255), anchor="ls")
    subtitle = str(source.year) if source.kind == "movie" else source.name
    pen.text((left, 308 * scale), subtitle, font=_font("name", scale), fill=quiet, anchor="ls")
    x = _badge(pen, (left, 900 * scale), f"{source.quality}p", (255, 255, 255), scale)
    _badge(pen, (x, 900 * scale), clip.server.upper(), SERVER_COLOURS[clip.server], scale)


def _fitted(
    pen: ImageDraw.ImageDraw, text: str, width: float, scale: float
) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    font = _font("title", scale)
    length = pen.textlength(text, font=font)
    return font if length <= width else _font("title", scale * width / length)


def _badge(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, colour: tuple[int, int, int], scale: float
) -> float:
    font = _font("badge", scale)
    length, pad, height = pen.textlength(text, font=font), 28 * scale, 72 * scale
    right = at[0] + length + 2 * pad
    pen.rounded_rectangle((at[0], at[1], right, at[1] + height), radius=height / 2, fill=colour)
    pen.text((at[0] + pad, at[1] + height / 2), text, font=font, fill=(16, 20, 30), anchor="lm")
    return right + 20 * scale
