"""Questions that are answered at once: which definitions there are, whether one is sound, what one does."""
