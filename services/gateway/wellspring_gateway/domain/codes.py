"""QR codes of addresses, drawn here: an address with a secret in it is shown to nobody else."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import segno

QUIET_ZONE = 4
"""In modules, by ISO/IEC 18004: readers need it to find the code."""


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG to put into a page: black on white in every theme, or few readers see it."""
    code = segno.make_qr(text, error="m")
    return code.svg_inline(border=QUIET_ZONE, omitsize=True, svgclass="qr", lineclass=None, light="#fff")


def install_address(manifest: str) -> str:
    """Return the address that installs an addon where it is opened, from that of its manifest."""
    return f"stremio://{manifest.partition('://')[2]}"


def is_only_here(address: str) -> bool:
    """Return whether an address means the very device that opens it, so that another one cannot use it."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
