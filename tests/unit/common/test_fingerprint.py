"""Letters that died in the same way have the same fingerprint."""

from collections.abc import Callable

from tests.unit.common.test_handling import arrived
from wellspring_common.bus.fingerprint import fingerprint
from wellspring_common.bus.handling import Handling
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.errors import Permanent, Transient
from wellspring_common.events.catalog import CatalogChanged
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import derived_id
from wellspring_common.inbox import Inbox
from wellspring_common.testing.graveyard import MemoryGraveyard


def error_of(call: Callable[[], object]) -> Exception:
    try:
        call()
    except Exception as error:  # noqa: BLE001  (whatever it raises is the point)
        return error
    raise AssertionError("It fails not.")


def one_place() -> None:
    raise KeyError("a")


def another_place() -> None:
    raise KeyError("a")


def in_our_code(schema: str) -> Callable[[], object]:
    return lambda: Inbox(schema)


def test_the_same_place_is_the_same_whatever_it_says() -> None:
    said = [fingerprint(error_of(in_our_code(schema))) for schema in ("no name", "no; name")]
    assert said[0] == said[1]
    assert len(said[0]) == 16


def test_who_called_our_code_makes_no_difference() -> None:
    def elsewhere() -> object:
        return Inbox("no name")

    assert fingerprint(error_of(elsewhere)) == fingerprint(error_of(in_our_code("no name")))


def test_another_place_or_kind_is_another() -> None:
    found = {
        fingerprint(error_of(one_place)),
        fingerprint(error_of(another_place)),
        fingerprint(error_of(in_our_code("no name"))),
        fingerprint(error_of(lambda: derived_id(None, ""))),  # type: ignore[arg-type]
        fingerprint(KeyError("never raised")),
        fingerprint(Permanent("gone", code="gone")),
        fingerprint(Permanent("gone", code="blocked")),
        fingerprint(Transient("gone", code="gone")),
    }
    assert len(found) == 8


async def test_a_buried_event_has_the_fingerprint_of_what_its_handler_raised() -> None:
    async def handle(_: Delivery) -> None:
        Inbox("no name")

    graveyard = MemoryGraveyard(failed_before=9)
    handling = Handling(Subscription(REFRESHER, {CatalogChanged: handle}), graveyard)
    for _ in range(2):
        assert (await handling.handle(arrived())).is_done
    assert [letter.code for letter in graveyard.buried] == ["bug", "bug"]
    expected = fingerprint(error_of(in_our_code("no name")))
    assert {letter.fingerprint for letter in graveyard.buried} == {expected}
