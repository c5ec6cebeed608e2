"""No query without a hub, and no link from one hub's row to another's."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from mathshub.scope import (
    HubOwned,
    SameHub,
    ScopeError,
    all_hubs,
    current_hub,
    hub_scope,
    owned_models,
)
from mathshub.tests.two_hubs import PlantedHub, plant_two_hubs
from workgroups.models import Programme
from workgroups.tests.factories import make_hub, make_programme

# Models that no hub owns, and why.
GLOBAL = {
    "accounts.Account": "a person may work for several hubs; only superusers list accounts",
    "outbox.Heartbeat": "of the machinery, not of a hub",
    "outbox.MailAccount": "of the machinery, not of a hub",
    "workgroups.Hub": "the hubs themselves: names and hosts are public",
    "workgroups.HistoricalHub": "read by its hub's own settings page, row by row",
    "workgroups.HistoricalSchool": "of the public register",
    "workgroups.LocalAuthority": "of the public register",
    "workgroups.School": "of the public register",
    "workgroups.SchoolLink": "of the public register",
    "workgroups.SearchWord": "of the public register",
    "workgroups.RegisterImport": "of the public register",
    "workgroups.AcademicYear": "the calendar is everybody's",
}
OWN_APPS = {"accounts", "outbox", "workgroups", "enrolment", "workgroup_sessions", "site"}


def histories() -> list[type[models.Model]]:
    return [model.history.model for model in owned_models() if hasattr(model, "history")]


def keys_between_owned() -> Iterator[tuple[type[models.Model], models.ForeignKey]]:
    """Every foreign key from an owned model to an owned model."""
    for model in owned_models():
        for column in model._meta.concrete_fields:
            if column.is_relation and issubclass(column.remote_field.model, HubOwned):
                yield model, column


def test_every_model_is_owned_by_a_hub_or_global_for_a_reason():
    unclassified = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS
        and not issubclass(model, HubOwned)
        and model not in histories()
    }

    assert unclassified == set(GLOBAL)


@pytest.mark.parametrize("model", [*owned_models(), *histories()], ids=lambda m: m.__name__)
def test_without_a_scope_no_row_can_be_asked_for(model: type[models.Model]):
    for ask in (
        lambda: model._default_manager.all(),
        lambda: model._default_manager.count(),
        lambda: model._default_manager.filter(pk=1),
        lambda: model._default_manager.get(pk=1),
    ):
        with pytest.raises(ScopeError):
            ask()


def test_a_scope_shows_its_own_rows_and_no_others(two_hubs: tuple[PlantedHub, PlantedHub]):
    for planted in two_hubs:
        with hub_scope(planted.hub):
            for model in [*owned_models(), *histories()]:
                hubs = set(model._default_manager.values_list("hub", flat=True))
                assert hubs == {planted.hub.pk}, f"planted, and seen alone: {model.__name__}"


def test_within_a_scope_the_others_rows_are_not_found(two_hubs: tuple[PlantedHub, PlantedHub]):
    own, other = two_hubs
    with hub_scope(own.hub):
        for model in owned_models():
            for row in other.rows[model]:
                with pytest.raises(model.DoesNotExist):
                    model._default_manager.get(pk=row.pk)


def test_related_rows_keep_to_the_scope_too(two_hubs: tuple[PlantedHub, PlantedHub]):
    own, other = two_hubs
    with hub_scope(own.hub):
        assert own.group.sessions.exists()
        assert not other.group.sessions.exists()
    with pytest.raises(ScopeError):
        own.group.sessions.exists()


def test_all_hubs_are_seen_by_name_only(two_hubs: tuple[PlantedHub, PlantedHub]):
    with all_hubs("test"):
        assert current_hub() is None
        for model in owned_models():
            hubs = set(model._default_manager.values_list("hub", flat=True))
            assert hubs == {planted.hub.pk for planted in two_hubs}


def test_all_hubs_ends_where_it_ends(db: None):
    hub = make_hub()
    with hub_scope(hub):
        with all_hubs("test"):
            pass
        assert current_hub() == hub
    with pytest.raises(ScopeError):
        Programme.objects.count()


def test_a_new_row_belongs_to_the_hub_in_scope(db: None):
    make_hub()
    hub = make_hub()
    with hub_scope(hub):
        assert make_programme().hub == hub


def test_a_new_row_without_a_scope_is_refused(db: None):
    with pytest.raises((IntegrityError, ScopeError)), transaction.atomic():
        make_programme()


def test_no_owned_model_links_to_many_owned_rows():
    """A table of links would need a hub of its own, and keys to both sides."""
    links = [
        f"{model.__name__}.{column.name}"
        for model in owned_models()
        for column in model._meta.many_to_many
        if issubclass(column.remote_field.model, HubOwned)
    ]
    assert links == []


@pytest.mark.parametrize(
    ("model", "column"),
    [pytest.param(m, c, id=f"{m.__name__}.{c.name}") for m, c in keys_between_owned()],
)
def test_every_key_between_owned_models_has_its_constraint(
    model: type[models.Model], column: models.ForeignKey
):
    guarded = {each.field for each in model._meta.constraints if isinstance(each, SameHub)}
    assert column.name in guarded


def change(row: models.Model, **values: int) -> None:
    """Past all rules of the models, and committed."""
    with transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk).update(**values)


def refusal(row: models.Model, **values: int) -> str:
    """Why the database refuses the change; fails where it does not."""
    with pytest.raises(IntegrityError) as refused:
        change(row, **values)
    return str(refused.value).casefold()


@pytest.mark.database
def test_the_database_refuses_every_link_across_hubs(transactional_db: None):
    own, other = plant_two_hubs()
    for model, column in keys_between_owned():
        row = own.rows[model][0]
        theirs = other.rows[column.remote_field.model]
        refusals = [refusal(row, **{column.attname: their.pk}) for their in theirs]
        # One of them may break another rule first, such as one place per school and group.
        assert any("foreign key" in words for words in refusals), (model, column.name, refusals)


@pytest.mark.database
def test_the_database_refuses_to_move_a_linked_row_to_another_hub(transactional_db: None):
    own, other = plant_two_hubs()
    for model, column in keys_between_owned():
        linked = model._base_manager.filter(hub=own.hub).exclude(**{column.attname: None})
        row = linked.first()
        assert row is not None
        assert "foreign key" in refusal(row, hub_id=other.hub.pk)


@pytest.mark.database
def test_within_a_hub_the_same_links_are_fine(transactional_db: None):
    """The control of the two tests above: it is the hub that is refused."""
    own, _ = plant_two_hubs()
    for model, column in keys_between_owned():
        [row, *_] = own.rows[model]
        target = own.rows[column.remote_field.model][0].pk
        change(row, **{column.attname: getattr(row, column.attname) or target})
