//! The command line and what an operator asks of a running installation.
