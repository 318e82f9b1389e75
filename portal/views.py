"""Start pages, search and public pages."""
