"""Decisions of the demo world that need no socket: time, names, signatures, faults and pages."""
