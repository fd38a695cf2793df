"""Unit tests decide by what is right, and never by how busy the machine is."""

from datetime import timedelta

from hypothesis import HealthCheck, settings

from tests.support.examples import FULL, SHORT_SHARE

# Examples that are slow to make say something of the machine. How long a test takes stays limited, by what
# not even a machine with much else to do takes.
settings.register_profile(
    "wellspring",
    max_examples=FULL,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.too_slow],
)
# `wellspring test` runs often, and chooses other examples each time: it asks for fewer of them.
settings.register_profile("short", settings.get_profile("wellspring"), max_examples=FULL // SHORT_SHARE)
settings.load_profile("wellspring")
