//! The rules: users, claims, logins and the forced password reset, without any wire.
