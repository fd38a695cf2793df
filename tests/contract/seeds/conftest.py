"""A running gateway for the founding documents' quotes."""

from tests.integration.gateway.conftest import gateway, shared

__all__ = ["gateway", "shared"]
