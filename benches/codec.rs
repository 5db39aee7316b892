//! `cargo bench --bench codec`: what reading and writing a message costs, in time and in allocations.
//!
//! Nothing but the codec: no connection, no login, no database. The messages are those of a working day: a forced reset
//! as SoapUI sends it, the resident identity provider as a generated client sends it back, and the answers of thirty
//! fields and of the resident identity provider. Times depend on the machine; the numbers of allocations do not.
//! `cargo test` does each of them once.
#![expect(clippy::expect_used, reason = "a measurement stops at what is wrong")]

#[path = "../tests/support/measurement.rs"]
mod measurement;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use measurement::{Wanted, wanted};
use soapstone::services::identity_provider_mgt::contract as providers;
use soapstone::services::user_profile_mgt::contract as profiles;
use soapstone::soap::answer::{Answer, Format};
use soapstone::soap::charset::Charset;
use soapstone::soap::contract::{Operation, Service};
use soapstone::soap::envelope::{Envelope, Version};
use soapstone::soap::xml::Document;
use soapstone::soap::{Arguments, BeanPrefixes, Fault, Found, Reply, Stencil, Value, wsdl, wsdl2};

/// The allocator of the server, counted.
#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    match wanted("codec") {
        Wanted::Figures => divan::main(),
        Wanted::Trial => divan::Divan::default().test_benches(),
        Wanted::Nothing => {}
    }
}

/// A client's `setUserProfile`, as SoapUI fills its template.
const SET_USER_PROFILE: &str = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:mgt="http://mgt.profile.user.identity.carbon.wso2.org" xmlns:xsd="http://mgt.profile.user.identity.carbon.wso2.org/xsd">
   <soapenv:Header/>
   <soapenv:Body>
      <mgt:setUserProfile>
         <!--Optional:-->
         <mgt:username>tom</mgt:username>
         <!--Optional:-->
         <mgt:profile>
            <!--Zero or more repetitions:-->
            <xsd:fieldValues>
               <xsd:claimUri>http://wso2.org/claims/identity/adminForcedPasswordReset</xsd:claimUri>
               <xsd:fieldValue>true</xsd:fieldValue>
            </xsd:fieldValues>
            <xsd:fieldValues>
               <xsd:claimUri>http://wso2.org/claims/emailaddress</xsd:claimUri>
               <xsd:fieldValue>tom@example.com</xsd:fieldValue>
            </xsd:fieldValues>
            <xsd:fieldValues>
               <xsd:claimUri>http://wso2.org/claims/organization</xsd:claimUri>
               <xsd:fieldValue>Tom &amp; Daughters</xsd:fieldValue>
            </xsd:fieldValues>
            <!--Optional:-->
            <xsd:profileName>default</xsd:profileName>
         </mgt:profile>
      </mgt:setUserProfile>
   </soapenv:Body>
</soapenv:Envelope>"#;

#[divan::bench]
fn read_set_user_profile(bencher: Bencher<'_, '_>) {
    let body = SET_USER_PROFILE.as_bytes();
    let operation = operation(&profiles::CONTRACT, "setUserProfile");
    bencher.counter(BytesCount::of_slice(body)).bench(|| {
        let read: (Option<String>, Option<profiles::UserProfileDTO>) =
            read(black_box(body), &profiles::CONTRACT, operation, |mut found| {
                Ok((Value::read(next(&mut found))?, Value::read(next(&mut found))?))
            });
        read
    });
}

#[divan::bench]
fn read_update_resident_idp(bencher: Bencher<'_, '_>) {
    let body = update_resident_idp().into_bytes();
    let operation = operation(&providers::CONTRACT, "updateResidentIdP");
    bencher.counter(BytesCount::of_slice(&body)).bench(|| {
        let read: Option<providers::IdentityProvider> =
            read(black_box(&body), &providers::CONTRACT, operation, |mut found| {
                Value::read(next(&mut found))
            });
        read
    });
}

#[divan::bench]
fn write_user_profile(bencher: Bencher<'_, '_>) {
    let service = &profiles::CONTRACT;
    let operation = operation(service, "getUserProfile");
    let types = service.types();
    let profile = Some(user_profile());
    bencher.bench(|| write(service, operation, &types, black_box(&profile)));
}

#[divan::bench]
fn write_resident_idp(bencher: Bencher<'_, '_>) {
    let service = &providers::CONTRACT;
    let operation = operation(service, "getResidentIdP");
    let types = service.types();
    let resident = Some(resident_idp());
    bencher.bench(|| write(service, operation, &types, black_box(&resident)));
}

#[divan::bench]
fn render_wsdl() -> String {
    wsdl::render(
        black_box(&profiles::CONTRACT),
        black_box("https://localhost:9443/services/"),
        &BeanPrefixes::default(),
    )
}

#[divan::bench]
fn render_wsdl2() -> String {
    wsdl2::render(
        black_box(&profiles::CONTRACT),
        black_box("https://localhost:9443/services/"),
        &BeanPrefixes::default(),
    )
}

fn operation(service: &'static Service, name: &str) -> &'static Operation {
    service.operation(name).expect("a declared operation")
}

fn next<'d>(found: &mut std::vec::IntoIter<Found<'d>>) -> Found<'d> {
    found.next().unwrap_or_else(Found::absent)
}

/// What the endpoint does with the bytes of a request until the arguments are there.
fn read<T>(
    body: &[u8],
    service: &Service,
    operation: &Operation,
    arguments: impl FnOnce(std::vec::IntoIter<Found<'_>>) -> Result<T, Fault>,
) -> T {
    let text = Charset::of(Some("text/xml;charset=UTF-8")).decode(body).expect("UTF-8");
    let document = Document::parse(&text).expect("a document");
    let envelope = Envelope::read(&document, Some(Version::V11)).expect("an envelope");
    assert!(envelope.addressing().is_none());
    let found = Arguments::new(envelope.payload()).assign(service, operation).expect("arguments");
    arguments(found.into_iter()).expect("values")
}

/// What the endpoint does with a result until the bytes of the answer are there.
fn write<T: Reply>(
    service: &Service,
    operation: &Operation,
    types: &[&'static soapstone::soap::contract::Type],
    reply: &T,
) -> Vec<u8> {
    let format = Format::Soap(Version::V11, Charset::default());
    let mut answer = Answer::begin(format, types, operation, None);
    reply.write(operation, service.schema_namespace, answer.payload());
    answer.finish()
}

fn user_profile() -> profiles::UserProfileDTO {
    let field = |order: i32| {
        let fixed = Stencil::of(profiles::UserFieldDTO {
            claimUri: Some(format!("http://wso2.org/claims/field{order}").into()),
            displayName: Some(format!("Field of a profile {order}").into()),
            displayOrder: order,
            required: order < 4,
            ..profiles::UserFieldDTO::default()
        });
        fixed.filled(Some(format!("value <{order}> of a user & her profile")))
    };
    profiles::UserProfileDTO {
        fieldValues: Some((1..=30).map(field).map(Some).collect()),
        profileConfigurations: vec![Some("default".to_owned())],
        profileConifuration: Some("default".to_owned()),
        profileName: Some("default".to_owned()),
    }
}

/// Seven ways to sign in and sixty account policies, as an installation has them.
fn resident_idp() -> providers::IdentityProvider {
    let property = |number: usize| {
        Some(providers::Property {
            name: Some(format!("OAuth2Endpoint{number}")),
            value: Some(format!("https://localhost:9443/oauth2/endpoint{number}")),
            ..providers::Property::default()
        })
    };
    let authenticator = |number: usize| {
        Some(providers::FederatedAuthenticatorConfig {
            name: Some(format!("authenticator{number}")),
            properties: (0..=number).map(property).collect(),
            valid: true,
            ..providers::FederatedAuthenticatorConfig::default()
        })
    };
    let policy = |number: usize| {
        Some(providers::IdentityProviderProperty {
            displayName: None,
            name: Some(format!("Recovery.Policy.Number{number}.Enable")),
            value: Some(number.is_multiple_of(2).to_string()),
        })
    };
    providers::IdentityProvider {
        certificate: Some("MIIDSzCCAjOgAwIBAgIEH3Fh".repeat(48)),
        claimConfig: Some(providers::ClaimConfig::default()),
        displayName: Some("Resident Identity Provider".to_owned()),
        enable: true,
        federatedAuthenticatorConfigs: (0..7).map(authenticator).collect(),
        homeRealmId: Some("localhost".to_owned()),
        identityProviderName: Some("LOCAL".to_owned()),
        idpProperties: (0..60).map(policy).collect(),
        justInTimeProvisioningConfig: Some(providers::JustInTimeProvisioningConfig::default()),
        permissionAndRoleConfig: Some(providers::PermissionsAndRoleConfig::default()),
        ..providers::IdentityProvider::default()
    }
}

/// The resident identity provider on its way back: the answer's bean as an argument, as generated clients spell it.
fn update_resident_idp() -> String {
    let service = &providers::CONTRACT;
    let get = operation(service, "getResidentIdP");
    let answer = write(service, get, &service.types(), &Some(resident_idp()));
    let answer = String::from_utf8(answer).expect("UTF-8");
    answer.replace("getResidentIdPResponse", "updateResidentIdP").replace("ns:return", "ns:identityProvider")
}
