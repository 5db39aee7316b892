//! TCP, TLS and HTTP: connections in, requests to the right face, limits on everything that arrives.
