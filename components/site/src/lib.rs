//! Files, well-known documents, health, and the demo.
