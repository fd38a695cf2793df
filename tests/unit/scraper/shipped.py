"""The definitions that come with the scraper, read once for all tests that look at each of them."""

from wellspring_scraper.adapters.definition_files import shipped_definitions

DEFINITIONS = {one.id: one for one in shipped_definitions()}
