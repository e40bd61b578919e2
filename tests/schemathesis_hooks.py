"""What Schemathesis cannot write by itself: a body with a JSON document a line is sent as the text that it is."""

import schemathesis

schemathesis.serializer.alias("application/x-ndjson", "text/plain")
