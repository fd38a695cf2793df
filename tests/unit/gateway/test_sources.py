"""Which pages of an episode are new, and which only moved."""

from wellspring_gateway.domain.sources import HeldSource, SeenSource, SourcePlan, plan_sources

OLD = "https://old.example"
NEW = "https://new.example"


def held(
    number: int, path: str, quality: int | None = None, key: str | None = "ep-1", host: str = OLD
) -> HeldSource:
    return HeldSource(host + path, "site", quality, None, key, number)


def seen(path: str, quality: int | None = None, key: str | None = "ep-1", host: str = NEW) -> SeenSource:
    return SeenSource(host + path, "site", quality, None, key)


def test_the_same_pages_change_nothing() -> None:
    pages = [held(1, "/a", 480), held(2, "/a", 720)]
    assert plan_sources(pages, [seen("/a", 720, host=OLD), seen("/a", 480, host=OLD)]) == SourcePlan()


def test_pages_on_another_host_move_by_their_path() -> None:
    plan = plan_sources([held(1, "/a/", 480), held(2, "/b", 480)], [seen("/b", 480), seen("/a", 480)])
    assert {number: page.url for number, page in plan.changed} == {1: NEW + "/a", 2: NEW + "/b"}
    assert (plan.moved, plan.added) == (2, ())


def test_a_page_moves_by_its_key_only_where_it_is_the_only_one() -> None:
    one = plan_sources([held(1, "/a")], [seen("/renamed")])
    assert [number for number, _ in one.changed] == [1]
    two = plan_sources([held(1, "/a"), held(2, "/b")], [seen("/renamed")])
    assert (two.changed, len(two.added)) == ((), 1)
    rivals = plan_sources([held(1, "/a")], [seen("/x"), seen("/y")])
    assert (rivals.changed, len(rivals.added)) == ((), 2)


def test_the_root_of_a_host_is_no_path_to_know_a_page_by() -> None:
    assert len(plan_sources([held(1, "/", key="a")], [seen("/", key="b")]).added) == 1


def test_a_page_of_another_episode_key_or_definition_is_new() -> None:
    assert len(plan_sources([held(1, "/a", key="ep-1v2")], [seen("/b", key="ep-1")]).added) == 1
    other = SeenSource(NEW + "/a", "other-site", None, None, "ep-1")
    assert plan_sources([held(1, "/a")], [other]).added == (other,)


def test_a_page_that_a_person_added_is_adopted_with_its_key() -> None:
    plan = plan_sources([held(1, "/a", key=None)], [seen("/a", host=OLD)])
    assert plan == SourcePlan(changed=((1, seen("/a", host=OLD)),))


def test_what_another_catalogue_said_first_of_a_page_stays() -> None:
    theirs = SeenSource(OLD + "/a", "other-site", 720, "id", "x-1")
    assert plan_sources([held(1, "/a", 480)], [theirs]) == SourcePlan()


def test_a_page_that_is_no_longer_shown_is_kept() -> None:
    assert plan_sources([held(1, "/a"), held(2, "/b")], [seen("/a", host=OLD)]) == SourcePlan()
