"""How long a hub keeps personal data: within reason, and counted by the calendar."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from mathshub.scope import current_hub, hub_scope
from workgroups.models import Hub
from workgroups.services.hubs import in_every_hub
from workgroups.tests.factories import make_hub, make_local_authority
from workgroups.tests.staff import staff_client

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("now", "months", "since"),
    [
        (
            datetime(2026, 11, 16, 10, 30, tzinfo=UTC),
            12,
            datetime(2025, 11, 16, 10, 30, tzinfo=LONDON),
        ),
        (datetime(2026, 1, 31, 3, 30, tzinfo=UTC), 2, datetime(2025, 11, 30, 3, 30, tzinfo=LONDON)),
        (datetime(2028, 2, 29, 3, 30, tzinfo=UTC), 12, datetime(2027, 2, 28, 3, 30, tzinfo=LONDON)),
        (datetime(2026, 12, 5, 3, 30, tzinfo=UTC), 24, datetime(2024, 12, 5, 3, 30, tzinfo=LONDON)),
        # Summer time: midnight in London is the evening before in UTC.
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), 1, datetime(2026, 6, 1, 0, 30, tzinfo=LONDON)),
    ],
)
def test_months_are_counted_by_the_calendar_in_london(
    now: datetime, months: int, since: datetime
) -> None:
    assert Hub(interest_kept_months=months).interest_kept_since(now) == since


def test_years_are_counted_likewise() -> None:
    leap_day = datetime(2028, 2, 29, 3, 30, tzinfo=UTC)
    assert Hub().people_kept_since(leap_day) == datetime(2022, 2, 28, 3, 30, tzinfo=UTC)


@pytest.mark.database
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("interest_kept_months", 0),
        ("interest_kept_months", 121),
        ("people_kept_years", 0),
        ("people_kept_years", 26),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(db: None, field: str, value: int) -> None:
    hub = make_hub()
    setattr(hub, field, value)
    with pytest.raises(ValidationError, match=r"Keep .* for 1 to"):
        hub.full_clean()
    with pytest.raises(IntegrityError):
        hub.save()


def test_a_hub_sets_its_periods_and_says_why(db: None) -> None:
    hub = make_hub(local_authorities=[make_local_authority()])
    with hub_scope(hub):
        lead = staff_client()
    address = f"/admin/workgroups/hub/{hub.pk}/change/"
    shown = lead.get(address).context["adminform"].form.initial
    data = {name: value for name, value in shown.items() if value not in (None, False)}
    data["local_authorities"] = [each.pk for each in shown["local_authorities"]]
    data |= {"interest_kept_months": 18, "people_kept_years": 0, "retention_reason": "Ours."}
    assert "Keep participants for 1 to 25 years." in lead.post(address, data).content.decode()
    assert lead.post(address, data | {"people_kept_years": 3}).status_code == 302
    hub.refresh_from_db()
    kept = (hub.interest_kept_months, hub.people_kept_years, hub.retention_reason)
    assert kept == (18, 3, "Ours.")


def test_what_fails_in_one_hub_is_done_in_the_next(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = make_hub(), make_hub()
    done = []

    def act(now: datetime) -> None:
        if current_hub() == first:
            raise RuntimeError("a row is locked")
        done.append(current_hub())

    in_every_hub(act, now=datetime(2026, 11, 16, tzinfo=UTC))
    assert done == [second]
    assert "a row is locked" in caplog.text
