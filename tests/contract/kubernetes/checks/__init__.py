"""Checks of rendered manifests: each returns what is wrong, in words."""
