"""`python -m liebig`: the command `liebig`."""

import sys

from liebig._command import main

sys.exit(main())
