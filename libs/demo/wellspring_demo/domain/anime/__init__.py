"""The anime catalogue of the demo world: its invented titles, its pages, and the secrets of its players."""
