"""The page and the REST interface: each route parses, calls one flow, and renders."""
