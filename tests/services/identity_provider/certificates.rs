//! Certificates of providers.

use super::*;
use crate::support::world::World;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const MALFORMED: &str = "Malformed Public Certificate file has been provided.";

#[test]
fn der_and_pem_come_back_as_they_were_sent_without_line_breaks() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let mut parameters = rcgen::CertificateParams::new(["partner.example".to_owned()]).unwrap();
    // Long expired, which nobody minds.
    parameters.not_after = rcgen::date_time_ymd(2001, 1, 1);
    parameters.not_before = rcgen::date_time_ymd(2000, 1, 1);
    let made = parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
    let der = STANDARD.encode(made.der());
    let (head, tail) = der.split_at(64);
    let broken = format!("{head}\n{tail}\n");
    accepted(&admin, &adding("der", &field("certificate", &broken)));
    assert_eq!(found(&admin, "der").value("certificate"), Some(der.as_str()));
    let pem = STANDARD.encode(made.pem());
    accepted(&admin, &adding("pem", &field("certificate", &pem)));
    assert_eq!(found(&admin, "pem").value("certificate"), Some(pem.as_str()));
    // Its own certificate is one as well.
    let own = resident(&admin).value("certificate").unwrap().to_owned();
    accepted(&admin, &adding("own", &field("certificate", &own)));
    assert_eq!(found(&admin, "own").value("certificate"), Some(own.as_str()));
    // Blank means none.
    accepted(&admin, &adding("blank", &field("certificate", "  ")));
}

#[test]
fn anything_else_is_refused_and_changes_nothing() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let bad = field("certificate", "not-a-certificate");
    assert_eq!(refused(&admin, &adding("a", &bad)), MALFORMED);
    assert_eq!(by_name(&admin, "a"), None);
    accepted(&admin, &adding("a", &field("alias", "me")));
    assert_eq!(refused(&admin, &updating("a", "a", &bad)), MALFORMED);
    assert_eq!(found(&admin, "a").value("alias"), Some("me"));
    assert_eq!(refused(&admin, &updating_resident(&bad)), MALFORMED);
}
