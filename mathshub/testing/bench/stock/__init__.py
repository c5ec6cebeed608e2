"""Django's own admin over the portal's expressions of interest: what its list costs as it comes.

    DJANGO_SETTINGS_MODULE=mathshub.testing.bench.stock.settings gunicorn ...stock.wsgi
    python -m mathshub.testing.bench.stock     makes a superuser and prints the key of a session

A plain AdminSite and ModelAdmin, Django's templates and the middleware of a new project; six
columns and fifty rows a page, as the portal's list has, and no filters.
"""
