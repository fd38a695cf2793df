"""What leaves the library for players elsewhere."""
