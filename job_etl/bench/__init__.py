"""How fast the real stages are, against what else could have been done with the same bytes in the same run.

Belongs here: measuring. What is measured is the code that every run uses; the corpus is `sample.corpus`'s.

    corpus ──▶ landing zone ──load_crawls──▶ raw ──stage_crawls──▶ staging     each beside a baseline
"""

from job_etl.bench.figures import Figure
from job_etl.bench.measuring import MEASUREMENTS, Measured, measure
from job_etl.bench.sizes import curves, grown, plot

__all__ = ["MEASUREMENTS", "Figure", "Measured", "curves", "grown", "measure", "plot"]
