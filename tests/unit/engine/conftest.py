import sys
from pathlib import Path

# The tests are no package; they share one module of made-up conversations.
sys.path.insert(0, str(Path(__file__).parent))
