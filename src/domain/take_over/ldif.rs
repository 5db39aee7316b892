//! Users and groups of a directory, from LDIF (RFC 2849). A user is an entry with `uid` and a password, a group one
//! with members; IS 5.3.0 keeps its users so.

use super::export::{Export, Meant};
use super::{OldRole, OldUser, Stored};
use crate::domain::Error;
use crate::domain::name::{folded, shown};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;

/// What makes an entry a user or group, and says nothing of him.
const NO_ATTRIBUTES: [&str; 2] = ["objectclass", "userpassword"];

/// What stands around the entries in the output of `ldapsearch`.
const AROUND: [&str; 4] = ["version", "search", "result", "ref"];

/// The class of entries with a key of Kerberos, and the last name of those among them that are services of it. They have
/// passwords that everybody knows, and IS 5.3.0 makes them at its first start.
const KERBEROS: &str = "krb5KDCEntry";
const SERVICE: &str = "Service";

/// Classes of groups.
const GROUPS: [&str; 2] = ["groupOfNames", "groupOfUniqueNames"];

/// An entry.
#[derive(Default)]
struct Entry {
    place: String,
    dn: String,
    values: Vec<(String, String)>,
}

impl Entry {
    fn all(&self, attribute: &str) -> impl Iterator<Item = &str> {
        let own = self.values.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(attribute));
        own.map(|(_, value)| value.as_str())
    }

    fn first(&self, attribute: &str) -> Option<&str> {
        self.all(attribute).next()
    }

    fn refuse(&self, what: &str) -> Error {
        Error::refused(format!("{}: {}: {what}", self.place, self.dn))
    }

    fn is_group(&self) -> bool {
        self.all("objectClass").any(|class| GROUPS.iter().any(|known| class.eq_ignore_ascii_case(known)))
            || self.first("member").is_some()
            || self.first("uniqueMember").is_some()
    }

    /// Whether it is a user of a directory that has his password somewhere else.
    fn is_of_active_directory(&self) -> bool {
        self.all("objectClass").any(|class| class.eq_ignore_ascii_case("user"))
            && self.first("sAMAccountName").is_some()
            && self.first("userPassword").is_none()
    }

    fn is_service(&self) -> bool {
        self.all("objectClass").any(|class| class.eq_ignore_ascii_case(KERBEROS))
            && self.first("sn").is_some_and(|name| name.eq_ignore_ascii_case(SERVICE))
    }

    /// The entry it is in.
    fn parent(&self) -> &str {
        let own = parts(&self.dn).next().unwrap_or_default();
        self.dn.get(own.len() + 1..).unwrap_or_default()
    }
}

/// Reads files, each with its name; who is a member of a group may stand in another.
pub(super) fn read(files: &[(String, String)], meant: &Meant, export: &mut Export) -> Result<(), Error> {
    let bases: Vec<String> = meant.bases.iter().map(|base| normal(base)).collect();
    let is_meant = |entry: &Entry| {
        bases.is_empty()
            || bases.iter().any(|base| entry.dn == *base || entry.dn.ends_with(&[",", base].concat()))
    };
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for (file, text) in files {
        for entry in entries(file, text, export)? {
            if entry.is_of_active_directory() {
                return Err(entry.refuse(
                    "Active Directory shows nobody its passwords; add its users anew, as with `soapstone user import`",
                ));
            }
            let is_user = entry.first("uid").is_some();
            if !is_user && !entry.is_group() {
                export.pass_over("entries of a directory that are neither users nor groups");
            } else if !is_meant(&entry) {
                export.pass_over("users and groups of a directory that are not below --base");
            } else if is_user && entry.is_service() {
                export.pass_over("accounts of the directory for its own Kerberos services");
            } else if is_user {
                users.push(entry);
            } else {
                groups.push(entry);
            }
        }
    }
    if bases.is_empty() {
        one_place(&users)?;
        one_place(&groups)?;
    }
    let mut names = HashMap::new();
    for entry in users {
        let user = user(&entry)?;
        names.insert(entry.dn, folded(&user.name));
        export.users.push(user);
    }
    for entry in groups {
        let name = entry.first("cn").ok_or_else(|| entry.refuse("a group without cn"))?;
        if name.contains('/') {
            return Err(entry.refuse("there is a slash in its name, which no role can have here"));
        }
        let mut members = Vec::new();
        for member in entry.all("member").chain(entry.all("uniqueMember")) {
            match names.get(&normal(member)) {
                Some(name) => members.push(name.clone()),
                None => export.pass_over("memberships of users who are not there"),
            }
        }
        let (place, typed) = (entry.place.clone(), shown(&meant.store, name));
        export.roles.push(OldRole { place, typed, members, grants: Vec::new() });
    }
    Ok(())
}

/// A directory of IS 5.3.0 keeps every tenant below an entry of its own: who would be whose is not guessed.
fn one_place(entries: &[Entry]) -> Result<(), Error> {
    let Some(first) = entries.first() else { return Ok(()) };
    match entries.iter().find(|entry| entry.parent() != first.parent()) {
        Some(other) => Err(other.refuse(&format!(
            "others are below {}, and tenants are kept apart so; say with --base which are meant",
            first.parent()
        ))),
        None => Ok(()),
    }
}

fn user(entry: &Entry) -> Result<OldUser, Error> {
    let mut passwords = entry.all("userPassword").filter(|value| !value.is_empty());
    let (password, another) = (passwords.next(), passwords.next());
    let password = password.ok_or_else(|| {
        entry.refuse("there is no userPassword; export the directory as somebody who may read it")
    })?;
    if another.is_some() {
        return Err(entry.refuse("there are several values of userPassword; leave the one that counts"));
    }
    let name = entry.first("uid").filter(|name| !name.is_empty());
    let mut user = OldUser {
        place: entry.place.clone(),
        name: name.ok_or_else(|| entry.refuse("uid is empty"))?.to_owned(),
        password: Stored::Directory(password.to_owned()),
        require_change: false,
        changed_at: None,
        attributes: Vec::new(),
    };
    let kept = entry.values.iter().filter(|(name, _)| !NO_ATTRIBUTES.contains(&name.to_lowercase().as_str()));
    for (name, value) in kept.filter(|(_, value)| !value.is_empty()) {
        user.add(name, value);
    }
    Ok(user)
}

/// The entries of a file. Lines that begin with a blank go on with the one before.
fn entries(file: &str, text: &str, export: &mut Export) -> Result<Vec<Entry>, Error> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        match (line.strip_prefix(' '), lines.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ => lines.push((at + 1, line.to_owned())),
        }
    }
    let (mut all, mut entry) = (Vec::new(), Entry::default());
    for (number, line) in lines.into_iter().filter(|(_, line)| !line.starts_with('#')) {
        if line.trim().is_empty() {
            all.push(std::mem::take(&mut entry));
            continue;
        }
        let wrong = |what: &str| Error::refused(format!("{file}, line {number}: {what}"));
        let (name, value) =
            line.split_once(':').ok_or_else(|| wrong("there is no colon; this is no LDIF"))?;
        let value = match (value.strip_prefix(':'), value.strip_prefix('<')) {
            (Some(encoded), _) => {
                let bytes = STANDARD.decode(encoded.trim()).map_err(|_| wrong("this is no base64"))?;
                match String::from_utf8(bytes) {
                    Ok(text) => text,
                    Err(_) if name.eq_ignore_ascii_case("userPassword") => {
                        return Err(wrong("the password is not UTF-8"));
                    }
                    Err(_) => {
                        export.pass_over("attributes of a directory that are no text");
                        continue;
                    }
                }
            }
            (_, Some(_))
                if ["dn", "uid", "userPassword"].iter().any(|own| name.eq_ignore_ascii_case(own)) =>
            {
                return Err(wrong("a value that stands in another file is not read"));
            }
            (_, Some(_)) => {
                export.pass_over("attributes of a directory that stand in files of their own");
                continue;
            }
            _ => value.trim_start().to_owned(),
        };
        // `cn;lang-en` is a `cn`.
        let name = name.split(';').next().unwrap_or(name).trim();
        if name.eq_ignore_ascii_case("changetype") {
            return Err(wrong("this is a list of changes; export the entries themselves"));
        }
        if name.eq_ignore_ascii_case("dn") {
            entry.place = format!("{file}, line {number}");
            entry.dn = normal(&value);
        } else if !entry.place.is_empty() {
            entry.values.push((name.to_owned(), value));
        } else if !AROUND.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Err(wrong("an entry begins with its dn"));
        }
    }
    all.push(entry);
    // The root of a directory has no name, and nobody is there.
    all.retain(|entry| !entry.dn.is_empty());
    Ok(all)
}

/// The name of an entry as names are compared: without letter case, without blanks around commas, and every letter written
/// in one way. OpenLDAP writes a comma as `\2C` in the name of an entry, and in a list of members as whoever added him did.
fn normal(dn: &str) -> String {
    parts(dn).map(|part| same(part.trim())).collect::<Vec<_>>().join(",").to_lowercase()
}

/// What stands between the commas that are none of a name.
fn parts(dn: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    dn.split(move |letter| {
        let parts = letter == ',' && !escaped;
        escaped = letter == '\\' && !escaped;
        parts
    })
}

/// A part of a name with a backslash before the letters that would mean something else, and before no other (RFC 4514).
fn same(part: &str) -> String {
    let (mut plain, mut rest) = (Vec::with_capacity(part.len()), part.as_bytes());
    while let [byte, behind @ ..] = rest {
        let (meant, behind) = match (byte, behind) {
            (b'\\', [high, low, behind @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (hexadecimal(*high) * 16 + hexadecimal(*low), behind)
            }
            (b'\\', [letter, behind @ ..]) => (*letter, behind),
            _ => {
                plain.push(*byte);
                rest = behind;
                continue;
            }
        };
        if b",+\\".contains(&meant) {
            plain.push(b'\\');
        }
        plain.push(meant);
        rest = behind;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn hexadecimal(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or_default()
}
