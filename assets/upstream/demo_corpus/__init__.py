"""A synthetic upstream: git repositories in upstream's exact format, for the demo, the tests and the benchmarks."""

from assets.upstream.demo_corpus.corpus import DemoCorpus, Revision, write_demo_corpus
from assets.upstream.demo_corpus.counts import CorpusCounts

__all__ = ["CorpusCounts", "DemoCorpus", "Revision", "write_demo_corpus"]
