"""The factories of this app make valid rows."""

import pytest

from mathshub.scope import hub_scope
from workgroups.tests import factories


@pytest.mark.django_db
def test_each_factory_makes_a_row_that_passes_its_own_validation():
    hub = factories.make_hub()
    with hub_scope(hub):
        member = factories.make_member()
        rows = [
            factories.make_account(),
            member,
            factories.make_school(),
            factories.make_year(),
            factories.make_programme(needs=[factories.make_programme()]),
            factories.make_work_group(leads=[member]),
            *factories.make_term_dates(),
        ]
        for row in [hub, *rows]:
            # The register leaves fields null that no form asks for.
            row.full_clean(
                exclude=[f.name for f in row._meta.fields if f.value_from_object(row) is None]
            )
