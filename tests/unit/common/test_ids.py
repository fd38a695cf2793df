import time
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.ids import derived_id, uuid7


def test_a_new_id_is_a_version_7_uuid() -> None:
    for _ in range(200):
        made = uuid7()
        assert (made.version, made.variant) == (7, RFC_4122)


def test_a_new_id_carries_the_time_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    stamp = uuid7().int >> 80
    assert before <= stamp <= time.time_ns() // 1_000_000


def test_ids_of_different_milliseconds_sort_by_time() -> None:
    first = uuid7()
    while uuid7().int >> 80 == first.int >> 80:
        pass
    assert first < uuid7()
    assert str(first) < str(uuid7())


def test_ids_of_one_millisecond_differ() -> None:
    assert len({uuid7() for _ in range(5000)}) == 5000


def test_a_derived_id_never_changes() -> None:
    cause = UUID("01936b2e-0000-7000-8000-000000000001")
    assert derived_id(cause, "links.updated") == UUID("7e45029c-eadf-5932-b6e3-23ba6f2cb256")


@given(cause=st.uuids(), what=st.text(max_size=20), ordinal=st.integers(0, 1000))
def test_a_derived_id_depends_on_all_it_is_made_of(cause: UUID, what: str, ordinal: int) -> None:
    made = derived_id(cause, what, ordinal)
    assert made == derived_id(cause, what, ordinal)
    assert made not in {derived_id(cause, what, ordinal + 1), derived_id(made, what, ordinal)}
    assert made.version == 5
