//! The published metadata: what `getResidentIDPMetadata` says, signed.

use super::unsigned;
use crate::domain::tenant::SUPER_DOMAIN;
use crate::domain::{Error, Tenant, resident_idp, tenant};
use crate::saml::Entity;
use crate::web::form::Parameters;
use crate::web::{Site, login, page, texts};
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::{Request, Response, StatusCode};

/// How long a copy is good.
const MINUTES: i64 = 60;

pub(super) async fn answer(site: &Site, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let domain = parameters.filled("tenantDomain").unwrap_or(SUPER_DOMAIN).to_lowercase();
    let own = site.store.read(|tx| {
        let found = tenant::find(tx, &domain)?.filter(|tenant| tenant.active);
        let own = |tenant: Tenant| Ok::<_, Error>((resident_idp::saml(tx, &site.realm, &tenant)?, tenant));
        found.map(own).transpose()
    });
    let (own, owner) = match own {
        Ok(Some(found)) => found,
        Ok(None) => return page::refusal(site, StatusCode::NOT_FOUND, texts::NOT_FOUND),
        Err(error) => return login::failed(site, &error),
    };
    let key = match site.signers.of(&owner).await {
        Ok(key) => key,
        Err(error) => return login::failed(site, &error),
    };
    let entity = Entity {
        id: &own.entity_id,
        certificate: Some(key.certificate()),
        sign_on_url: &own.sign_on_url,
        logout_url: &own.logout_url,
        valid_until: site.now().plus_minutes(MINUTES).0,
    };
    let name = format!("metadata-{}", site.now().0);
    match entity.document(&name, Some(&key)) {
        Ok(text) => {
            let mut response = Response::new(text.into_bytes());
            page::set(&mut response, CONTENT_TYPE, "application/samlmetadata+xml; charset=UTF-8");
            page::set(&mut response, CACHE_CONTROL, "no-cache");
            response
        }
        Err(why) => login::failed(site, &unsigned(why)),
    }
}
