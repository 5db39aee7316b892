//! `IdentitySAMLSSOConfigService`: the service providers that an administrator registers for his tenant (IS 5.3.0,
//! SAMLSSOConfigAdmin).
//!
//! There is no key store here. An alias means this server's certificate (`wso2carbon`) or that of a service provider whose
//! metadata brought one, which is the alias the original stores it under. Only the algorithms that messages are signed
//! with are offered: SHA-1, the original's default, is taken and answered by SHA-256. The claims that are asked for are
//! sent without an application beside the service provider.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::typed;
use super::names::optional;
use super::user_profile_mgt::contract::IdentityException;
use crate::domain::Actor;
use crate::domain::service_provider::{
    self, DIGESTS, EMAIL_FORMAT, SIGNATURES, ServiceProvider, USUAL_DIGEST, USUAL_SIGNATURE,
};
use crate::saml::PartnerMetadata;
use crate::soap::Fault;
use contract::{
    IdentitySAML2SSOException, Operations, SAMLSSOServiceProviderDTO, SAMLSSOServiceProviderInfoDTO,
};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<IdentityException>(fault)
}

fn some(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn list(values: Vec<Option<String>>) -> Vec<String> {
    values.into_iter().flatten().filter(|value| !value.is_empty()).collect()
}

fn registered(dto: SAMLSSOServiceProviderDTO) -> ServiceProvider {
    let mut consumer_urls = list(dto.assertionConsumerUrls);
    if consumer_urls.is_empty() {
        consumer_urls.extend(some(dto.assertionConsumerUrl));
    }
    let format = some(dto.nameIDFormat).map(|format| format.replace('/', ":"));
    let attribute_index = match some(dto.attributeConsumingServiceIndex) {
        _ if !dto.enableAttributeProfile => String::new(),
        Some(index) => index,
        None => service_provider::new_index(),
    };
    ServiceProvider {
        issuer: some(dto.issuer).unwrap_or_default(),
        consumer_urls,
        default_url: some(dto.defaultAssertionConsumerUrl).unwrap_or_default(),
        name_id_format: format.unwrap_or_default(),
        name_id_claim: some(dto.nameIdClaimUri),
        certificate_alias: some(dto.certAlias),
        verify_requests: dto.doValidateSignatureInRequests,
        sign_response: dto.doSignResponse,
        sign_assertion: dto.doSignAssertions,
        encrypt_assertion: dto.doEnableEncryptedAssertion,
        single_logout: dto.doSingleLogout,
        logout_request_url: some(dto.sloRequestURL),
        logout_response_url: some(dto.sloResponseURL),
        idp_initiated: dto.idPInitSSOEnabled,
        idp_logout: dto.idPInitSLOEnabled,
        return_urls: list(dto.idpInitSLOReturnToURLs),
        audiences: list(dto.requestedAudiences),
        recipients: list(dto.requestedRecipients),
        send_attributes: dto.enableAttributeProfile && dto.enableAttributesByDefault,
        claims: list(dto.requestedClaims),
        attribute_index: Some(attribute_index),
        login_page: some(dto.loginPageURL),
        signing_algorithm: some(dto.signingAlgorithmURI),
        digest_algorithm: some(dto.digestAlgorithmURI),
        ..ServiceProvider::default()
    }
}

fn shown(one: ServiceProvider) -> SAMLSSOServiceProviderDTO {
    SAMLSSOServiceProviderDTO {
        assertionConsumerUrl: None,
        assertionConsumerUrls: optional(one.consumer_urls),
        assertionQueryRequestProfileEnabled: false,
        attributeConsumingServiceIndex: one.attribute_index,
        certAlias: one.certificate_alias,
        defaultAssertionConsumerUrl: Some(one.default_url),
        digestAlgorithmURI: one.digest_algorithm,
        doEnableEncryptedAssertion: one.encrypt_assertion,
        doSignAssertions: one.sign_assertion,
        doSignResponse: one.sign_response,
        doSingleLogout: one.single_logout,
        doValidateSignatureInRequests: one.verify_requests,
        // The original never says so when it lists.
        enableAttributeProfile: false,
        enableAttributesByDefault: one.send_attributes,
        idPInitSLOEnabled: one.idp_logout,
        idPInitSSOEnabled: one.idp_initiated,
        idpInitSLOReturnToURLs: optional(one.return_urls),
        issuer: Some(one.issuer),
        loginPageURL: Some(one.login_page.unwrap_or_default()),
        nameIDFormat: Some(one.name_id_format.replace(':', "/")),
        nameIdClaimUri: one.name_id_claim,
        requestedAudiences: optional(one.audiences),
        requestedClaims: optional(one.claims),
        requestedRecipients: optional(one.recipients),
        signingAlgorithmURI: one.signing_algorithm,
        sloRequestURL: one.logout_request_url,
        sloResponseURL: one.logout_response_url,
        supportedAssertionQueryRequestTypes: None,
    }
}

/// Adds a service provider with the certificate that its alias means.
async fn add(call: &Call, mut new: ServiceProvider) -> Result<bool, Fault> {
    // It may mean the tenant's own.
    call.ensure_key().await?;
    call.write(move |tx, now, realm, actor| {
        if new.certificate.is_none() {
            let alias = new.certificate_alias.as_deref();
            new.certificate = service_provider::certificate(tx, realm, actor.tenant, alias)?;
        }
        service_provider::add(tx, now, actor, &new)
    })
    .await
}

impl Operations for Behaviour {
    async fn getSigningAlgorithmUris(_: &Call) -> Result<Vec<Option<String>>, Fault> {
        Ok(SIGNATURES.iter().map(|uri| Some((*uri).to_owned())).collect())
    }

    async fn getSigningAlgorithmUriByConfig(_: &Call) -> Result<Option<String>, Fault> {
        Ok(Some(USUAL_SIGNATURE.to_owned()))
    }

    async fn getDigestAlgorithmURIs(_: &Call) -> Result<Vec<Option<String>>, Fault> {
        Ok(DIGESTS.iter().map(|uri| Some((*uri).to_owned())).collect())
    }

    async fn getDigestAlgorithmURIByConfig(_: &Call) -> Result<Option<String>, Fault> {
        Ok(Some(USUAL_DIGEST.to_owned()))
    }

    async fn getClaimURIs(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        let tenant = call.actor()?.tenant;
        let catalogue = call.read(|tx, realm| realm.catalogues.of(tx, tenant)).map_err(declared)?;
        Ok(catalogue.local().iter().map(|claim| Some(claim.uri.clone())).collect())
    }

    async fn addRPServiceProvider(
        call: &Call,
        spDto: Option<SAMLSSOServiceProviderDTO>,
    ) -> Result<bool, Fault> {
        let sent = spDto.ok_or_else(|| declared(Fault::unknown()))?;
        add(call, registered(sent)).await.map_err(declared)
    }

    async fn getServiceProviders(call: &Call) -> Result<Option<SAMLSSOServiceProviderInfoDTO>, Fault> {
        let tenant = call.actor()?.tenant;
        let known = call.read(|tx, _| service_provider::list(tx, tenant)).map_err(declared)?;
        Ok(Some(SAMLSSOServiceProviderInfoDTO {
            pubCertFilePath: None,
            serviceProviders: known.into_iter().map(|one| Some(shown(one))).collect(),
            // The super tenant has had another number for long.
            tenantZero: false,
        }))
    }

    async fn getCertAliasOfPrimaryKeyStore(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        let tenant = call.actor()?.tenant;
        let aliases = call.read(|tx, _| service_provider::aliases(tx, tenant)).map_err(declared)?;
        Ok(optional(aliases))
    }

    async fn uploadRPServiceProvider(
        call: &Call,
        metadata: Option<String>,
    ) -> Result<Option<SAMLSSOServiceProviderDTO>, Fault> {
        let refused =
            || typed::<IdentitySAML2SSOException>(Fault::server("Error while uploading service provider"));
        let read = PartnerMetadata::read(metadata.as_deref().unwrap_or_default()).map_err(|why| {
            tracing::info!(%why, "metadata of a service provider were refused");
            refused()
        })?;
        let new = ServiceProvider {
            issuer: read.entity_id,
            consumer_urls: read.consumer_urls,
            default_url: read.default_url,
            certificate: read.certificate,
            name_id_format: read.name_id_format.unwrap_or_else(|| EMAIL_FORMAT.to_owned()),
            verify_requests: read.signs_requests,
            sign_assertion: read.wants_signed_assertions,
            logout_request_url: read.logout_url,
            logout_response_url: read.logout_response_url,
            ..ServiceProvider::default()
        }
        .published();
        let kept = new.clone();
        if add(call, new).await.map_err(|_| refused())? { Ok(Some(shown(kept))) } else { Err(refused()) }
    }

    async fn removeServiceProvider(call: &Call, issuer: Option<String>) -> Result<bool, Fault> {
        let issuer = some(issuer).unwrap_or_default();
        let done =
            call.write(move |tx, now, _, actor: &Actor| service_provider::remove(tx, now, actor, &issuer));
        done.await.map_err(declared)
    }
}
