"""For all tests, and before any of them imports torch."""

import os

# Threads that wait by spinning stand still when another process wants their core: on two busy cores these tests then take
# ten times as long. The jobs set the same for themselves (worker/launch.py).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
