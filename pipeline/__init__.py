"""The command line, the stages, and everything that needs torch."""

import os

# Threads of OpenMP that wait by spinning take the processor from those that work: on a busy
# machine a small model trains ten times slower. It counts only before torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
