//! A service provider as a form: which field holds what. What has no effect here (a login page of its own) has no
//! field.

use super::sheet::Sheet;
use super::texts;
use super::visit::Visit;
use crate::domain::service_provider::ServiceProvider;
use serde::Serialize;
use std::collections::BTreeMap;

/// What requests name; given once, when a service provider is added.
pub const ISSUER: &str = "issuer";
/// The name of the certificate.
pub const ALIAS: &str = "certAlias";
/// What messages are signed with.
pub const SIGNATURE: &str = "signingAlgorithm";
/// What is hashed with for that.
pub const DIGEST: &str = "digestAlgorithm";

/// A field: its name, the key of its label, and where its value is.
type Field<T> = (&'static str, &'static str, fn(&mut ServiceProvider) -> &mut T);

const TEXTS: &[Field<String>] = &[
    ("name", "sp_name", |one| &mut one.name),
    ("defaultAssertionConsumerUrl", "sp_default_url", |one| &mut one.default_url),
    ("nameIdFormat", "sp_name_format", |one| &mut one.name_id_format),
];

const OPTIONAL: &[Field<Option<String>>] = &[
    ("nameIdClaim", "sp_name_claim", |one| &mut one.name_id_claim),
    (ALIAS, "sp_alias", |one| &mut one.certificate_alias),
    ("sloRequestUrl", "sp_slo_request", |one| &mut one.logout_request_url),
    ("sloResponseUrl", "sp_slo_response", |one| &mut one.logout_response_url),
    (SIGNATURE, "sp_signature_algorithm", |one| &mut one.signing_algorithm),
    (DIGEST, "sp_digest_algorithm", |one| &mut one.digest_algorithm),
];

const FLAGS: &[Field<bool>] = &[
    ("isSaas", "sp_saas", |one| &mut one.is_saas),
    ("storeInSubject", "sp_store", |one| &mut one.store_in_subject),
    ("tenantInSubject", "sp_tenant", |one| &mut one.tenant_in_subject),
    ("validateSignatures", "sp_verify", |one| &mut one.verify_requests),
    ("signResponse", "sp_sign_response", |one| &mut one.sign_response),
    ("signAssertion", "sp_sign_assertion", |one| &mut one.sign_assertion),
    ("encryptAssertion", "sp_encrypt", |one| &mut one.encrypt_assertion),
    ("singleLogout", "sp_single_logout", |one| &mut one.single_logout),
    ("idpInitiatedSso", "sp_idp_sso", |one| &mut one.idp_initiated),
    ("idpInitiatedSlo", "sp_idp_slo", |one| &mut one.idp_logout),
    ("sendAttributes", "sp_send_attributes", |one| &mut one.send_attributes),
];

/// One value a line.
const LISTS: &[Field<Vec<String>>] = &[
    ("assertionConsumerUrls", "sp_urls", |one| &mut one.consumer_urls),
    ("returnToUrls", "sp_return_urls", |one| &mut one.return_urls),
    ("audiences", "sp_audiences", |one| &mut one.audiences),
    ("recipients", "sp_recipients", |one| &mut one.recipients),
    ("claims", "sp_claims", |one| &mut one.claims),
];

/// Whether a field holds several values.
pub fn is_list(field: &str) -> bool {
    LISTS.iter().any(|(list, _, _)| *list == field)
}

/// What the page calls a field.
pub fn label(field: &str) -> String {
    fn of<T>(fields: &[Field<T>], field: &str) -> Option<&'static str> {
        fields.iter().find(|(known, _, _)| *known == field).map(|(_, label, _)| *label)
    }
    let key = of(TEXTS, field).or_else(|| of(OPTIONAL, field)).or_else(|| of(FLAGS, field));
    key.or_else(|| of(LISTS, field)).map_or_else(|| field.to_owned(), |key| texts::text(key).to_owned())
}

/// The form of a service provider.
pub fn sheet(provider: &ServiceProvider) -> Sheet {
    let (mut own, mut sheet) = (provider.clone(), Sheet::default());
    sheet.write_raw(ISSUER, &own.issuer);
    TEXTS.iter().for_each(|(field, _, value)| sheet.write(field, value(&mut own)));
    OPTIONAL
        .iter()
        .for_each(|(field, _, value)| sheet.write(field, value(&mut own).as_deref().unwrap_or_default()));
    FLAGS.iter().for_each(|(field, _, value)| sheet.tick(field, *value(&mut own)));
    LISTS.iter().for_each(|(field, _, values)| sheet.list(field, values(&mut own).clone()));
    sheet
}

/// What was sent.
pub fn typed(visit: &Visit) -> Sheet {
    let mut sheet = Sheet::default();
    let texts = TEXTS.iter().map(|(field, _, _)| field).chain(OPTIONAL.iter().map(|(field, _, _)| field));
    texts.chain([&ISSUER]).for_each(|field| sheet.write(field, visit.text(field)));
    FLAGS.iter().for_each(|(field, _, _)| sheet.tick(field, visit.ticked(field)));
    for (field, _, _) in LISTS {
        // An area sends one text of many lines, a choice of several each of them.
        let lines = visit.parameters.all(field).flat_map(str::lines);
        sheet.list(field, lines.map(|line| line.trim().to_owned()));
    }
    sheet
}

/// Writes a form into a service provider; what it has no field for stays.
pub fn apply(sheet: &Sheet, provider: &mut ServiceProvider) {
    let some = |field: &str| Some(sheet.text(field).to_owned()).filter(|text| !text.is_empty());
    sheet.text(ISSUER).clone_into(&mut provider.issuer);
    TEXTS.iter().for_each(|(field, _, value)| sheet.text(field).clone_into(value(provider)));
    OPTIONAL.iter().for_each(|(field, _, value)| *value(provider) = some(field));
    FLAGS.iter().for_each(|(field, _, value)| *value(provider) = sheet.is_on(field));
    LISTS.iter().for_each(|(field, _, values)| *values(provider) = sheet.all(field).to_vec());
}

/// A value as the page shows it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Shown {
    Text(String),
    Flag(bool),
}

/// Every field, for the page.
pub fn shown(sheet: &Sheet) -> BTreeMap<&'static str, Shown> {
    let texts = TEXTS.iter().map(|(field, _, _)| *field).chain(OPTIONAL.iter().map(|(field, _, _)| *field));
    let texts = texts.chain([ISSUER]).map(|field| (field, Shown::Text(sheet.text(field).to_owned())));
    let flags = FLAGS.iter().map(|(field, _, _)| (*field, Shown::Flag(sheet.is_on(field))));
    let lists = LISTS.iter().map(|(field, _, _)| (*field, Shown::Text(sheet.all(field).join("\n"))));
    texts.chain(flags).chain(lists).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_shows_is_what_it_writes_and_what_it_has_no_field_for_stays() {
        let mut full = ServiceProvider {
            id: 7,
            issuer: "app".into(),
            certificate: Some("MII".into()),
            attribute_index: Some("1".into()),
            login_page: Some("https://a/login".into()),
            ..ServiceProvider::default()
        };
        TEXTS.iter().for_each(|(field, _, value)| (*field).clone_into(value(&mut full)));
        OPTIONAL.iter().for_each(|(field, _, value)| *value(&mut full) = Some((*field).to_owned()));
        FLAGS.iter().for_each(|(_, _, value)| *value(&mut full) = true);
        LISTS
            .iter()
            .for_each(|(field, _, values)| *values(&mut full) = vec![(*field).to_owned(), "b".to_owned()]);
        let mut other = ServiceProvider {
            id: 7,
            certificate: full.certificate.clone(),
            attribute_index: full.attribute_index.clone(),
            login_page: full.login_page.clone(),
            ..ServiceProvider::default()
        };
        apply(&sheet(&full), &mut other);
        assert_eq!(other, full);
        apply(&sheet(&ServiceProvider::default()), &mut other);
        assert_eq!((other.login_page.as_deref(), other.is_saas), (Some("https://a/login"), false));
        assert_eq!(shown(&sheet(&full)).len(), TEXTS.len() + OPTIONAL.len() + FLAGS.len() + LISTS.len() + 1);
    }
}
