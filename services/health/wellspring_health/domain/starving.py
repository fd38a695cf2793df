"""When an episode has too few links."""

SERVERS_PER_SOURCE = 3


def minimum_servers(setting: int, sources: int) -> int:
    """Return below how many links an episode is starved, as the gateway says it on its pages.

    The setting speaks of an episode in three qualities: one with fewer sources can't be held to it.
    """
    return max(1, min(setting, sources * SERVERS_PER_SOURCE))
