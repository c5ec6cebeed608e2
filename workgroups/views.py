"""The register, asked by the school field of forms, and by people on a page of its own."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from mathshub.client import client_address
from workgroups.forms import SchoolChoiceForm
from workgroups.models import School
from workgroups.search import (
    is_enough_to_ask,
    number_remark,
    open_successor,
    sort_found,
    what_it_is,
    why_not_pickable,
)
from workgroups.search import search_schools as find_schools
from workgroups.search_limit import is_too_often

ANSWER_LASTS = 600  # seconds in the browser's cache: the register changes once a day at most
SHOWN = 20  # schools on the page
WAIT = {"Retry-After": "60"}  # seconds: searches are counted by the minute


@login_not_required
@require_safe
def search_schools(request: HttpRequest) -> HttpResponse:
    """Schools that match ``q``, best first: the register's facts, no person's.

    A JSON list for scripts; who asks for HTML gets a page on which one can be chosen.
    """
    is_over_limit = is_too_often(client_address(request), timezone.now())
    wants_page = request.get_preferred_type(["application/json", "text/html"]) == "text/html"
    answer = _page if wants_page else _list
    response = answer(request, is_over_limit)
    patch_vary_headers(response, ["Accept"])
    return response


def _list(request: HttpRequest, is_over_limit: bool) -> HttpResponse:
    if is_over_limit:
        return JsonResponse([], safe=False, status=429, headers=WAIT)
    schools = find_schools(request.GET.get("q", ""))
    response = JsonResponse([_as_json(school) for school in schools], safe=False)
    # Of who is signed in the session was noted as active, and its cookie may come with the answer.
    whose = {"private": True} if request.session.accessed else {"public": True}
    patch_cache_control(response, **whose, max_age=ANSWER_LASTS)
    return response


def _as_json(school: School) -> dict[str, Any]:
    """``note`` says why a school can't be chosen, ``remark`` what one is that few look for.

    A closed school with a ``successor`` can be chosen all the same: that one is meant then.
    """
    successor = open_successor(school)
    return _facts(school) | {
        "note": why_not_pickable(school),
        "remark": what_it_is(school),
        "successor": _facts(successor) if successor else None,
    }


def _facts(school: School) -> dict[str, str]:
    return {
        "urn": school.urn,
        "name": school.name,
        "town": school.town,
        "postcode": school.postcode,
        "local_authority": school.local_authority.name if school.local_authority else "",
    }


def _page(request: HttpRequest, is_over_limit: bool) -> HttpResponse:
    """The choice goes as ``urn`` to the page that ``back`` names, or to the list of programmes."""
    query = request.GET.get("q", "").strip()
    schools = [] if is_over_limit else find_schools(query, limit=SHOWN + 1)
    found = sort_found(schools[:SHOWN])
    context = {
        "page_title": "Find your school",
        "query": query,
        "back": _way_back(request),
        "is_over_limit": is_over_limit,
        "is_too_short": bool(query) and not is_enough_to_ask(query),
        "found": found,
        "number_remark": number_remark(query),
        "are_more": len(schools) > SHOWN,
        "choice": SchoolChoiceForm(found),
    }
    template = "workgroups/search_schools.html"
    if is_over_limit:
        page = render_to_string(template, context, request)
        return HttpResponse(page, status=429, headers=WAIT)
    return render(request, template, context)


def _way_back(request: HttpRequest) -> str:
    """A path of this site, never another's."""
    back = request.GET.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back.partition("?")[0]
    return reverse("enrolment:choose_offering")
