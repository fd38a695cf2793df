"""Makes the links that a generated page offers."""

from ..domain.catalogue import Source
from ..domain.faults import Fault
from ..domain.links import UNIX_DIGITS
from ..domain.pages import Button
from ..state import WorldState


def offered_servers(source: Source, only: Fault | None, none: Fault | None) -> tuple[str, ...]:
    """The servers of a source, less those that a fault withholds."""
    if none:
        return ()
    if only:
        return tuple(server for server in source.servers if server in only.servers)
    return source.servers


def fresh_link(state: WorldState, source: Source, server: str, ip: str | None = None) -> str:
    """A new link of a source on a server, in the form in which a page prints it; `ip` asks for it."""
    clip = state.catalogue.clip(source, server)
    base = state.addresses[server]
    if server == "fsl":
        return base + state.issuer.fsl_path(clip, ip or "")
    if server == "10gbps":
        return f"{base}/?id={state.issuer.fast_id(clip)}"
    return f"{base}/u/{state.issuer.pixel_id(clip, ip or '')}"


def completed(link: str) -> str:
    """An FSL link as a page's script leaves it: `1` and the minute of its issue appended."""
    issued = int(link.rsplit("=", 1)[1][:UNIX_DIGITS])
    return f"{link}1{issued // 60 % 60}"


def fresh_buttons(
    state: WorldState, source: Source, servers: tuple[str, ...], ip: str | None
) -> list[Button]:
    """New links on each of these servers, for the address that asks."""
    return [Button(server, fresh_link(state, source, server, ip)) for server in servers]
