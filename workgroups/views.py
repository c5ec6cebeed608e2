"""The register, asked by the school field of forms."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse


@login_not_required
def search_schools(request: HttpRequest) -> JsonResponse:
    """Schools of the register that match ``q``, as a JSON list."""
    return JsonResponse([], safe=False)
