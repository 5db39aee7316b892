//! Texts of the frame: signing in, menu, refusals, buttons that every screen has.

/// Keys and texts.
pub const TEXTS: &[(&str, &str)] = &[
    ("console", "Management Console"),
    ("sign_in_title", "Sign in to the Management Console"),
    ("sign_in", "Sign in"),
    ("sign_out", "Sign out"),
    ("user_name", "Username"),
    ("password", "Password"),
    ("to_dashboard", "Looking for your own account? Open My account."),
    ("login_failed", "Login failed! Please recheck the username and password and try again."),
    (
        "login_after_end",
        "Your session had ended, so nothing was saved. Sign in to get back to the page you were on.",
    ),
    ("login_without_cookies", "The form is too old, or your browser keeps no cookies. Please try again."),
    ("skip", "Skip to the content"),
    ("menu", "Menu"),
    ("group_identity", "Identity"),
    ("group_manage", "Manage"),
    ("group_configure", "Configure"),
    ("home_title", "Management Console"),
    ("home_intro", "Choose what you want to work on."),
    ("home_adding", "Add"),
    (
        "home_nothing",
        "You are signed in, and your roles let you do nothing here. Ask an administrator for permissions.",
    ),
    ("refused_title", "This is not possible"),
    ("no_page", "There is no such page in the console."),
    ("no_permission", "You are not allowed to do this. One of the following permissions is needed:"),
    ("ask_for_it", "An administrator can add it to one of your roles."),
    ("foreign_form", "The form is not one of this session. Open the page again and repeat what you did."),
    ("failed_inside", "The server could not do this now. Please try again later."),
    (
        "contested",
        "Nothing was saved: somebody else has changed the same since this page was opened. Now: {0}. Send the form again to \
         overwrite it.",
    ),
    ("contested_field", "{0} is “{1}”"),
    ("contested_empty", "{0} is empty or off"),
    ("title_error", "Error"),
    ("back", "Back"),
    ("cancel", "Cancel"),
    ("pages", "Pages"),
    ("first_page", "Beginning"),
    ("next_page", "Next"),
];
