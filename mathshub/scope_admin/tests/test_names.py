"""Rows that others point at, by their names: in histories, in inlines, on the page that removes."""

from collections.abc import Iterator

import pytest
from django.test import Client

from mathshub.scope import hub_scope
from mathshub.scope_admin.choices import SharedChoice
from mathshub.scope_admin.history import changes_of
from workgroups.models import Hub, HubMember, Programme
from workgroups.tests.factories import (
    make_hub,
    make_offering,
    make_programme,
    make_work_group,
    make_year,
)
from workgroups.tests.staff import staff_client


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub):
        yield hub


@pytest.fixture
def administrator(hub: Hub) -> Client:
    return staff_client(HubMember.Role.ADMINISTRATOR)


def test_a_history_names_the_rows_that_were_linked_and_says_when_one_is_gone(hub: Hub):
    programme = make_programme(name="Readiness")
    years = [make_year(start_year=year) for year in (2026, 2027)]
    offerings = [make_offering(programme=programme, academic_year=year) for year in years]
    group = make_work_group(offering=offerings[0])
    group.offering = offerings[1]
    group.save()
    group.history.filter(history_type="+").update(offering=987654321)

    [changed, _] = changes_of(group)
    assert changed.fields == [("Offering", "a row that is no longer here", "Readiness 2027/28")]


def test_a_programme_that_is_offered_cannot_be_removed_and_the_page_says_where(
    administrator: Client,
):
    programme = make_programme(name="Readiness", needs=[make_programme()])
    make_offering(programme=programme, academic_year=make_year(start_year=2027))
    url = f"/admin/workgroups/programme/{programme.pk}/delete/"

    page = administrator.get(url).content.decode()
    administrator.post(url, {"post": "yes"})

    assert "It can’t be removed while this belongs to it" in page
    assert "Offering: Readiness 2027/28" in page
    assert Programme.objects.filter(pk=programme.pk).exists()


def test_what_goes_with_a_programme_is_counted_before_it_goes(administrator: Client):
    needed = [make_programme(), make_programme()]
    programme = make_programme(needs=needed)
    url = f"/admin/workgroups/programme/{programme.pk}/delete/"

    page = administrator.get(url).content.decode()
    administrator.post(url, {"post": "yes"})

    assert "<li>2 prerequisites</li>" in page
    assert set(Programme.objects.all()) == set(needed)


def test_the_lines_of_an_inline_share_one_reading_of_their_choices(
    hub: Hub, django_assert_num_queries
):
    programmes = [make_programme(), make_programme()]
    choice = SharedChoice(Programme.objects.order_by("pk"))
    lines = [choice.__deepcopy__({}) for _ in range(3)]

    with django_assert_num_queries(1):
        offered = [[str(value) for value, _ in line.choices] for line in lines]
        assert [line.clean(str(programmes[1].pk)) for line in lines] == [programmes[1]] * 3
    assert offered == [["", *(str(each.pk) for each in programmes)]] * 3


@pytest.mark.parametrize("sent", ["987654321", "x", "1 OR 1", "\x00"])
def test_what_is_not_among_the_choices_is_refused_in_words(hub: Hub, sent: str):
    make_programme()
    choice = SharedChoice(Programme.objects.all())

    with pytest.raises(Exception, match="Select a valid choice"):
        choice.clean(sent)
