"""The demonstration: made once, taken away whole, alive on any day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from enrolment.models import Briefing
from mathshub.scope import hub_scope
from mathshub.site.demo.foundations import make_hub
from mathshub.site.demo.groups import spread_days
from mathshub.site.demo.hubs import HUBS
from mathshub.site.demo.load import load
from mathshub.site.demo.people import staffroom_of
from mathshub.site.demo.staff import (
    PASSWORD,
    code_at,
    make_staff,
    make_superuser,
    recovery_codes,
    sign_ins,
    write_sign_ins,
)
from mathshub.site.demo.terms import invented_terms
from sessions.models import Session
from workgroups.models import Hub, Offering, School, WorkGroup


@pytest.fixture(autouse=True)
def var_dir(settings: Settings, tmp_path: Path) -> Path:
    """Where the sign-ins are written."""
    settings.VAR_DIR = tmp_path
    return tmp_path


def load_at(now: datetime) -> None:
    load(now, report=lambda words: None)


def row_counts() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in apps.get_models()}


def newest_history() -> dict[str, int | None]:
    """For each history table the id of its last row: any change would add one."""
    return {
        model.__name__: model._base_manager.aggregate(last=models.Max("history_id"))["last"]
        for model in apps.get_models()
        if model.__name__.startswith("Historical")
    }


@pytest.mark.database
def test_a_second_run_changes_nothing_and_a_fresh_one_makes_the_same_again(db: None, var_dir: Path):
    call_command("load_demo", verbosity=0)
    rows, history = row_counts(), newest_history()
    sign_ins_file = (var_dir / "demo-sign-ins.txt").read_text()

    call_command("load_demo", verbosity=0)
    assert (row_counts(), newest_history()) == (rows, history)

    call_command("load_demo", "--fresh", verbosity=0)
    assert row_counts() == rows
    assert (var_dir / "demo-sign-ins.txt").read_text() == sign_ins_file


def test_it_refuses_to_load_beside_real_data(db: None, settings: Settings):
    settings.DEMO = settings.TESTING = False

    with pytest.raises(CommandError) as refusal:
        call_command("load_demo", "--fresh")

    assert str(refusal.value).count(".") == 1
    assert not Hub.objects.exists()


def test_everyone_signs_in_with_what_is_printed(db: None, var_dir: Path):
    make_superuser()
    for plan in HUBS:
        hub = make_hub(plan)
        with hub_scope(hub):
            make_staff(hub, plan)
    printed = write_sign_ins(var_dir / "demo-sign-ins.txt")

    for person in sign_ins():
        client = Client(SERVER_NAME=person.hub.host if person.hub else "localhost")
        client.post("/account/login/", {"login": person.email, "password": PASSWORD})
        client.post("/account/2fa/authenticate/", {"code": code_at(timezone.now())})
        assert client.get("/admin/").status_code == 200, person
        assert person.email in printed

    assert PASSWORD in printed
    assert all(code in printed for code in recovery_codes())


def test_each_school_of_a_hub_has_people_and_a_mailbox_of_its_own():
    for plan in HUBS:
        rooms = [
            staffroom_of(School(urn=str(plan.first_urn + number), name=name))
            for number, name in enumerate(plan.school_names)
        ]
        people = [
            name for room in rooms for name in (room.headteacher, room.maths_lead, room.teacher)
        ]
        assert len(set(people)) == 3 * len(rooms)
        assert len({room.mailbox for room in rooms}) == len(rooms)


@pytest.mark.parametrize(
    "day",
    [date(2026, 12, 27), date(2027, 7, 26), date(2031, 3, 1)],
    ids=str,
)
def test_it_is_alive_on_any_day(db: None, day: date):
    now = datetime(day.year, day.month, day.day, 11, 0, tzinfo=UTC)
    load_at(now)

    for plan in HUBS:
        hub = Hub.objects.get(host=plan.host)
        with hub_scope(hub), time_machine.travel(now):
            open_now = 3 if plan.closed_early else 4
            assert Offering.objects.open_to_interest(day).count() == open_now
            assert Briefing.objects.upcoming(now).count() == 6
            running = WorkGroup.objects.filter(state=WorkGroup.State.RUNNING)
            for group in running:
                assert Session.objects.to_come(now).filter(work_group=group).exists(), group


@pytest.mark.parametrize("half_terms_differ", [False, True])
def test_from_every_day_of_a_year_six_days_spread_over_it(half_terms_differ: bool):
    terms = invented_terms(2026, half_terms_differ=half_terms_differ)

    def is_free(day: date) -> bool:
        return day.weekday() < 4 and any(term.has_school_on(day) for term in terms)

    day = date(2026, 9, 8)
    while day < date(2027, 7, 21):
        if is_free(day):
            days = spread_days(2026, day, is_free)
            assert len(days) == 6
            assert list(days) == sorted(set(days)), f"{day}: in order, none twice"
            assert day in days
            assert sum(map(is_free, days)) >= 5
        day += timedelta(days=1)
