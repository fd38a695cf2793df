"""Permanent addresses and relays, with real servers behind the links."""
