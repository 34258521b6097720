"""What holds for the processes of all tests, and those that they start."""

import os
import sys

# As in the product's own processes: our solves are tiny, and several tests run side by side.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
    os.environ.setdefault(name, "1")
# Each `fieldhand` that a test starts would compile all of its modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
