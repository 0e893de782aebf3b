"""How good the extractor is: what `scripts/evaluate.py` measures, one module a question."""
