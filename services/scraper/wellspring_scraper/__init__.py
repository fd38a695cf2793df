"""Finds the links behind source pages: HTTP first, stateless, one replica."""
