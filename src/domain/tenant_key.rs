//! The key that a tenant signs with, and its certificate (IS 5.3.0 makes a key store for every tenant). The super tenant
//! signs with the key of the server, which is a file.
//!
//! Making one takes a processor a good part of a second. It is done where nobody's transaction waits for it: when the key
//! is first asked for, or soon after the tenant was added. It is kept sealed, and never replaced: others have it on file.

use super::{Error, Now, Realm, Secret, Tenant, TenantId, tenant};
use crate::store::tenant_key::KeyRow;
use crate::store::{self, Store, Tx};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

/// How long a certificate is good: the server's own is as long.
const DAYS: i64 = 3650;
/// Keys that [`make_missing`] makes at most, so that the rest of the server notices nothing.
const AT_ONCE: i64 = 4;

/// A key with its certificate.
#[derive(Debug, Clone)]
pub struct TenantKey {
    /// Base64 of the private key, PKCS #8.
    pub private_key: Secret,
    /// Base64 of the certificate.
    pub certificate: String,
}

fn place(tenant: TenantId) -> String {
    format!("signing key of tenant {}", tenant.0)
}

/// The certificate of a tenant; none as long as its key was not made, see [`ensure`].
///
/// # Errors
/// Failures of the database.
pub fn certificate(tx: &mut Tx<'_>, realm: &Realm, tenant: TenantId) -> Result<Option<String>, Error> {
    if tenant == TenantId::SUPER {
        return Ok(Some(realm.policy.certificate.clone()).filter(|text| !text.is_empty()));
    }
    Ok(store::tenant_key::find(tx, tenant.0)?.map(|key| key.certificate))
}

/// The key of a tenant other than the super tenant, made now if it has none. Blocks.
///
/// # Errors
/// Failures of the database, a key of another installation.
pub fn ensure(store: &Store, now: Now, realm: &Realm, tenant: &Tenant) -> Result<TenantKey, Error> {
    let id = tenant.id;
    let row = match store.read(|tx| store::tenant_key::find(tx, id.0))? {
        Some(row) => row,
        None => {
            let made = make(now, &tenant.domain)?;
            let private_key = realm.key.seal(&place(id), made.private_key.reveal())?;
            let row = KeyRow { private_key, certificate: made.certificate };
            // Somebody else may have made one meanwhile: the first counts for both.
            let kept = store.write_blocking(move |tx| {
                store::tenant_key::insert(tx, id.0, &row)?;
                store::tenant_key::find(tx, id.0)
            })?;
            kept.ok_or(store::Error::Missing("key of the tenant"))?
        }
    };
    let private_key = realm.key.open(&place(id), &row.private_key);
    let private_key =
        private_key.ok_or(Error::Broken("the key of a tenant belongs to another secret.key"))?;
    Ok(TenantKey { private_key, certificate: row.certificate })
}

/// As [`ensure`], for the tenant of that key; nothing for the super tenant. Blocks.
///
/// # Errors
/// As [`ensure`].
pub fn ensure_of(store: &Store, now: Now, realm: &Realm, id: TenantId) -> Result<(), Error> {
    if id == TenantId::SUPER || store.read(|tx| store::tenant_key::find(tx, id.0))?.is_some() {
        return Ok(());
    }
    match store.read(|tx| tenant::by_id(tx, id))? {
        Some(tenant) => ensure(store, now, realm, &tenant).map(drop),
        None => Ok(()),
    }
}

/// Makes keys for some of the tenants that have none, so that hardly anybody waits for his. Blocks.
///
/// # Errors
/// As [`ensure`].
pub fn make_missing(store: &Store, now: Now, realm: &Realm) -> Result<(), Error> {
    let missing = store.read(|tx| store::tenant_key::missing(tx, AT_ONCE))?;
    missing.into_iter().try_for_each(|id| ensure_of(store, now, realm, TenantId(id)))
}

/// A new key: RSA, because nothing else is understood by every service provider.
fn make(now: Now, domain: &str) -> Result<TenantKey, Error> {
    let failed = |_| Error::Broken("the key of a tenant could not be made");
    let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(failed)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, domain);
    let today = time::OffsetDateTime::from_unix_timestamp(now.0.div_euclid(1000))
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    params.not_before = today - time::Duration::days(1);
    params.not_after = today + time::Duration::days(DAYS);
    let certificate = params.self_signed(&pair).map_err(failed)?;
    Ok(TenantKey {
        private_key: Secret::new(STANDARD.encode(pair.serialize_der())),
        certificate: STANDARD.encode(certificate.der()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;
    use x509_parser::prelude::FromDer as _;

    fn key_of(world: &World, tenant: TenantId) -> TenantKey {
        let tenant = world.read(|tx| tenant::by_id(tx, tenant)).unwrap();
        ensure(&world.store, world.now(), &world.realm, &tenant).unwrap()
    }

    #[test]
    fn a_tenant_has_one_key_in_its_name_and_keeps_it() {
        let world = World::new();
        let (acme, other) = (world.tenant("acme.example"), world.tenant("other.example"));
        let shown = |tenant| world.read(|tx| certificate(tx, &world.realm, tenant));
        assert_eq!(shown(acme), None, "adding a tenant waits for no key");
        let key = key_of(&world, acme);
        world.pass_minutes(1);
        assert_eq!(key_of(&world, acme).private_key.reveal(), key.private_key.reveal());
        assert_eq!(shown(acme).as_ref(), Some(&key.certificate));
        assert_ne!(key_of(&world, other).certificate, key.certificate);
        let der = STANDARD.decode(&key.certificate).unwrap();
        let (_, parsed) = x509_parser::certificate::X509Certificate::from_der(&der).unwrap();
        assert_eq!(parsed.subject().to_string(), "CN=acme.example");
        assert!(parsed.validity().not_after.timestamp() > START.0 / 1000 + 9 * 365 * 86_400);
        let private = STANDARD.decode(key.private_key.reveal()).unwrap();
        belongs(&private, &parsed);
    }

    /// Whether what the private key signs is verified by the certificate.
    fn belongs(private: &[u8], certificate: &x509_parser::certificate::X509Certificate<'_>) {
        use aws_lc_rs::{rsa, signature};
        let pair = rsa::KeyPair::from_pkcs8(private).unwrap();
        let mut signed = vec![0; pair.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        pair.sign(&signature::RSA_PKCS1_SHA256, &random, b"text", &mut signed).unwrap();
        let public = &certificate.public_key().subject_public_key.data;
        let public = signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public);
        public.verify(b"text", &signed).unwrap();
    }

    #[test]
    fn the_private_key_is_sealed_for_its_tenant() {
        let world = World::new();
        let (acme, other) = (world.tenant("acme.example"), world.tenant("other.example"));
        let key = key_of(&world, acme);
        let dump = world.dump();
        // Of the private exponent: the modulus before it is in the certificate, too.
        let part = &key.private_key.reveal().as_bytes()[600..640];
        assert!(!dump.windows(part.len()).any(|window| window == part));
        assert!(!format!("{key:?}").contains(key.private_key.reveal()));
        world.write(move |tx| {
            let row = store::tenant_key::find(tx, acme.0)?.unwrap();
            Ok(store::tenant_key::insert(tx, other.0, &row)?)
        });
        let stolen = world.read(|tx| tenant::by_id(tx, other)).unwrap();
        assert!(ensure(&world.store, START, &world.realm, &stolen).is_err(), "a row moved to another tenant");
    }

    #[test]
    fn missing_keys_are_made_for_active_tenants_and_those_that_are_there_stay() {
        let world = World::new();
        let (acme, off) = (world.tenant("acme.example"), world.tenant("off.example"));
        world.write(move |tx| tenant::set_active(tx, off, false));
        let shown = |tenant| world.read(|tx| certificate(tx, &world.realm, tenant));
        make_missing(&world.store, START, &world.realm).unwrap();
        let made = shown(acme);
        assert!(made.is_some() && shown(off).is_none());
        make_missing(&world.store, START, &world.realm).unwrap();
        assert_eq!(shown(acme), made);
        let stored = world.read(|tx| Ok(store::tenant_key::find(tx, SUPER.0)?));
        assert_eq!(stored, None, "the super tenant signs with the server's");
    }

    #[test]
    fn of_two_who_make_a_key_at_once_the_first_counts_for_both() {
        let world = World::new();
        let acme = world.tenant("acme.example");
        let keys: Vec<TenantKey> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..2).map(|_| scope.spawn(|| key_of(&world, acme))).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        assert_eq!(keys[0].certificate, keys[1].certificate);
        assert_eq!(keys[0].private_key.reveal(), keys[1].private_key.reveal());
    }
}
