"""When to look again, and what a result changes: decisions without I/O."""
