"""`python -m recount.cli`, for machines where the command itself is not on the path."""

import sys

from recount.cli import main

sys.exit(main())
