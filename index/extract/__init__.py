"""Article -> [Quotation]. The only place that imports spaCy and NLTK, so nothing else may import it at start."""
