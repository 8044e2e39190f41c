"""The names of the stages that a run may cover, in order. Apart from the jobs, so that naming them needs no Dagster."""

STAGES = ("upstream", "hub", "annotation", "landing", "warehouse", "statistics", "quality", "dashboards", "publication")
