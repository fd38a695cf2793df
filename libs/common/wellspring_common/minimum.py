"""How many links an episode should have, for the gateway's pages and for what health tells."""

SERVERS_PER_SOURCE = 3


def minimum_servers(setting: int, sources: int) -> int:
    """Return below how many servers an episode counts as poorly served.

    The setting speaks of an episode in three qualities: one with fewer sources can't be held to it.
    """
    return max(1, min(setting, sources * SERVERS_PER_SOURCE))
