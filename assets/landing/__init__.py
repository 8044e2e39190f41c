"""Stage three: upstream files become landed Parquet, one per blob; what cannot be read goes to quarantine."""
