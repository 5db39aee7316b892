//! What a request may look like, and what is refused.
