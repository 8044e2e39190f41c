"""The one exception that is meant for people: its message is all they see.

Anything else that escapes is a defect of the pipeline and keeps its traceback.
"""


class PipelineError(Exception):
    """Bad input or surroundings: the message names the file, line or key and says what to do."""
