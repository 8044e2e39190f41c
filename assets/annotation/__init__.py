"""Stage two, beside the Hub: what people say. The queue of responses to review, and the reviews that came of it."""
