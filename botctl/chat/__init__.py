"""The face in a chat: parses what was sent, calls one flow, renders; it signs nothing itself."""
