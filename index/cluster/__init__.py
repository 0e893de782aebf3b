"""A collection that has outgrown one machine: Dask reads, extracts and compares, OpenSearch answers."""
