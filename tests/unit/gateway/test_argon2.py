"""The hash that an unknown user is held against."""

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from wellspring_gateway.adapters.argon2 import Argon2Passwords, nobody


def test_nobodys_hash_is_as_dear_as_any_and_another_each_time() -> None:
    hasher = PasswordHasher(memory_cost=64, time_cost=1, parallelism=1)
    drawn = nobody(hasher)
    assert drawn != nobody(hasher)
    assert len(drawn) == len(hasher.hash("a password"))
    assert not hasher.check_needs_rehash(drawn)
    with pytest.raises(VerifyMismatchError):
        hasher.verify(drawn, "no such user")


async def test_a_hash_costs_what_the_rfc_recommends_and_is_known_again() -> None:
    passwords = Argon2Passwords()
    stored = await passwords.hash("a password")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "RFC 9106, the second recommended option"
    assert await passwords.verify(stored, "a password") == (True, None)
    cheap = PasswordHasher(memory_cost=64, time_cost=1, parallelism=1).hash("a password")
    right, renewed = await passwords.verify(cheap, "a password")
    assert right
    assert renewed is not None
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "a cheaper one is made anew"
