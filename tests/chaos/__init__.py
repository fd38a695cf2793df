"""Crashes under way, and what must hold all the same."""
