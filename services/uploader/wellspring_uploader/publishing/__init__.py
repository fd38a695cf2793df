"""The workers that bring films to their platforms."""
