//! Texts of the mail templates. Those that the console of IS 5.3.0 has are worded as there.

/// Keys and texts.
pub const TEXTS: &[(&str, &str)] = &[
    ("templates_menu", "Email Templates"),
    ("templates_title", "Email Templates"),
    ("add", "Add"),
    ("add_template_title", "Add Email Template"),
    ("edit_template_title", "Edit Email Template"),
    ("template_type", "Email Template Type"),
    ("template_locale", "Template Language"),
    (
        "template_locale_hint",
        "For example en_US; a mail is sent in the language of its reader, else in the default one.",
    ),
    ("template_content_type", "Email Content Type"),
    ("template_subject", "Subject"),
    ("template_body", "Email Body"),
    (
        "template_body_hint",
        "Placeholders: user-name, confirmation-code, userstore-domain, tenant-domain, user.claim.givenname and other \
         claims, in two pairs of braces; url: in front encodes a value for an address.",
    ),
    ("template_footer", "Email Footer"),
    ("template_save", "Save"),
    ("template_preview", "Preview"),
    ("template_preview_hint", "Filled in with your own account. The code is a sample that opens nothing."),
    ("template_test", "Send me a test"),
    ("template_tried", "A test mail to {0} is on its way. Look at the mail queue for what became of it."),
    ("template_there", "There is a template {0} in {1} already. Nothing was saved."),
    ("template_saved", "Email Template successfully Saved."),
    ("no_templates", "This type has no templates: no mail of this kind is sent."),
    ("no_such_template", "There is no email template {0} in {1}."),
    ("no_such_type", "There is no email template type {0}."),
    ("delete_template_title", "Delete Template"),
    ("delete_template_question", "Do you want to delete the template {0} in {1}?"),
    ("template_deleted", "The template {0} in {1} was deleted."),
    ("type_name", "Email Template Display Name"),
    ("add_type_title", "Add Email Template Type"),
    ("type_added", "The email template type {0} was added."),
    ("delete_type_title", "Delete Template Type"),
    (
        "delete_type_question",
        "Do you want to delete the type {0} with all its templates? Mails of this kind are not sent any more.",
    ),
    ("type_deleted", "The email template type {0} was deleted."),
];
