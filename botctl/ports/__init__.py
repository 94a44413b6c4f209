"""What flows need from the outside, in our own types: small Protocols, and the Runtime."""
