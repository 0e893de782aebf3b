"""The same collection past one machine: Dask's workers make what the archive holds, an OpenSearch cluster answers.

driving.py                   a run whose work Dask's workers do
connecting.py, tasks.py      Dask's scheduler: a client; tasks in order, whoever dies
shards.py, parts.py          what is read at once; what was done, on a storage that all see
extracting.py                what a worker does

opensearch.py           an address -> a connection; what is wrong with it, in words
opensearch_mapping.py   the table of fields -> the cluster's mapping; an entry -> its document
opensearch_tables.py    what is counted of a whole build, as files that its readers fetch once
opensearch_publish.py   entries -> a new index -> counted and looked up -> published
opensearch_builds.py    which builds there are; the alias, going back, removing old ones
opensearch_build.py     the archive of a data folder -> a build; opensearch_shelf.py: `saywho builds` and `prune`
"""
