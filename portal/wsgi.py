"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

# Every view is loaded before the first person comes, and what is loaded lives as long as the process: the collector
# need not walk through it, which else stalled large pages by a tenth of a second.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
