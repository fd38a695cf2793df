"""A month of viewing in seconds: the real policies on a simulated clock."""
