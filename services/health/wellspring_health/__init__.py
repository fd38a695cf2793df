"""Asks links whether they still serve their file."""
