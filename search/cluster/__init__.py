"""The search core over a cluster: the same questions and answers as `search.core`, asked of OpenSearch.

    tables.py      the build's own files, fetched once: words, stems, names
    queries.py     a query tree -> what the cluster takes: who matches, and how much each may score at most
    scoring.py     words of candidates -> their scores, as the index on one machine works them out
    streaming.py   rows in order, page by page, as far as somebody reads
    counting.py    facets, totals, how many are different: exact, or asked again
    core.py        ties these together: what `search.core.Core` answers
    passages.py    words side by side, and most of them near one another
    profiles.py    what is held of a speaker or an outlet

The cluster has no part in how a word is spelled or what it is worth: it holds the words that our analyser made, and
returns candidates with a bound that no score is above. Scores and order are worked out here.
"""
