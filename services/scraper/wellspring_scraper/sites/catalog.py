"""Catalogues: what their lists name, what the page of a title tells. Generators as in `engine`."""

from .detail import details
from .keeping import Now
from .listing import Entry, Listing, Place, entry_of, listing

__all__ = ["Entry", "Listing", "Now", "Place", "details", "entry_of", "listing"]
