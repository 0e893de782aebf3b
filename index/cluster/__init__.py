"""The same collection past one machine.

driving.py                   a run whose work Dask's workers do
connecting.py, tasks.py      Dask's scheduler: a client; tasks in order, whoever dies
shards.py, parts.py          what is read at once; what was done, on a storage that all see
extracting.py                what a worker does
"""
