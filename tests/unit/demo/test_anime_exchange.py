"""The exchange changes the names of its actions, and takes a nonce back once."""

from wellspring_demo.domain.anime.drive import DriveDesk
from wellspring_demo.domain.anime.exchange import PERIOD_S, Exchange
from wellspring_demo.domain.anime.offers import Offer
from wellspring_demo.domain.issuing import Standing

NOW = 1_800_000_000.0


def test_actions_are_hashes_that_change_with_time() -> None:
    desk = Exchange(b"secret")
    asks, shows = desk.actions(NOW)
    assert len(asks) == len(shows) == 32
    assert asks != shows
    assert desk.actions(NOW + PERIOD_S) != (asks, shows)
    assert desk.asks_nonce(asks, NOW + PERIOD_S)
    assert not desk.asks_nonce(asks, NOW + 2 * PERIOD_S)
    assert not desk.asks_nonce(shows, NOW)
    assert desk.asks_player(shows, NOW)


def test_a_rotation_ends_all_names_and_nonces_at_once() -> None:
    desk = Exchange(b"secret")
    asks, shows = desk.actions(NOW)
    nonce = desk.nonce(NOW)
    desk.rotate()
    assert not desk.asks_nonce(asks, NOW)
    assert not desk.asks_player(shows, NOW)
    assert not desk.take(nonce, NOW)


def test_a_nonce_is_good_once_and_while_it_is_young() -> None:
    desk = Exchange(b"secret")
    first, second = desk.nonce(NOW), desk.nonce(NOW)
    assert desk.take(first, NOW)
    assert not desk.take(first, NOW)
    assert not desk.take(second, NOW + PERIOD_S)
    assert not desk.take("0" * 10, NOW)


def test_a_new_link_replaces_the_old_one_where_a_host_counts_them() -> None:
    desk = DriveDesk(b"secret", lambda: NOW, lambda: 60.0)

    def standing(path: str, offer: Offer) -> Standing:
        words = dict(word.split("=") for word in path.partition("?")[2].split("&"))
        return desk.judge(offer, words["expires"], words.get("ip", ""), words["sig"]).standing

    for place, wanted in (("acefile", Standing.REPLACED), ("odfiles", Standing.GOOD)):
        offer = Offer(10_001, 480, place)
        old = desk.path(offer, "a.mp4", "127.0.0.1")
        assert standing(old, offer) is Standing.GOOD
        new = desk.path(offer, "a.mp4", "127.0.0.1")
        assert standing(new, offer) is Standing.GOOD
        assert standing(old, offer) is wanted


def test_a_bound_link_cannot_be_given_another_address() -> None:
    desk = DriveDesk(b"secret", lambda: NOW, lambda: 60.0)
    offer = Offer(10_001, 480, "odstream")
    path = desk.path(offer, "a.mp4", "127.0.0.1")
    assert "ip=127.0.0.1" in path
    signature = path.rpartition("=")[2]
    assert desk.judge(offer, str(int(NOW + 60)), "127.0.0.1", signature).standing is Standing.GOOD
    assert desk.judge(offer, str(int(NOW + 60)), "127.0.0.2", signature).standing is Standing.FORGED
