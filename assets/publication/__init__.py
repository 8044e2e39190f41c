"""Stage eight: the promoted tables as dataset files, in the columns that readers of the public datasets know."""
