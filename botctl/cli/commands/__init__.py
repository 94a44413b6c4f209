"""One module a command, imported when it is invoked; the table is in `botctl/cli/app.py`."""
