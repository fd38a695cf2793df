"""Decisions of the gateway: pure functions without I/O."""
