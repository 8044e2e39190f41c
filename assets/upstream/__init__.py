"""Stage one: the git upstream. Mirror, tree of a commit, Git LFS objects, and a corpus for demonstration."""
