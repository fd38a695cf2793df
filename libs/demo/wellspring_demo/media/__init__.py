"""The videos of the demo world: drawn, encoded, kept."""
