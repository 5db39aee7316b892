//! Settings: what the operator wrote in files, environment and flags, as one value.
