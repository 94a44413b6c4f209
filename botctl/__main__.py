"""`python -m botctl`: the same as the installed command."""

from botctl.cli.app import main

main()
