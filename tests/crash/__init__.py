"""The crash matrix: botctl killed with SIGKILL around every port call, on a real chain and databases."""
