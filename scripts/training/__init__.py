"""What the extractor is trained with: readers of the corpora and the network."""
