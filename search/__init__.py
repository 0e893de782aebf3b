"""The read side: a question in, a page of answers out. Imports `index`, never `web`."""
