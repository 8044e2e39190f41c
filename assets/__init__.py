"""What is made: one sub-package per stage of the pipeline, in the order of the flow."""
