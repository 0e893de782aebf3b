"""The write side: articles in, an index out. Imports neither `search` nor `web`."""
