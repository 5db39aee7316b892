//! The pages a browser sees: login, dashboard, password reset.
