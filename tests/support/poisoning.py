"""What the killed and who looks on agree about."""

POISON = 666
"""The episode whose events kill."""
KILLED = 9
"""How a process ends that was killed by its event."""
PACE = 0.1
