//! Every declared type, in every spelling: whatever prefixes, order, comments, CDATA and nil marks a client writes, the
//! same value is read; and what we write ourselves is read as what it was.

use proptest::prelude::*;
use soapstone::services::authentication_admin::contract as authentication;
use soapstone::services::challenge_question_management_admin::contract as questions;
use soapstone::services::claim_management::contract as old_claims;
use soapstone::services::claim_metadata_management::contract as metadata;
use soapstone::services::i18n_email_mgt_config::contract as mails;
use soapstone::services::identity_application_management::contract as applications;
use soapstone::services::identity_governance_admin::contract as governance;
use soapstone::services::identity_provider_mgt::contract as providers;
use soapstone::services::identity_saml_sso_config::contract as single_sign_on;
use soapstone::services::logged_user_info_admin::contract as caller;
use soapstone::services::remote_claim_manager::contract as claims;
use soapstone::services::remote_user_store_manager::contract as store;
use soapstone::services::server_admin::contract as server;
use soapstone::services::tenant_mgt_admin::contract as tenants;
use soapstone::services::user_account_association::contract as links;
use soapstone::services::user_admin::contract as console;
use soapstone::services::user_identity_management_admin::contract as accounts;
use soapstone::services::user_information_recovery::contract as recovery;
use soapstone::services::user_profile_mgt::contract as profiles;
use soapstone::services::user_store_config_admin::contract as user_stores;
use soapstone::services::user_store_count::contract as counts;
use soapstone::soap::contract::{Kind, Shape, Type};
use soapstone::soap::xml::Document;
use soapstone::soap::{Bean, DateTime, Prefix, Value, Writer, read_bean};

/// A value of some type, before anybody spells it.
#[derive(Debug, Clone)]
enum Content {
    Nil,
    Text(String),
    Bean(Vec<(&'static str, Vec<Content>)>),
}

/// How one message spells what it says.
#[derive(Debug, Clone)]
struct Spelling {
    prefix: &'static str,
    cdata: bool,
    comments: bool,
    reversed: bool,
    capitals: bool,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let prefixes = prop_oneof![Just(""), Just("a:"), Just("ns1:"), Just("Strange-1:")];
    (prefixes, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(prefix, cdata, comments, reversed, capitals)| Spelling {
            prefix,
            cdata,
            comments,
            reversed,
            capitals,
        },
    )
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[ -~]{0,20}",
        "[äöüßéλЖ中\u{1f600}]{0,5}",
        Just(" leading and trailing ".to_owned()),
        Just("<&>\"' ]]> \t\n".to_owned()),
    ]
    .boxed()
}

fn one(shape: Shape, depth: u32) -> BoxedStrategy<Content> {
    let value = match shape.kind {
        Kind::Bean(bean) => content(bean, depth),
        Kind::Simple("boolean") => any::<bool>().prop_map(|on| Content::Text(on.to_string())).boxed(),
        Kind::Simple("int") => any::<i32>().prop_map(|number| Content::Text(number.to_string())).boxed(),
        Kind::Simple("long") => any::<i64>().prop_map(|number| Content::Text(number.to_string())).boxed(),
        Kind::Simple("short") => any::<i16>().prop_map(|number| Content::Text(number.to_string())).boxed(),
        Kind::Simple("dateTime") => (-62_135_596_800_000_i64..253_402_300_800_000)
            .prop_map(|millis| Content::Text(DateTime(millis).to_string()))
            .boxed(),
        Kind::Simple(_) => text().prop_map(Content::Text).boxed(),
    };
    if shape.nillable { prop_oneof![1 => Just(Content::Nil), 4 => value].boxed() } else { value }
}

/// A bean; deep inside itself it stays empty.
fn content(bean: &'static Type, depth: u32) -> BoxedStrategy<Content> {
    if depth == 0 {
        return Just(Content::Bean(Vec::new())).boxed();
    }
    let mut fields: Vec<BoxedStrategy<(&'static str, Vec<Content>)>> = Vec::new();
    let mut next = Some(bean);
    while let Some(current) = next {
        for field in current.fields {
            let shape = (field.shape)();
            let name = field.name;
            let values = if shape.many {
                // A nil first entry means no array at all, which is another value than one nil entry.
                prop::collection::vec(one(Shape { nillable: false, ..shape }, depth - 1), 0..3).boxed()
            } else {
                prop::collection::vec(one(shape, depth - 1), 0..2).boxed()
            };
            fields.push(values.prop_map(move |values| (name, values)).boxed());
        }
        next = current.base;
    }
    fields.prop_map(Content::Bean).boxed()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where an element stands.
#[derive(Clone, Copy, PartialEq)]
enum Stands {
    AtTheTop,
    /// As a property, or as the first entry of an array: letter case is free.
    First,
    /// As a further entry of an array.
    Later,
}

fn spell(out: &mut String, name: &str, content: &Content, how: &Spelling, stands: Stands) {
    let name = if how.capitals && stands == Stands::First { name.to_uppercase() } else { name.to_owned() };
    let tag = format!("{}{name}", how.prefix);
    out.push_str(&format!("<{tag}"));
    if stands == Stands::AtTheTop {
        let prefix = how.prefix.trim_end_matches(':');
        let colon = if prefix.is_empty() { "" } else { ":" };
        out.push_str(&format!(
            " xmlns{colon}{prefix}=\"urn:any\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
        ));
    }
    match content {
        Content::Nil => {
            out.push_str(" xsi:nil=\"true\"/>");
        }
        Content::Text(text) if how.cdata && !text.contains("]]>") => {
            out.push_str(&format!("><![CDATA[{text}]]></{tag}>"));
        }
        Content::Text(text) => {
            let escaped = escape(text);
            let comment = if how.comments { "<!-- in the middle -->" } else { "" };
            out.push_str(&format!(">{comment}{escaped}</{tag}>"));
        }
        Content::Bean(fields) => {
            out.push('>');
            let mut fields: Vec<_> = fields.iter().collect();
            if how.reversed {
                fields.reverse();
            }
            for (name, values) in fields {
                if how.comments {
                    out.push_str("\n  <!--Optional:-->\n  ");
                }
                for (place, value) in values.iter().enumerate() {
                    spell(out, name, value, how, if place == 0 { Stands::First } else { Stands::Later });
                }
            }
            out.push_str(&format!("</{tag}>"));
        }
    }
}

fn written<B: Bean + Value>(bean: &B, types: &[&'static Type]) -> String {
    let mut writer = Writer::xml(types);
    bean.write(&mut writer, Prefix::Service, "return");
    let text = writer.finish();
    text.replacen("<ns:return", "<ns:return xmlns:ns=\"urn:service\"", 1)
}

fn read<B: Bean>(text: &str) -> Result<B, TestCaseError> {
    let document = Document::parse(text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    let root = document.root().ok_or_else(|| TestCaseError::fail("no root"))?;
    read_bean(root).map_err(|fault| TestCaseError::fail(format!("{}: {text}", fault.reason)))
}

/// The types that a bean reaches, itself first.
fn reached(bean: &'static Type, found: &mut Vec<&'static Type>) {
    if found.iter().any(|known| known.is(bean)) {
        return;
    }
    found.push(bean);
    for field in bean.fields {
        if let Kind::Bean(other) = (field.shape)().kind {
            reached(other, found);
        }
    }
    if let Some(base) = bean.base {
        reached(base, found);
    }
}

fn check<B: Bean + Value + PartialEq + std::fmt::Debug>() {
    let mut types = Vec::new();
    reached(B::TYPE, &mut types);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let result = runner.run(&(content(B::TYPE, 3), spelling(), spelling()), |(content, first, second)| {
        let mut texts = [String::new(), String::new()];
        for (text, how) in texts.iter_mut().zip([&first, &second]) {
            spell(text, "bean", &content, how, Stands::AtTheTop);
        }
        let [one, other] = [read::<B>(&texts[0])?, read::<B>(&texts[1])?];
        prop_assert_eq!(&one, &other);
        let again = read::<B>(&written(&one, &types))?;
        prop_assert_eq!(one, again);
        Ok(())
    });
    assert!(result.is_ok(), "{}: {result:?}", B::TYPE.name);
}

macro_rules! every_spelling_of {
    ($($test:ident: $type:ty),* $(,)?) => { $(
        #[test]
        fn $test() {
            check::<$type>();
        }
    )* };
}

every_spelling_of! {
    user_field: profiles::UserFieldDTO,
    user_profile: profiles::UserProfileDTO,
    associated_account: profiles::AssociatedAccountDTO,
    user_profile_admin: profiles::UserProfileAdmin,
    user_profile_exception: profiles::UserProfileException,
    claim: store::ClaimDTO,
    claim_value: store::ClaimValue,
    permission: store::PermissionDTO,
    array_of_string: store::ArrayOfString,
    user_store_exception: store::CoreUserStoreException,
    connector: governance::ConnectorConfig,
    governance_exception: governance::IdentityGovernanceException,
    identity_provider: providers::IdentityProvider,
    property: providers::Property,
    just_in_time_provisioning: providers::JustInTimeProvisioningConfig,
    provider_exception: providers::IdentityProviderManagementException,
    old_claim_mapping: old_claims::ClaimMappingDTO,
    old_claim_dialect: old_claims::ClaimDialectDTO,
    old_claim_exception: old_claims::ClaimManagementException,
    claim_mapping: claims::ClaimMapping,
    local_claim: metadata::LocalClaimDTO,
    external_claim: metadata::ExternalClaimDTO,
    claim_dialect: metadata::ClaimDialectDTO,
    claim_metadata_exception: metadata::ClaimMetadataException,
    email_template: mails::EmailTemplate,
    email_template_exception: mails::I18nEmailMgtServerException,
    tenant_question: questions::ChallengeQuestion,
    question_answer: questions::UserChallengeAnswer,
    named_user: questions::User,
    recovery_exception: questions::IdentityRecoveryException,
    challenge_question: accounts::ChallengeQuestionDTO,
    user_challenge: accounts::UserChallengesDTO,
    user_challenges: accounts::UserChallengesSetDTO,
    identity_claim: accounts::UserIdentityClaimDTO,
    identity_exception: accounts::IdentityMgtServiceException,
    linked_account: links::UserAccountAssociationDTO,
    link_exception: links::UserAccountAssociationClientException,
    server_data: server::ServerData,
    server_exception: server::Exception,
    tenant: tenants::TenantInfoBean,
    tenant_page: tenants::PaginatedTenantInfoBean,
    tenant_exception: tenants::Exception,
    tenant_failure: tenants::StratosException,
    captcha: recovery::CaptchaInfoBean,
    notification: recovery::NotificationDataDTO,
    question_ids: recovery::ChallengeQuestionIdsDTO,
    user_challenge_collection: recovery::UserChallengesCollectionDTO,
    verification: recovery::VerificationBean,
    user_store: user_stores::UserStoreDTO,
    user_store_properties: user_stores::Properties,
    store_settings_exception: user_stores::IdentityUserStoreMgtException,
    count_pair: counts::PairDTO,
    count_exception: counts::UserStoreCounterException,
    caller_info: caller::LoggedUserInfo,
    caller_exception: caller::Exception,
    permission_node: console::UIPermissionNode,
    flagged_name: console::FlaggedName,
    realm_info: console::UserRealmInfo,
    user_admin_exception: console::UserAdminException,
    remember_me: authentication::RememberMeData,
    authentication_exception: authentication::AuthenticationException,
    application: applications::ServiceProvider,
    application_info: applications::ApplicationBasicInfo,
    application_exception: applications::IdentityApplicationManagementException,
    service_provider: single_sign_on::SAMLSSOServiceProviderDTO,
    service_providers: single_sign_on::SAMLSSOServiceProviderInfoDTO,
    single_sign_on_exception: single_sign_on::IdentitySAML2SSOException,
}

/// A type that is declared and neither listed above nor reached from there would go unchecked.
#[test]
fn no_declared_type_is_left_out() {
    let mut checked = Vec::new();
    for bean in [
        profiles::UserProfileAdmin::TYPE,
        profiles::UserProfileException::TYPE,
        store::ClaimDTO::TYPE,
        store::ClaimValue::TYPE,
        store::PermissionDTO::TYPE,
        store::ArrayOfString::TYPE,
        store::CoreUserStoreException::TYPE,
        governance::ConnectorConfig::TYPE,
        governance::IdentityGovernanceException::TYPE,
        providers::IdentityProvider::TYPE,
        providers::IdentityProviderManagementException::TYPE,
        old_claims::ClaimDialectDTO::TYPE,
        old_claims::ClaimManagementException::TYPE,
        claims::ClaimMapping::TYPE,
        metadata::LocalClaimDTO::TYPE,
        metadata::ExternalClaimDTO::TYPE,
        metadata::ClaimDialectDTO::TYPE,
        metadata::ClaimMetadataException::TYPE,
        mails::EmailTemplate::TYPE,
        mails::I18nEmailMgtServerException::TYPE,
        questions::UserChallengeAnswer::TYPE,
        questions::User::TYPE,
        questions::IdentityRecoveryException::TYPE,
        accounts::ChallengeQuestionDTO::TYPE,
        accounts::UserChallengesSetDTO::TYPE,
        accounts::UserIdentityClaimDTO::TYPE,
        accounts::IdentityMgtServiceException::TYPE,
        links::UserAccountAssociationClientException::TYPE,
        links::UserAccountAssociationDTO::TYPE,
        tenants::Exception::TYPE,
        server::ServerData::TYPE,
        server::Exception::TYPE,
        tenants::PaginatedTenantInfoBean::TYPE,
        tenants::StratosException::TYPE,
        recovery::CaptchaInfoBean::TYPE,
        recovery::ChallengeQuestionIdsDTO::TYPE,
        recovery::UserChallengesCollectionDTO::TYPE,
        recovery::VerificationBean::TYPE,
        user_stores::UserStoreDTO::TYPE,
        user_stores::Properties::TYPE,
        user_stores::IdentityUserStoreMgtException::TYPE,
        counts::PairDTO::TYPE,
        counts::UserStoreCounterException::TYPE,
        caller::LoggedUserInfo::TYPE,
        caller::Exception::TYPE,
        console::UIPermissionNode::TYPE,
        console::FlaggedName::TYPE,
        console::UserRealmInfo::TYPE,
        console::UserAdminException::TYPE,
        authentication::RememberMeData::TYPE,
        authentication::AuthenticationException::TYPE,
        applications::ServiceProvider::TYPE,
        applications::ApplicationBasicInfo::TYPE,
        applications::IdentityApplicationManagementException::TYPE,
        single_sign_on::SAMLSSOServiceProviderInfoDTO::TYPE,
        single_sign_on::IdentitySAML2SSOException::TYPE,
    ] {
        reached(bean, &mut checked);
    }
    // What no client can send: Axis2's message context, and the tenant that `getProperties` ignores.
    let only_published = |bean: &Type| {
        bean.namespace.contains("apache.org")
            || bean.namespace.contains("java")
            || bean.namespace.contains("w3c.org")
            || bean.namespace.contains("securevault")
            || matches!(bean.name, "Tenant" | "RealmConfiguration")
    };
    for published in &soapstone::services::PUBLISHED {
        for bean in published.contract.types() {
            let known = checked.iter().any(|known| known.is(bean));
            assert!(known || only_published(bean), "{bean:?} of {} is not checked", published.contract.name);
        }
    }
}
