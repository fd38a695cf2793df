"""Stand-ins for common's own ports, held to the same contract tests as the real ones."""
