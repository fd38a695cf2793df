"""Unit tests decide by what is right, and never by how busy the machine is."""

from hypothesis import HealthCheck, settings

# Examples that are slow to make say something of the machine. How long a test takes stays limited.
settings.register_profile("wellspring", settings(), suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wellspring")
