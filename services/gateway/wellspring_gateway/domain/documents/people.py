"""What the API knows of the one who asks: how they like it, and what is on their list."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from .base import Edit, Given
from .texts import Id

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


class SavedTitle(Given):
    """A title on the list of the one who asks."""

    title_id: Id
    slug: str = Field(examples=["the-glory"])
    title: str = Field(examples=["The Glory"])
    kind: Literal["series", "movie"]
    year: int | None
    poster_url: str | None
    episode_count: int
    live_links: int = Field(description="Of the first episode.")
    first_episode_id: Id | None
    saved_at: datetime


class SavedList(Given):
    """One page of the list of the one who asks: what was put on it last comes first."""

    titles: list[SavedTitle]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")
