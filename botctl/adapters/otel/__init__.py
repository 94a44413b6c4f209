"""A collector behind OTLP/HTTP. Loads the OpenTelemetry SDK, so only where one is configured."""
