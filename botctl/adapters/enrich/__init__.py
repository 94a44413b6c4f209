"""Services outside that know something of tokens. Loaded only when one of them is configured."""
