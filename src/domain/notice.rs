//! Mails to users: made from the tenant's template inside the transaction that causes them, and queued there.
//!
//! Whatever can be wrong with a mail — no address, no template — is found out by [`prepare`] before its cause has
//! changed anything. Afterwards only the mail server can fail, and that is the worker's business. The text waits
//! sealed: it carries codes.

use super::catalogue::{EMAIL_ADDRESS, LOCALITY};
use super::claim::{self, Changes};
use super::placeholder::{self, Form};
use super::template::{self, Template};
use super::{Error, Now, Realm, User, tenant};
use crate::store::{self, Tx, outbox::NewMail};
use std::collections::HashMap;

/// Link to the page that sets a new password, after an administrator forced a reset.
pub const FORCED_RESET_LINK: &str = "adminforcedpasswordreset";
/// One-time password, after an administrator forced a reset.
pub const FORCED_RESET_OTP: &str = "adminforcedpasswordresetwithotp";
/// Link after the user asked for it.
pub const FORGOTTEN_PASSWORD: &str = "passwordreset";
/// Link to confirm the address of a new account.
pub const CONFIRM_ADDRESS: &str = "emailconfirm";
/// Link to choose the password of a new account.
pub const CHOOSE_PASSWORD: &str = "askpassword";
/// A password was reset; spelled as in the original.
pub const RESET_DONE: &str = "passwordresetsucess";
/// A user's name, which he forgot.
pub const ACCOUNT_ID: &str = "accountidrecovery";
/// A recovery by security questions has begun.
pub const RECOVERY_STARTED: &str = "initiaterecovery";
/// The account was not used for some days.
pub const IDLE_REMINDER: &str = "idleaccountreminder";
/// Account locked.
pub const ACCOUNT_LOCK: &str = "accountlock";
/// Account unlocked.
pub const ACCOUNT_UNLOCK: &str = "accountunlock";
/// Account disabled.
pub const ACCOUNT_DISABLE: &str = "accountdisable";
/// Account enabled.
pub const ACCOUNT_ENABLE: &str = "accountenable";

/// What anybody has sent to whomever he can name.
const ASKED_FOR: [&str; 3] = [FORGOTTEN_PASSWORD, ACCOUNT_ID, RECOVERY_STARTED];
/// Mails of one such kind to an address before there is a rest …
const BEFORE_A_REST: i64 = 3;
/// … and within how many minutes they were queued then.
const LATELY: i64 = 15;

/// Mails without a code are not worth sending after a day.
const WITHOUT_CODE_MINUTES: i64 = 1_440;

/// A mail that can be sent: it has addresses, a template and every claim the template asks for.
#[derive(Debug)]
pub struct Prepared {
    kind: String,
    template: Template,
    addresses: Vec<String>,
    claims: HashMap<String, String>,
    properties: HashMap<&'static str, String>,
}

/// What only the moment of queueing knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Carried<'a> {
    /// `{{confirmation-code}}`
    pub code: Option<&'a str>,
    /// Further placeholders, for example `callback`.
    pub properties: &'a [(String, String)],
    /// The recovery whose code it is.
    pub recovery: Option<i64>,
    /// Minutes for which the code is good.
    pub minutes: Option<i64>,
}

impl Prepared {
    /// Whom the mail goes to.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }
}

/// Finds addresses, template and claims for a mail to `user`. Claims that are being written in the same request
/// count already.
///
/// # Errors
/// [`Error::Refused`] with the text of IS 5.3.0 when there is no address or no template.
pub fn prepare(
    tx: &mut Tx<'_>,
    realm: &Realm,
    user: &User,
    kind: &'static str,
    pending: &Changes,
) -> Result<Prepared, Error> {
    let known = claims(tx, realm, user, pending, &[EMAIL_ADDRESS, LOCALITY])?;
    let addresses = addresses(known.get(EMAIL_ADDRESS).map_or("", String::as_str));
    if addresses.is_empty() {
        return Err(no_address());
    }
    let default = &realm.policy.default_locale;
    let wanted = known.get(LOCALITY).map(|locality| locality.trim());
    let Some(template) = template::choose(tx, user.tenant.0, kind, wanted, default)? else {
        let tenant_domain = tenant::domain_of(tx, user.tenant)?;
        return Err(Error::refused(format!(
            "org.wso2.carbon.email.mgt.exceptions.I18nEmailMgtServerException: Cannot find '{kind}' template in the \
             default '{default}' locale for '{tenant_domain}' tenant."
        )));
    };
    fit(tx, realm, user, kind, template, addresses, pending)
}

/// Whether a mail is one that anybody can ask for, and as many were asked for lately as anybody needs who does not find
/// the first. The link of the last one stays good: whoever asks again and again neither fills somebody's mailbox nor takes
/// his way back in from him. IS 5.3.0 sends each.
///
/// # Errors
/// Failures of the database.
pub fn rests(tx: &mut Tx<'_>, now: Now, user: &User, prepared: &Prepared) -> Result<bool, Error> {
    let Prepared { kind, addresses, .. } = prepared;
    if !ASKED_FOR.contains(&kind.as_str()) {
        return Ok(false);
    }
    let after = now.plus_minutes(-LATELY).0;
    for address in addresses {
        let sent = store::outbox::count_to(tx, user.tenant.0, kind, address, after, BEFORE_A_REST)?;
        if sent >= BEFORE_A_REST {
            tracing::info!(kind, "no further mail: this user was sent several of them lately");
            return Ok(true);
        }
    }
    Ok(false)
}

fn no_address() -> Error {
    Error::refused("Email notification sending failed. Sending email address is not configured for the user.")
}

/// Finds what a template asks for.
fn fit(
    tx: &mut Tx<'_>,
    realm: &Realm,
    user: &User,
    kind: &str,
    template: Template,
    addresses: Vec<String>,
    pending: &Changes,
) -> Result<Prepared, Error> {
    let wanted: Vec<String> = [&template.subject, &template.body, &template.footer]
        .into_iter()
        .flat_map(|part| placeholder::names(part))
        .filter_map(claim_of)
        .collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let claims = claims(tx, realm, user, pending, &wanted)?;
    let properties = HashMap::from([
        ("user-name", user.name.clone()),
        ("userstore-domain", user.domain.clone()),
        ("tenant-domain", tenant::domain_of(tx, user.tenant)?),
        ("TEMPLATE_TYPE", kind.to_owned()),
        ("carbon.product-url", realm.policy.public_url.trim_end_matches('/').to_owned()),
    ]);
    Ok(Prepared { kind: kind.to_owned(), template, addresses, claims, properties })
}

/// A mail with everything filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// One line.
    pub subject: String,
    /// Body and footer.
    pub body: String,
    /// Whether the body is HTML.
    pub is_html: bool,
}

fn filled(prepared: &Prepared, carried: Carried<'_>) -> Filled {
    let Prepared { template, claims, properties, .. } = prepared;
    let value = |name: &str| {
        if name == "confirmation-code" {
            return carried.code.map(str::to_owned);
        }
        // What the server knows comes first: nobody who asks for a mail says where its link leads or whom it speaks of.
        let sent =
            || carried.properties.iter().find(|(property, _)| property == name).map(|(_, value)| value);
        let known = properties.get(name).or_else(|| claim_of(name).and_then(|uri| claims.get(&uri)));
        known.or_else(sent).cloned()
    };
    let is_html = template.content_type.trim().to_ascii_lowercase().starts_with("text/html");
    let form = if is_html { Form::Html } else { Form::Plain };
    // A subject is one line, whatever a claim holds.
    let subject = placeholder::fill(&template.subject, Form::Plain, value).replace(['\r', '\n'], " ");
    let body =
        placeholder::fill(&template.body, form, value) + &placeholder::fill(&template.footer, form, value);
    Filled { subject: subject.trim().to_owned(), body, is_html }
}

/// Stands where a real mail carries a code.
const SAMPLE_CODE: &str = "SAMPLE-CODE";

/// How a template would look in a mail to `user`; it carries no code that is good for anything.
///
/// # Errors
/// Failures of the database.
pub fn preview(tx: &mut Tx<'_>, realm: &Realm, user: &User, template: &Template) -> Result<Filled, Error> {
    let kind = template::type_of(&template.display);
    let prepared = fit(tx, realm, user, &kind, template.clone(), Vec::new(), &Changes::default())?;
    Ok(filled(&prepared, Carried { code: Some(SAMPLE_CODE), ..Carried::default() }))
}

/// Queues the mail of [`preview`] to the addresses of `user`, and says which these are.
///
/// # Errors
/// The original's text when he has none.
pub fn try_out(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    template: &Template,
) -> Result<Vec<String>, Error> {
    let known = claims(tx, realm, user, &Changes::default(), &[EMAIL_ADDRESS])?;
    let addresses = addresses(known.get(EMAIL_ADDRESS).map_or("", String::as_str));
    if addresses.is_empty() {
        return Err(no_address());
    }
    let kind = template::type_of(&template.display);
    let prepared = fit(tx, realm, user, &kind, template.clone(), addresses, &Changes::default())?;
    queue(tx, now, realm, user, &prepared, Carried { code: Some(SAMPLE_CODE), ..Carried::default() })?;
    Ok(prepared.addresses)
}

/// Fills the template and queues one mail per address.
///
/// # Errors
/// Failures of the database and of sealing.
pub fn queue(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    prepared: &Prepared,
    carried: Carried<'_>,
) -> Result<(), Error> {
    let Prepared { kind, template, addresses, .. } = prepared;
    let Filled { subject, body, .. } = filled(prepared, carried);
    let expires_at = now.plus_minutes(carried.minutes.unwrap_or(WITHOUT_CODE_MINUTES));
    for recipient in addresses {
        let message_id = format!("{}@{}", uuid::Uuid::new_v4(), host(&realm.policy.public_url));
        store::outbox::insert(
            tx,
            &NewMail {
                tenant: user.tenant.0,
                created_at: now.0,
                expires_at: expires_at.0,
                template: kind,
                recipient,
                subject: &realm.key.seal(&message_id, &subject)?,
                body: &realm.key.seal(&message_id, &body)?,
                content_type: &template.content_type,
                message_id: &message_id,
                recovery: carried.recovery,
            },
        )?;
    }
    Ok(())
}

/// Queues a mail that nobody depends on: without address or template there is none, and that is no error.
///
/// # Errors
/// Failures of the database.
pub fn tell(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    kind: &'static str,
    properties: &[(String, String)],
) -> Result<(), Error> {
    match prepare(tx, realm, user, kind, &Changes::default()) {
        Ok(prepared) if rests(tx, now, user, &prepared)? => Ok(()),
        Ok(prepared) => queue(tx, now, realm, user, &prepared, Carried { properties, ..Carried::default() }),
        Err(Error::Refused(reason)) => {
            tracing::info!(kind, reason, "no mail about this change");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// The present values of claims, with what is about to be written on top.
fn claims(
    tx: &mut Tx<'_>,
    realm: &Realm,
    user: &User,
    pending: &Changes,
    uris: &[&str],
) -> Result<HashMap<String, String>, Error> {
    let mut found: HashMap<String, String> = claim::values(tx, realm, user, uris)?.into_iter().collect();
    for uri in uris {
        match pending.get(uri) {
            Some(Some(value)) => found.insert((*uri).to_owned(), value.to_owned()),
            Some(None) => found.remove(*uri),
            None => continue,
        };
    }
    Ok(found)
}

/// `user.claim.X` and `user.claim.identity.X`; X is what follows the last dot, as in the original.
fn claim_of(placeholder: &str) -> Option<String> {
    let name = placeholder.strip_prefix("user.claim.")?;
    let last = name.rsplit('.').next().unwrap_or(name);
    let identity = if name.starts_with("identity.") { "identity/" } else { "" };
    Some(format!("http://wso2.org/claims/{identity}{last}"))
}

/// Addresses of one user at most: he writes them himself, and each gets every mail.
const MOST_ADDRESSES: usize = 10;

/// The claim is split at commas, and at semicolons as people write them; nobody gets the same mail twice. What is no address
/// is none: a reset whose only mail could never leave would shut its user out.
fn addresses(claim: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in claim.split([',', ';']) {
        // `Tom <tom@example.org>` is how mail programs copy one.
        let bare =
            part.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(part, |(inner, _)| inner);
        let address: String = bare.chars().filter(|letter| !letter.is_whitespace()).collect();
        if is_address(&address) && !found.contains(&address) {
            found.push(address);
        }
        if found.len() >= MOST_ADDRESSES {
            break;
        }
    }
    found
}

/// Whether a text can be an address at all.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        let is_odd = |letter: char| letter.is_control() || "@<>()".contains(letter);
        let is_text = |text: &str| !text.split('.').any(str::is_empty) && !text.contains(is_odd);
        is_text(user) && is_text(host) && !user.contains(':')
    })
}

/// The host of the public address, for message ids.
fn host(public_url: &str) -> &str {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    if host.is_empty() { "localhost" } else { host }
}

#[cfg(test)]
mod tests;
