from importlib.metadata import version

from wellspring_common.release import VERSION


def test_the_release_is_that_of_the_package() -> None:
    assert version("wellspring-common") == VERSION
