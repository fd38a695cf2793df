"""Random histories of a worker: faults and deaths wherever they may happen."""
