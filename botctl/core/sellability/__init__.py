"""Can what is bought be sold again? One tier of proof a file, each finding with a code of its own."""
