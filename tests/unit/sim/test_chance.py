from collections import Counter

from wellspring_sim.chance import between, chance, mixed


def test_the_same_keys_bring_the_same_number() -> None:
    assert mixed(1, 2, 3) == mixed(1, 2, 3)
    assert mixed(1, 2, 3) != mixed(1, 3, 2)


def test_numbers_are_spread_evenly_whichever_key_counts_up() -> None:
    for drawn in ([chance(7, key) for key in range(10_000)], [chance(key, 7, 0) for key in range(10_000)]):
        tenths = Counter(int(one * 10) for one in drawn)
        assert set(tenths) == set(range(10))
        assert all(850 < count < 1150 for count in tenths.values())


def test_a_number_between_two_stays_between_them() -> None:
    drawn = [between(3.0, 5.0, 9, key) for key in range(1000)]
    assert 3.0 <= min(drawn) < 3.1
    assert 4.9 < max(drawn) < 5.0
