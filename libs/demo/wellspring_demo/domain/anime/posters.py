"""Draws the posters: a colour, a low sun, hills and the initials of a title."""

import colorsys
import io
import random
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from .titles import Anime

SIZE = (240, 360)
COLOURS = 48
"""So few that a poster stays small."""


def poster(anime: Anime) -> bytes:
    """The PNG of a title's poster: other facts than its title do not change it."""
    return _drawn(
        anime.post_id, "".join(word[0] for word in anime.title.split() if word[0].isalpha())[:3].upper()
    )


@lru_cache(maxsize=64)
def _drawn(seed: int, initials: str) -> bytes:
    chance = random.Random(seed)
    hue, (width, height) = chance.random(), SIZE
    night, dusk, light = (
        _colour(hue, 0.7, 0.22),
        _colour(hue + 0.08, 0.55, 0.72),
        _colour(hue + 0.14, 0.3, 0.97),
    )
    picture = Image.composite(
        Image.new("RGB", SIZE, dusk), Image.new("RGB", SIZE, night), Image.linear_gradient("L").resize(SIZE)
    )
    pen = ImageDraw.Draw(picture)
    sun = (width * chance.uniform(0.25, 0.75), height * chance.uniform(0.35, 0.5))
    pen.circle(sun, width * 0.22, fill=light)
    for layer in range(3):
        top = height * (0.62 + 0.11 * layer)
        points = [(x, top + chance.uniform(-1, 1) * height * 0.05) for x in range(0, width + 60, 60)]
        shade = _colour(hue + 0.02, 0.65, 0.34 - 0.09 * layer)
        pen.polygon([(0, height), *points, (width, height)], fill=shade)
    pen.text((width / 2, height * 0.82), initials, font=ImageFont.load_default(72), fill="white", anchor="mm")
    made = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
