"""Stage two: the public Hugging Face datasets. Their revisions, their files, and a set of them for demonstration."""
