"""How services speak: a port, and the NATS adapter behind it."""
