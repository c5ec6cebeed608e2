"""The register, asked by the school field of forms."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from mathshub.client import client_address
from workgroups.models import School
from workgroups.search import search_schools as find_schools
from workgroups.search import why_not_pickable
from workgroups.search_limit import is_too_often

ANSWER_LASTS = 600  # seconds in the browser's cache: the register changes once a day at most


@login_not_required
@require_safe
def search_schools(request: HttpRequest) -> JsonResponse:
    """Schools that match ``q``, best first, as a JSON list: the register's facts, no person's."""
    if is_too_often(client_address(request), timezone.now()):
        return JsonResponse([], safe=False, status=429, headers={"Retry-After": "10"})
    schools = find_schools(request.GET.get("q", ""))
    response = JsonResponse([_as_json(school) for school in schools], safe=False)
    patch_cache_control(response, public=True, max_age=ANSWER_LASTS)
    return response


def _as_json(school: School) -> dict[str, str]:
    """``note`` says why a school can't be chosen; the list shows it greyed."""
    return {
        "urn": school.urn,
        "name": school.name,
        "town": school.town,
        "postcode": school.postcode,
        "local_authority": school.local_authority.name if school.local_authority else "",
        "note": why_not_pickable(school),
    }
