"""Template tags and filters of the house; built in, so no template has to load them."""

from django import template

register = template.Library()
