"""The links of the file host behind players and downloads: signed, dated, some bound to who asked."""

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import quote

from ..issuing import Standing, Verdict
from .offers import Offer

IP_BOUND = "odstream"
REFERER_WANTED = "vidhide"
KILLS_OLD = "acefile"


class DriveDesk:
    """Issues the links of the file host and judges those that come back."""

    def __init__(self, secret: bytes, now: Callable[[], float], lifetime_s: Callable[[], float]) -> None:
        self._secret = secret
        self._now = now
        self._lifetime_s = lifetime_s
        self._newest: dict[str, int] = {}

    def path(self, offer: Offer, file_name: str, ip: str) -> str:
        """A fresh link: `/f/<key>/<name>?expires=<unix>&sig=<hex>`, with `ip` where that counts.

        A new link of a host that kills old ones is younger than all before it, by a second at least.
        """
        issued = int(self._now())
        if offer.place == KILLS_OLD:
            issued = self._newest[offer.key] = max(issued, self._newest.get(offer.key, 0) + 1)
        expires = int(issued + self._lifetime_s())
        bound = ip if offer.place == IP_BOUND else ""
        query = f"expires={expires}" + (f"&ip={quote(bound)}" if bound else "")
        signature = f"{issued:08x}{self._mac(offer, issued, expires, bound)}"
        return f"/f/{offer.key}/{quote(file_name)}?{query}&sig={signature}"

    def judge(self, offer: Offer, expires: str, ip: str, signature: str) -> Verdict:
        """Judge a link by what it says; whose address it is bound to is the caller's to compare."""
        try:
            issued, expiry = int(signature[:8], 16), int(expires)
        except ValueError:
            return Verdict(Standing.FORGED)
        if not hmac.compare_digest(self._mac(offer, issued, expiry, ip).encode(), signature[8:].encode()):
            return Verdict(Standing.FORGED)
        if issued < self._newest.get(offer.key, 0):
            return Verdict(Standing.REPLACED, offer.key)
        return Verdict(Standing.GOOD if self._now() < expiry else Standing.EXPIRED, offer.key)

    def _mac(self, offer: Offer, issued: int, expires: int, ip: str) -> str:
        text = f"drive|{offer.key}|{issued}|{expires}|{ip}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:24]
