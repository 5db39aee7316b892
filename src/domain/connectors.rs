//! The account policies of IS 5.3.0: every connector with its properties, texts and defaults, in the order they are
//! listed. Texts are what clients and consoles show.

/// A group of settings.
#[derive(Debug)]
pub struct Connector {
    /// Its own name, which marks that its defaults were written.
    pub name: &'static str,
    /// Name for people.
    pub friendly_name: &'static str,
    /// Heading in the console.
    pub category: &'static str,
    /// Its settings.
    pub properties: &'static [Property],
}

/// A setting.
#[derive(Debug)]
pub struct Property {
    /// Key.
    pub name: &'static str,
    /// Name for people.
    pub display_name: &'static str,
    /// What it does; empty when the original says nothing.
    pub description: &'static str,
    /// Value of a fresh tenant.
    pub default: &'static str,
}

/// How the names of settings begin that are kept for those who read them and change nothing here: nobody registers himself
/// in a browser, and reCaptcha is a service of somebody else.
const IDLE: [&str; 3] =
    ["SelfRegistration.", "sso.login.recaptcha.", "Recovery.Question.Password.ReCaptcha."];

/// Whether a setting of that name changes nothing.
#[must_use]
pub fn is_idle(name: &str) -> bool {
    IDLE.iter().any(|start| name.starts_with(start))
}

const fn property(
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    default: &'static str,
) -> Property {
    Property { name, display_name, description, default }
}

/// Every connector.
pub const CONNECTORS: &[Connector] = &[
    Connector {
        name: "account.lock.handler",
        friendly_name: "Account Locking",
        category: "Login Policies",
        properties: &[
            property(
                "account.lock.handler.enable",
                "Account Lock Enabled",
                "Enable account locking for failed logins",
                "false",
            ),
            property(
                "account.lock.handler.On.Failure.Max.Attempts",
                "Maximum Failed Login Attempts",
                "Number of failed attempts allows without locking the account",
                "5",
            ),
            property(
                "account.lock.handler.Time",
                "Account Unlock Time",
                "Account locked time span in minutes",
                "5",
            ),
            property(
                "account.lock.handler.login.fail.timeout.ratio",
                "Lock Timeout Increment Factor",
                "",
                "2",
            ),
        ],
    },
    Connector {
        name: "sso.login.recaptcha",
        friendly_name: "Captcha for SSO Login",
        category: "Login Policies",
        properties: &[
            property(
                "sso.login.recaptcha.enable",
                "Enable",
                "Enable captcha verification during SSO login",
                "false",
            ),
            property(
                "sso.login.recaptcha.on.max.failed.attempts",
                "Max failed attempts",
                "Number of failed attempts allows without showing the captcha",
                "3",
            ),
        ],
    },
    Connector {
        name: "passwordHistory",
        friendly_name: "Password History",
        category: "Password Policies",
        properties: &[
            property(
                "passwordHistory.enable",
                "Enable Password History Feature",
                "Enable to disallow previously used passwords",
                "false",
            ),
            property(
                "passwordHistory.count",
                "Password History validation count",
                "Restrict reusing last x number of password during password update",
                "5",
            ),
        ],
    },
    Connector {
        name: "passwordPolicy",
        friendly_name: "Password Patterns",
        category: "Password Policies",
        properties: &[
            property(
                "passwordPolicy.enable",
                "Enable Password Policy Feature",
                "Enable password pattern policy",
                "false",
            ),
            property("passwordPolicy.min.length", "Password Policy Min Length", "", "6"),
            property("passwordPolicy.max.length", "Password Policy Max Length", "", "12"),
            property(
                "passwordPolicy.pattern",
                "Password Policy Pattern",
                "Allowed password regex pattern",
                r"^((?=.*\d)(?=.*[a-z])(?=.*[A-Z])(?=.*[!@#$%&*])).{0,100}$",
            ),
            property(
                "passwordPolicy.errorMsg",
                "Password Policy Error Message",
                "Error message for invalid password patterns",
                "'Password pattern policy violated. Password should contain a digit[0-9], a lower case letter[a-z], an upper case letter[A-Z], one of !@#$%&* characters'",
            ),
        ],
    },
    Connector {
        name: "suspension.notification",
        friendly_name: "Lock Idle Accounts",
        category: "Account Management Policies",
        properties: &[
            property("suspension.notification.enable", "Enable", "", "false"),
            property("suspension.notification.account.disable.delay", "Lock Account After (days)", "", "90"),
            property(
                "suspension.notification.delays",
                "Alert User In (days comma-separated list",
                "",
                "30,45,60,75",
            ),
        ],
    },
    Connector {
        name: "account-recovery",
        friendly_name: "Account Recovery",
        category: "Account Management Policies",
        properties: &[
            property(
                "Recovery.Notification.Password.Enable",
                "Enable Notification Based Password Recovery",
                "",
                "false",
            ),
            property(
                "Recovery.Question.Password.Enable",
                "Enable Security Question Based Password Recovery",
                "",
                "false",
            ),
            property(
                "Recovery.Question.Password.MinAnswers",
                "Number Of Questions Required For Password Recovery",
                "",
                "2",
            ),
            property(
                "Recovery.Question.Password.ReCaptcha.Enable",
                "Enable reCaptcha for Security Questions Based Password Recovery",
                "Show captcha for challenge question based password recovery",
                "true",
            ),
            property(
                "Recovery.Question.Password.ReCaptcha.MaxFailedAttempts",
                "Max Failed Attempts for ReCaptcha",
                "",
                "2",
            ),
            property("Recovery.Notification.Username.Enable", "Enable Username Recovery", "", "false"),
            property(
                "Recovery.Notification.InternallyManage",
                "Enable Notification Internally Management",
                "Set false if the client application handles notification sending",
                "true",
            ),
            property("Recovery.NotifySuccess", "Notify when Recovery Success", "", "false"),
            property(
                "Recovery.Question.Password.NotifyStart",
                "Notify when Questions Based Recovery Starts",
                "",
                "false",
            ),
            property("Recovery.ExpiryTime", "Notification Expiry Time", "", "1440"),
        ],
    },
    Connector {
        name: "self-sign-up",
        friendly_name: "User Self Registration",
        category: "Account Management Policies",
        properties: &[
            property(
                "SelfRegistration.Enable",
                "Enable Self User Registration",
                "Enable self user registration",
                "false",
            ),
            property(
                "SelfRegistration.LockOnCreation",
                "Enable Account Lock On Creation",
                "Lock user account during user registration",
                "true",
            ),
            property(
                "SelfRegistration.Notification.InternallyManage",
                "Enable Notification Internally Management",
                "Set false if the client application handles notification sending",
                "true",
            ),
            property(
                "SelfRegistration.ReCaptcha",
                "Enable reCaptcha",
                "Enable captcha verification during self registration",
                "true",
            ),
        ],
    },
    Connector {
        name: "user-email-verification",
        friendly_name: "User Onboarding",
        category: "Account Management Policies",
        properties: &[
            property(
                "EmailVerification.Enable",
                "Enable User Email Verification",
                "Enable to trigger a verification notification during user creation",
                "false",
            ),
            property(
                "EmailVerification.LockOnCreation",
                "Enable Account Lock On Creation",
                "Lock user account during user creation",
                "true",
            ),
            property(
                "EmailVerification.Notification.InternallyManage",
                "Enable Notification Internally Management",
                "Set false if the client application handles notification sending",
                "true",
            ),
        ],
    },
    Connector {
        name: "admin-forced-password-reset",
        friendly_name: "Password Reset",
        category: "Account Management Policies",
        properties: &[
            property(
                "Recovery.AdminPasswordReset.RecoveryLink",
                "Enable Password Reset via Recovery Email",
                "User gets notified with a link to reset password",
                "false",
            ),
            property(
                "Recovery.AdminPasswordReset.OTP",
                "Enable Password Reset via OTP",
                "User gets notified with a one time password to try with SSO login",
                "false",
            ),
            property(
                "Recovery.AdminPasswordReset.Offline",
                "Enable Password Reset Offline",
                "An OTP generated and stored in users claims",
                "false",
            ),
        ],
    },
];
