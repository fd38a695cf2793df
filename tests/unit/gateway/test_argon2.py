"""The hash that an unknown user is held against."""

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from wellspring_gateway.adapters.argon2 import nobody


def test_nobodys_hash_is_as_dear_as_any_and_another_each_time() -> None:
    hasher = PasswordHasher(memory_cost=64, time_cost=1, parallelism=1)
    drawn = nobody(hasher)
    assert drawn != nobody(hasher)
    assert len(drawn) == len(hasher.hash("a password"))
    assert not hasher.check_needs_rehash(drawn)
    with pytest.raises(VerifyMismatchError):
        hasher.verify(drawn, "no such user")
