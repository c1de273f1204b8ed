# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer`. Kept readable for old Pythons, so that they get a sentence and no SyntaxError."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the point of this file: it is met by Pythons that the rest does not fit
    found = ".".join(str(number) for number in sys.version_info[:2])
    sys.stderr.write(
        "PYTHON_NOT_SUPPORTED: this is Python " + found + "; install Python 3.11 or 3.13 and run this command with it, "
        "for example: python3.11 -m vendor_installer demo\n"
    )
    sys.exit(2)

from vendor_installer.command_line import main

sys.exit(main(sys.argv[1:]))
