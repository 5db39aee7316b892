//! The command line: what can be said, and which setting each flag is.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// SOAP admin services compatible with WSO2 Identity Server 5.3.0, and a login form that enforces the forced password
/// reset.
#[derive(Debug, Parser)]
#[command(
    name = "soapstone",
    version,
    after_help = "Every flag is also a key of the configuration file and an environment variable SOAPSTONE_…; \
                  `soapstone check-config --print-defaults` lists them all.\n\n\
                  Examples:\n  soapstone                                    serve from ./soapstone-data\n  \
                  soapstone --data-dir /var/lib/soapstone user add tom --password-stdin --claim emailaddress=tom@example.org\n  \
                  soapstone governance set Recovery.AdminPasswordReset.OTP true"
)]
pub struct Arguments {
    /// Folder of database, certificate and key.
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Configuration file; soapstone.toml in the data directory if it is there.
    #[arg(long, global = true, value_name = "FILE", env = "SOAPSTONE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Folder with unmodified files of an existing deployment: carbon.xml, output-event-adapters.xml …
    #[arg(long, global = true, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// What to do; serve when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of serve, which may stand without the word.
    #[command(flatten)]
    pub serve: Serve,
}

/// Flags of the server.
#[derive(Debug, Clone, Default, Args)]
pub struct Serve {
    /// Address of both listeners.
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<String>,
    /// Port of services and pages; 0 takes any free one.
    #[arg(long, value_name = "N")]
    pub https_port: Option<u16>,
    /// Port of the plain listener; 0 takes any free one.
    #[arg(long, value_name = "N")]
    pub http_port: Option<u16>,
    /// Name of this host in WSDL addresses.
    #[arg(long, value_name = "NAME")]
    pub host_name: Option<String>,
    /// Address under which browsers reach the pages.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// PEM file with the certificate.
    #[arg(long, value_name = "FILE")]
    pub tls_certificate: Option<String>,
    /// PEM file with its key.
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until it is told to stop.
    Serve(Serve),
    /// List the admin services with their addresses.
    Services,
    /// Users.
    #[command(subcommand)]
    User(User),
    /// User stores beside the primary one.
    #[command(subcommand)]
    Store(UserStore),
    /// Roles.
    #[command(subcommand)]
    Role(Role),
    /// Claims of a user.
    #[command(subcommand)]
    Claim(Claim),
    /// Account policies of a tenant.
    #[command(subcommand)]
    Governance(Governance),
    /// Tenants.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Identity providers.
    #[command(subcommand)]
    Idp(Idp),
    /// The administrator.
    #[command(subcommand)]
    Admin(Admin),
    /// Mails waiting, sent and failed.
    #[command(subcommand)]
    Mail(Mail),
    /// Read every configuration file and say what it comes to.
    CheckConfig {
        /// Print a commented configuration file with every default instead.
        #[arg(long)]
        print_defaults: bool,
    },
    /// Ask a running server whether it is well; exit status 0 if it is.
    Healthcheck(Serve),
}

/// Where a password comes from. It is never needed on the command line, where everybody could read it.
#[derive(Debug, Clone, Default, Args)]
pub struct Password {
    /// Read the password from the first line of standard input.
    #[arg(long)]
    pub password_stdin: bool,
    /// The password; visible to everybody who can list processes.
    #[arg(long, env = "SOAPSTONE_PASSWORD", hide_env_values = true, conflicts_with = "password_stdin")]
    pub password: Option<String>,
}

/// The tenant that is meant.
#[derive(Debug, Clone, Args)]
pub struct Of {
    /// Tenant domain.
    #[arg(long, value_name = "DOMAIN", default_value = "carbon.super")]
    pub tenant: String,
}

/// Identity providers.
#[derive(Debug, Subcommand)]
pub enum Idp {
    /// Import the identity providers of an existing deployment, the resident one with its account policies among them,
    /// from its tables IDP, IDP_METADATA, IDP_AUTHENTICATOR …, each exported as a CSV file with the names of the columns.
    Import {
        /// Folder with the files: IDP.csv, IDP_METADATA.csv …
        folder: PathBuf,
        /// Number that the tenant has in the tables.
        #[arg(long, value_name = "N", default_value_t = -1234, allow_negative_numbers = true)]
        tenant_id: i64,
        /// The tenant here.
        #[command(flatten)]
        of: Of,
    },
}

/// Users.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a user.
    Add {
        /// Name, with DOMAIN/ for a secondary store.
        name: String,
        /// Claims, by URI or by the last part of it.
        #[arg(long = "claim", value_name = "CLAIM=VALUE")]
        claims: Vec<String>,
        /// Roles to join.
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// List users.
    List {
        /// Names to list; * stands for anything.
        #[arg(default_value = "*")]
        filter: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Add the users of a CSV file: a heading, then lines of name, password, and cells that say CLAIM=VALUE or
    /// role=ONE:TWO.
    Import {
        /// The file.
        file: PathBuf,
        /// User store; the primary one if none is said.
        #[arg(long, value_name = "DOMAIN", default_value = "")]
        store: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Take over the users of an existing deployment with the passwords they have, their claims, roles and permissions,
    /// from its tables UM_USER, UM_USER_ATTRIBUTE, UM_ROLE …, each exported as a CSV file with the names of the columns,
    /// and from files that end in .ldif. Who is here already is left as he is.
    TakeOver {
        /// Folder with the files: UM_USER.csv, UM_USER_ATTRIBUTE.csv …
        folder: PathBuf,
        /// PasswordDigest in the old user-mgt.xml; PLAIN_TEXT if it is not there.
        #[arg(long, value_name = "NAME", default_value = "SHA-256")]
        digest: String,
        /// User store; the primary one if none is said.
        #[arg(long, value_name = "DOMAIN", default_value = "")]
        store: String,
        /// Entry of the directory below which users or groups are; may be said several times.
        #[arg(long = "base", value_name = "DN")]
        bases: Vec<String>,
        /// Number that the tenant has in the tables.
        #[arg(long, value_name = "N", default_value_t = -1234, allow_negative_numbers = true)]
        tenant_id: i64,
        /// The tenant here.
        #[command(flatten)]
        of: Of,
    },
    /// Set a user's password; a pending reset ends.
    SetPassword {
        /// Name.
        name: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Delete a user.
    Delete {
        /// Name.
        name: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
}

/// User stores beside the primary one. Their users are named DOMAIN/NAME.
#[derive(Debug, Subcommand)]
pub enum UserStore {
    /// Make a user store.
    Add {
        /// Domain: letters, digits, dots and dashes.
        domain: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// List them in the order in which logins try them.
    List {
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Take a user store out of use: its users are not listed, cannot sign in, and are signed out.
    Disable {
        /// Domain.
        domain: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Take a user store back into use.
    Enable {
        /// Domain.
        domain: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Remove a user store that holds no users and no roles.
    Delete {
        /// Domain.
        domain: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
}

/// Roles.
#[derive(Debug, Subcommand)]
pub enum Role {
    /// Add a role.
    Add {
        /// Name; Internal/NAME for a role outside the user stores.
        name: String,
        /// Permissions to grant, e.g. /permission/admin/login.
        #[arg(long = "permission", value_name = "PATH")]
        permissions: Vec<String>,
        /// Users to put in.
        #[arg(long = "user", value_name = "USER")]
        users: Vec<String>,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// List roles, or those of a user.
    List {
        /// Only the roles of this user.
        #[arg(long)]
        user: Option<String>,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Give a user roles.
    Assign {
        /// The user.
        user: String,
        /// The roles.
        #[arg(required = true)]
        roles: Vec<String>,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
}

/// Claims of a user.
#[derive(Debug, Subcommand)]
pub enum Claim {
    /// Show claims of a user; all that have a value, unless some are named.
    Get {
        /// The user.
        user: String,
        /// URIs, or the last parts of them.
        claims: Vec<String>,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Set a claim. Setting identity/adminForcedPasswordReset to true forces a reset.
    Set {
        /// The user.
        user: String,
        /// URI, or the part behind http://wso2.org/claims/.
        claim: String,
        /// The value; empty removes it.
        value: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
}

/// Account policies.
#[derive(Debug, Subcommand)]
pub enum Governance {
    /// Show policies; all, unless some are named.
    Get {
        /// Names.
        names: Vec<String>,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
    /// Set a policy.
    Set {
        /// Name.
        name: String,
        /// Value.
        value: String,
        /// Whose.
        #[command(flatten)]
        of: Of,
    },
}

/// Tenants.
#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// Add a tenant with its administrator.
    Add {
        /// Domain.
        domain: String,
        /// Name of the administrator.
        #[arg(long, default_value = "admin")]
        admin: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
    },
    /// List tenants.
    List,
    /// Let the users of a tenant sign in again.
    Activate {
        /// Domain.
        domain: String,
    },
    /// Let no user of a tenant sign in.
    Deactivate {
        /// Domain.
        domain: String,
    },
}

/// The administrator.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Set the password of the first administrator, also before the first start.
    SetPassword {
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
    },
}

/// Mails.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// List mails, without their texts.
    List {
        /// queued, sent, failed or dropped.
        #[arg(long)]
        state: Option<String>,
    },
    /// Try a mail again now; all that wait, unless one is named.
    Retry {
        /// Also those that a mail server refused, as long as what they say is true.
        #[arg(long, conflicts_with = "id")]
        failed: bool,
        /// Its number.
        id: Option<i64>,
    },
    /// Never send a mail.
    Drop {
        /// Its number.
        id: i64,
    },
}

impl Serve {
    /// Flags may stand before and after the word `serve` or `healthcheck`; after it wins.
    fn or(self, before: &Self) -> Self {
        Self {
            bind: self.bind.or_else(|| before.bind.clone()),
            https_port: self.https_port.or(before.https_port),
            http_port: self.http_port.or(before.http_port),
            host_name: self.host_name.or_else(|| before.host_name.clone()),
            public_url: self.public_url.or_else(|| before.public_url.clone()),
            tls_certificate: self.tls_certificate.or_else(|| before.tls_certificate.clone()),
            tls_key: self.tls_key.or_else(|| before.tls_key.clone()),
        }
    }
}

impl Arguments {
    /// Flags as settings.
    #[must_use]
    pub fn flags(&self) -> Vec<(&'static str, String)> {
        let serve = match &self.command {
            Some(Command::Serve(after_the_word) | Command::Healthcheck(after_the_word)) => {
                after_the_word.clone().or(&self.serve)
            }
            _ => self.serve.clone(),
        };
        let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        [
            ("data_dir", shown(&self.data_dir)),
            ("config_dir", shown(&self.config_dir)),
            ("bind", serve.bind),
            ("https_port", serve.https_port.map(|port| port.to_string())),
            ("http_port", serve.http_port.map(|port| port.to_string())),
            ("host_name", serve.host_name),
            ("public_url", serve.public_url),
            ("tls_certificate", serve.tls_certificate),
            ("tls_key", serve.tls_key),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_count_before_and_after_the_word() {
        for word in ["serve", "healthcheck"] {
            let line = ["soapstone", "--bind", "0.0.0.0", "--http-port", "1", word, "--http-port", "2"];
            let flags = Arguments::parse_from(line).flags();
            assert_eq!(flags, [("bind", "0.0.0.0".to_owned()), ("http_port", "2".to_owned())]);
        }
        let flags = Arguments::parse_from(["soapstone", "--https-port", "0"]).flags();
        assert_eq!(flags, [("https_port", "0".to_owned())]);
    }
}
