//! How mails are sent (`output-event-adapters.xml`) and what they say (`email-admin-config.xml`).

use super::{Found, number, text};
use crate::config::settings::Template;
use toml::Value;
use yaserde::YaDeserialize;

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "outputEventAdaptersConfig")]
pub(super) struct Adapters {
    #[yaserde(rename = "adapterConfig")]
    adapters: Vec<Adapter>,
}

#[derive(Debug, Default, YaDeserialize)]
struct Adapter {
    #[yaserde(attribute = true, rename = "soapstone-line")]
    line: Option<u32>,
    #[yaserde(attribute = true, rename = "type")]
    kind: Option<String>,
    property: Vec<KeyedProperty>,
}

#[derive(Debug, Default, YaDeserialize)]
struct KeyedProperty {
    #[yaserde(attribute = true, rename = "soapstone-line")]
    line: Option<u32>,
    #[yaserde(attribute = true)]
    key: Option<String>,
    #[yaserde(attribute = true, rename = "soapstone-vault")]
    vault: Option<String>,
    #[yaserde(text = true)]
    value: Option<String>,
}

/// The account in the file as it is shipped, which no mail server knows.
const SHIPPED: [(&str, &str); 3] =
    [("mail.smtp.host", "smtp.gmail.com"), ("mail.smtp.user", "abcd"), ("mail.smtp.password", "xxxx")];

impl Adapter {
    /// The last value of a property.
    fn value(&self, key: &str) -> Option<&str> {
        let of_key = self.property.iter().rfind(|property| property.key.as_deref() == Some(key));
        of_key.and_then(|property| Some(property.value.as_deref()?.trim()))
    }

    /// Whether any certificate of its mail server will do: `*`, or the server itself among the hosts that are named.
    fn trusts(&self, hosts: &str) -> bool {
        let own = self.value("mail.smtp.host").unwrap_or_default();
        hosts.split_whitespace().any(|host| host == "*" || host.eq_ignore_ascii_case(own))
    }
}

impl Adapters {
    /// The mail adapter; the others have nothing to adapt here.
    pub(super) fn apply(&self, found: &mut Found) {
        let mail = || self.adapters.iter().filter(|adapter| adapter.kind.as_deref() == Some("email"));
        if let Some(second) = mail().nth(1) {
            found.warn(
                second.line,
                "another adapter for mail: of a property that several have, the last one counts",
            );
        }
        if mail().next().is_none() {
            found.warn(
                None,
                "there is no adapterConfig of the type email, and no mail server is known from it",
            );
        }
        for adapter in mail() {
            adapter.apply(found);
        }
    }
}

impl Adapter {
    fn apply(&self, found: &mut Found) {
        if SHIPPED.iter().all(|(key, value)| self.value(key) == Some(value)) {
            found.warn(
                self.line,
                "the account at smtp.gmail.com is an example, and no mail will leave; write your own",
            );
        }
        for property in &self.property {
            let Some(key) = property.key.as_deref() else {
                found.warn(property.line, "a property without key is left out");
                continue;
            };
            // Nothing in it is as good as no property: mail servers without accounts are written so.
            let (written, in_vault) =
                (property.value.as_deref().unwrap_or_default(), property.vault.is_some());
            if written.trim().is_empty() && !in_vault {
                continue;
            }
            let value = written;
            let mut flag = || found.flag(property.line, key, value);
            let (name, value) = match key {
                "mail.smtp.from" => ("mail.from", text(value.trim())),
                "mail.smtp.user" => ("mail.user", text(value)),
                "mail.smtp.password" => ("mail.password", text(value)),
                "mail.smtp.host" => ("mail.host", text(value.trim())),
                "mail.smtp.port" => ("mail.port", number(value)),
                "mail.smtp.auth" => ("mail.auth", flag()),
                "mail.smtp.starttls.enable" => ("mail.starttls", flag()),
                "mail.smtp.starttls.required" => ("mail.starttls_required", flag()),
                "mail.smtp.ssl.enable" => ("mail.tls", flag()),
                "mail.smtp.ssl.trust" => ("mail.trust_any_certificate", Value::Boolean(self.trusts(value))),
                "mail.smtp.localhost" => ("mail.hello_name", text(value.trim())),
                "mail.smtp.timeout" | "mail.smtp.connectiontimeout" => {
                    // JavaMail counts milliseconds, and waits for ever where there are none.
                    let millis = value.trim().parse::<i64>().unwrap_or(30_000);
                    if millis <= 0 {
                        continue;
                    }
                    ("mail.timeout_seconds", Value::Integer((millis / 1000).max(1)))
                }
                "minThread" => ("mail.concurrency", number(value)),
                // Sizes of a thread pool and of a queue in memory; ours is the database.
                "maxThread" | "keepAliveTimeInMillis" | "jobQueueSize" => continue,
                other => {
                    found.warn(property.line, &format!("{other} is not used"));
                    continue;
                }
            };
            if found.is_value(name, key, property.line, in_vault, written) {
                found.set(name, property.line, key, value);
            }
        }
    }
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "configurations")]
pub(super) struct Mails {
    configuration: Vec<MailConfiguration>,
}

#[derive(Debug, Default, YaDeserialize)]
struct MailConfiguration {
    #[yaserde(attribute = true, rename = "soapstone-line")]
    line: Option<u32>,
    #[yaserde(attribute = true)]
    display: Option<String>,
    #[yaserde(attribute = true)]
    locale: Option<String>,
    #[yaserde(attribute = true, rename = "emailContentType")]
    content_type: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    footer: Option<String>,
}

/// Mails that are of no use without a code; whoever is in a forced reset has nothing else to go on.
const CARRY_A_CODE: [&str; 3] =
    ["adminforcedpasswordreset", "adminforcedpasswordresetwithotp", "passwordreset"];
/// What a code stands for in them.
const CODE: &str = "{{confirmation-code}}";

/// What the shipped wording says for the server's own address.
const SHIPPED_ADDRESS: &str = "https://localhost:9443/";
/// What stands for it: browsers are led to the public address only.
const OWN_ADDRESS: &str = "{{carbon.product-url}}/";

impl Mails {
    /// Those that are whole.
    pub(super) fn apply(self, found: &mut Found) {
        for one in self.configuration {
            let display = one.display.unwrap_or_default();
            let written = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
            let parts = (written(one.subject), written(one.body), written(one.footer));
            let (Some(subject), Some(body), Some(footer)) = parts else {
                found.warn(one.line, &format!("template {display} lacks subject, body or footer"));
                continue;
            };
            if display.trim().is_empty() {
                found.warn(one.line, "a template without display name is left out");
                continue;
            }
            let kind = display.split_whitespace().collect::<String>().to_lowercase();
            if CARRY_A_CODE.contains(&kind.as_str())
                && ![&body, &footer].iter().any(|part| part.contains(CODE))
            {
                found
                    .warn(one.line, &format!("template {display} has no {CODE}: its mails let nobody go on"));
            }
            found.templates.push(Template {
                display,
                locale: one.locale.unwrap_or_else(|| "en_US".into()),
                content_type: one.content_type.unwrap_or_else(|| "text/plain".into()),
                subject: subject.trim().to_owned(),
                // A mail is one behind the other, as they stand there: the lines between them are theirs.
                body: body.replace(SHIPPED_ADDRESS, OWN_ADDRESS),
                footer: footer.replace(SHIPPED_ADDRESS, OWN_ADDRESS),
            });
        }
    }
}
