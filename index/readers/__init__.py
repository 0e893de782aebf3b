"""Files -> articles: one module a format, found through a registry; every reader streams."""
