"""Publishes finished series on a schedule."""
