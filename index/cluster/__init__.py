"""The same collection past one machine: engines that exist, fed with what the archive or a cluster of extractors gives.

opensearch.py           an address -> a connection; what is wrong with it, in words
opensearch_mapping.py   the table of fields -> the cluster's mapping; an entry -> its document
opensearch_tables.py    what is counted of a whole build, as files that its readers fetch once
opensearch_publish.py   entries -> a new index -> checked -> the alias switched; prune, rollback
"""
