"""What the API knows of the one who asks: how they like it, and what is on their list."""

from typing import Literal

from pydantic import Field

from .base import Edit, Given

Language = Literal["en", "id"]
Theme = Literal["auto", "light", "dark"]


class Preferences(Given):
    """How the one who asks likes it, and what holds where they never said."""

    language: Language | None = Field(description="Null: what the browser asks for.")
    theme: Theme
    autoplay: bool = Field(description="Whether the next episode plays by itself.")
    kept: Literal["account", "browser"] = Field(
        description="`account`: on every device. `browser`: nobody is signed in, so in its cookies."
    )


class PreferencesEdit(Edit):
    """What changes. Null forgets it, and what is left out stays."""

    language: Language | None = None
    theme: Theme | None = None
    autoplay: bool | None = None
