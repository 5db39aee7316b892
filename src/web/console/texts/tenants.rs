//! Texts of the tenants.

/// Keys and texts.
pub const TEXTS: &[(&str, &str)] = &[
    ("tenants_menu", "Tenants"),
    ("tenants_title", "Tenants"),
    ("tenant_search", "Enter a part of the domain"),
    ("tenant_domain", "Domain"),
    ("tenant_domain_hint", "For example example.com; users of the tenant sign in as name@example.com."),
    ("tenant_admin", "Admin User Name"),
    ("tenant_password", "Admin Password"),
    ("tenant_password_hint", "Leave empty to keep the present one."),
    ("tenant_email", "Email"),
    ("tenant_created", "Created"),
    ("inactive", "Inactive"),
    ("activate", "Activate"),
    ("deactivate", "Deactivate"),
    ("no_tenants", "There are no tenants beside this one."),
    ("no_tenants_match", "No tenants match."),
    ("no_such_tenant", "There is no tenant {0}."),
    ("add_tenant_title", "Add New Tenant"),
    ("edit_tenant_title", "Edit Tenant"),
    ("tenant_no_admin", "The admin user name is required."),
    ("tenant_no_password", "The admin password is required."),
    ("tenant_added", "The tenant {0} was added."),
    ("tenant_saved", "The tenant {0} was updated."),
    ("tenant_activated", "The tenant {0} was activated."),
    ("tenant_deactivated", "The tenant {0} was deactivated."),
    ("deactivate_tenant_title", "Deactivate Tenant"),
    (
        "deactivate_tenant_question",
        "Do you want to deactivate the tenant {0}? None of its users can sign in until it is activated again.",
    ),
];
