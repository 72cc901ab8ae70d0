"""Where the tests find what they run."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent  # of the environment that they run in
