"""Password hashes by argon2id, off the event loop."""

import asyncio
import os
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION


def nobody(like: PasswordHasher) -> str:
    """Return a hash that no password is known of: an unknown user takes as long as a wrong password.

    It is drawn and not made: to hash something at each start of a process takes a tenth of a second.
    """
    drawn = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (like.salt_len, like.hash_len))
    costs = f"m={like.memory_cost},t={like.time_cost},p={like.parallelism}"
    return "$".join(("", "argon2id", f"v={ARGON2_VERSION}", costs, *drawn))


class Argon2Passwords:
    """Hashes with the library's defaults, which follow RFC 9106's second recommendation."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._nobody = nobody(self._hasher)
        # Each hash takes 64 MiB: a burst of sign-ins must not take the machine down.
        self._turns = asyncio.Semaphore(2)

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> tuple[bool, str | None]:
        """Return whether a password is right, and a new hash where the stored one is outdated."""
        async with self._turns:
            right = await asyncio.to_thread(self._matches, stored or self._nobody, password)
        if not right or stored is None:
            return False, None
        if self._hasher.check_needs_rehash(stored):
            return True, await self.hash(password)
        return True, None

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
