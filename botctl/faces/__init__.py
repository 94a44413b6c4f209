"""What the faces (command line, page, chat) share: how numbers, filters and documents read."""
