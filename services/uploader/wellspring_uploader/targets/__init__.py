"""Platforms that films are published on, each behind the port of a target."""
