"""Stage six: fences around every hand-over, and the gate that lets a state through or keeps it back."""
