"""How fast the search is beside its peers: what `scripts/benchmark.py` measures, on a corpus that it makes itself."""

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""The environment in which numpy keeps to one core; read when it is loaded."""
