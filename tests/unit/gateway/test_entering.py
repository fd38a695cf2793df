"""Which qualities the episode form offers fields for."""

from wellspring_gateway.domain.entering import link_fields


def test_the_setting_decides_which_fields_are_in_sight_and_in_which_order() -> None:
    fields = link_fields((1440, 360, 360), ())
    assert fields.usual == ("link1440", "link360")
    assert fields.rare == ("link480", "link720", "link1080", "link2160")


def test_what_was_entered_is_never_lost() -> None:
    fields = link_fields((720,), ("link240", "link720", "show", "linkabc", "link999999999", "link0"))
    assert fields.usual == ("link720",)
    assert "link240" in fields.rare
    assert not {"linkabc", "link999999999", "link0"} & set(fields.rare)


def test_a_setting_that_names_no_height_leaves_one_field() -> None:
    assert link_fields((), ()).usual == link_fields((0, -5), ()).usual == ("link720",)
