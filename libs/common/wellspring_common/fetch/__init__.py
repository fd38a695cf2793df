"""The only way out to the world: vetted addresses, bounded bodies, polite pace."""
