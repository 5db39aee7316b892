//! Arguments made from the contract: whatever a service declares, something fitting is sent.

use super::caller::escaped;
use soapstone::soap::contract::{Field, Kind, Operation, Service, Shape, Type};

/// The names of one tenant, real ones or others that look like them.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    pub user: &'static str,
    pub role: &'static str,
    pub dialect: &'static str,
    pub claim: &'static str,
    pub provider: &'static str,
    pub template: &'static str,
    pub user_store: &'static str,
    pub tenant: &'static str,
    pub question: &'static str,
    pub question_set: &'static str,
    pub resource: &'static str,
    pub mail: &'static str,
    /// A one-time password; the only one that is not chosen.
    pub code: [char; 6],
    /// Key of the tenant.
    pub id: i64,
}

impl Names {
    pub fn code(&self) -> String {
        self.code.iter().collect()
    }

    /// Every name, in a fixed order: the same place in two sets means the same thing.
    pub fn all(&self) -> Vec<String> {
        let names = [
            self.user,
            self.role,
            self.dialect,
            self.claim,
            self.provider,
            self.template,
            self.user_store,
            self.tenant,
            self.question,
            self.question_set,
            self.resource,
            self.mail,
        ];
        names.iter().map(|name| (*name).to_owned()).chain([self.code()]).collect()
    }
}

/// Which names the arguments of a call are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// To each argument what its name asks for.
    Fitting,
    /// The same, users with the domain of their tenant behind.
    Qualified,
    /// The name of a user, whatever is asked for.
    User,
    /// The name of a role.
    Role,
    /// A one-time password.
    Code,
}

/// A password that nobody has.
const WRONG: &str = "Wrong@123";
/// Beans inside beans are filled so deep.
const DEPTH: usize = 4;

/// The request element of an operation.
pub fn request(service: &Service, operation: &Operation, names: &Names, round: Round) -> String {
    let mut out = format!("<x:{} xmlns:x=\"{}\">", operation.name, service.schema_namespace);
    for parameter in operation.parameters {
        write(&mut out, parameter, names, round, DEPTH, "x:");
    }
    out + &format!("</x:{}>", operation.name)
}

/// Writes a parameter or property. A bean is written so that its type is known by its place.
fn write(out: &mut String, field: &Field, names: &Names, round: Round, depth: usize, prefix: &str) {
    let Shape { kind, .. } = (field.shape)();
    let name = field.name;
    match kind {
        Kind::Bean(_) if depth == 0 => {}
        Kind::Bean(bean) => {
            out.push_str(&format!("<{prefix}{name}>"));
            properties(out, bean, names, round, depth - 1);
            out.push_str(&format!("</{prefix}{name}>"));
        }
        Kind::Simple(simple) => {
            if let Some(text) = value(simple, name, names, round) {
                out.push_str(&format!("<{prefix}{name}>{}</{prefix}{name}>", escaped(&text)));
            }
        }
    }
}

fn properties(out: &mut String, bean: &Type, names: &Names, round: Round, depth: usize) {
    if let Some(base) = bean.base {
        properties(out, base, names, round, depth);
    }
    for field in bean.fields {
        write(out, field, names, round, depth, "");
    }
}

/// A text of a type of XML Schema; nothing for what no message of the original can carry.
pub fn value(simple: &str, name: &str, names: &Names, round: Round) -> Option<String> {
    Some(match simple {
        "string" => text(name, names, round),
        "boolean" => "true".to_owned(),
        "int" | "long" | "short" if name.to_lowercase().contains("tenant") => names.id.to_string(),
        "int" | "long" | "short" | "float" | "double" => "10".to_owned(),
        "dateTime" => "2017-01-16T08:30:00Z".to_owned(),
        "date" => "2017-01-16".to_owned(),
        "base64Binary" => {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(text(name, names, round))
        }
        "anyType" => return None,
        other => panic!("no value for the type {other}"),
    })
}

fn text(name: &str, names: &Names, round: Round) -> String {
    match round {
        Round::User => names.user.to_owned(),
        Round::Role => names.role.to_owned(),
        Round::Code => names.code(),
        Round::Fitting => fitting(name, names),
        Round::Qualified => {
            let fitting = fitting(name, names);
            if fitting == names.user { [names.user, "@", names.tenant].concat() } else { fitting }
        }
    }
}

/// What the name of a string asks for; the first row that fits decides.
fn fitting(name: &str, names: &Names) -> String {
    let code = names.code();
    let name = name.to_lowercase();
    let rows: &[(&[&str], &str)] = &[
        (&["password", "credential"], WRONG),
        (&["code", "key", "confirmation"], &code),
        (&["role"], names.role),
        (&["dialect"], names.dialect),
        (&["claimuri", "uri", "claim"], names.claim),
        (&["template", "type"], names.template),
        (&["setid", "setname"], names.question_set),
        (&["question"], names.question),
        (&["tenantdomain"], names.tenant),
        (&["userstore", "domain"], names.user_store),
        (&["idp", "provider"], names.provider),
        (&["resource", "permission", "path"], names.resource),
        (&["action"], "ui.execute"),
        (&["locale"], "en_US"),
        (&["profile"], "default"),
        (&["mail", "value"], names.mail),
    ];
    let found = rows.iter().find(|(parts, _)| parts.iter().any(|part| name.contains(part)));
    found.map_or(names.user, |(_, text)| text).to_owned()
}
