//! Identity providers of an existing deployment, from the tables of its database.

use crate::support::caller::Caller;
use crate::support::installation::Installation;
use crate::support::tree::Element;

/// A deployment with a rebranded resident provider, and a partner with everything that hangs on one.
const FILES: [(&str, &str); 12] = [
    (
        "IDP.csv",
        "ID,TENANT_ID,NAME,IS_ENABLED,IS_PRIMARY,HOME_REALM_ID,IMAGE,CERTIFICATE,ALIAS,INBOUND_PROV_ENABLED,\
         INBOUND_PROV_USER_STORE_ID,USER_CLAIM_URI,ROLE_CLAIM_URI,DESCRIPTION,DEFAULT_AUTHENTICATOR_NAME,\
         DEFAULT_PRO_CONNECTOR_NAME,PROVISIONING_ROLE,IS_FEDERATION_HUB,IS_LOCAL_CLAIM_DIALECT,DISPLAY_NAME\n\
         1,-1234,LOCAL,1,1,sso.example.org,,,,0,,,,,,,,0,0,\n\
         7,-1234,partner,0,0,realm,,,\"us, here\",1,PRIMARY,mail,,\"A \"\"partner\"\"\",SAMLSSOAuthenticator,,,1,0,Partner\n\
         8,-1234,local dialect,1,0,,,\\N,,0,,,,,,,,0,1,NULL\n\
         9,5,other,1,0,,,,,0,,,,,,,,0,0,\n",
    ),
    (
        "IDP_METADATA.csv",
        "ID,IDP_ID,NAME,VALUE,DISPLAY_NAME,TENANT_ID\n1,1,Recovery.ExpiryTime,77,,-1234\n2,1,SessionIdleTimeout,44,,-1234\n\
         3,1,account.lock.handler.enable,true,,-1234\n4,1,my.own.key,kept,,-1234\n5,7,contact,someone,Contact,-1234\n",
    ),
    (
        "idp_authenticator.CSV",
        "ID,TENANT_ID,IDP_ID,NAME,IS_ENABLED,DISPLAY_NAME\n1,-1234,1,samlsso,0,\n2,-1234,7,SAMLSSOAuthenticator,1,saml\n",
    ),
    (
        "IDP_AUTHENTICATOR_PROPERTY.csv",
        "ID,TENANT_ID,AUTHENTICATOR_ID,PROPERTY_KEY,PROPERTY_VALUE,IS_SECRET\n1,-1234,1,IdPEntityId,urn:rebranded,0\n\
         2,-1234,1,DestinationURI.1,https://sso.example.org/a,0\n3,-1234,1,DestinationURI.2,https://sso.example.org/b,0\n\
         4,-1234,2,IdPEntityId,urn:partner,0\n5,-1234,2,ClientSecret,s3cret,1\n6,-1234,2,SPEntityId,,0\n",
    ),
    ("IDP_CLAIM.csv", "ID,IDP_ID,TENANT_ID,CLAIM\n3,7,-1234,mail\n4,7,-1234,unmapped\n"),
    (
        "IDP_CLAIM_MAPPING.csv",
        "ID,IDP_CLAIM_ID,TENANT_ID,LOCAL_CLAIM,DEFAULT_VALUE,IS_REQUESTED\n1,3,-1234,http://wso2.org/claims/emailaddress,,1\n",
    ),
    (
        "IDP_LOCAL_CLAIM.csv",
        "ID,TENANT_ID,IDP_ID,CLAIM_URI,DEFAULT_VALUE,IS_REQUESTED\n1,-1234,8,http://wso2.org/claims/country,LK,0\n",
    ),
    ("IDP_ROLE.csv", "ID,IDP_ID,TENANT_ID,ROLE\n11,7,-1234,bosses\n12,7,-1234,ghosts\n"),
    (
        "IDP_ROLE_MAPPING.csv",
        "ID,IDP_ROLE_ID,TENANT_ID,USER_STORE_ID,LOCAL_ROLE\n1,11,-1234,PRIMARY,admin\n2,12,-1234,PRIMARY,nobody\n",
    ),
    (
        "IDP_PROVISIONING_CONFIG.csv",
        "ID,TENANT_ID,IDP_ID,PROVISIONING_CONNECTOR_TYPE,IS_ENABLED,IS_BLOCKING\n1,-1234,7,googleapps,1,1\n",
    ),
    (
        "IDP_PROV_CONFIG_PROPERTY.csv",
        "ID,TENANT_ID,PROVISIONING_CONFIG_ID,PROPERTY_KEY,PROPERTY_VALUE,PROPERTY_BLOB_VALUE,PROPERTY_TYPE,IS_SECRET\n\
         1,-1234,1,google_prov_private_key,,6162,BLOB                            ,1\n\
         2,-1234,1,google_prov_pattern,{UD},,STRING                          ,0\n",
    ),
    ("SP_APP.csv", "ID\n1\n"),
];

fn exported(installation: &Installation) -> String {
    let folder = installation.folder().join("tables");
    std::fs::create_dir(&folder).unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder.display().to_string()
}

fn read(admin: &Caller, operation: &str, content: &str) -> Element {
    let payload = format!("<idp:{operation}>{content}</idp:{operation}>");
    admin.results("IdentityProviderMgtService", operation, &payload).remove(0)
}

fn provider(admin: &Caller, name: &str) -> Element {
    read(admin, "getIdPByName", &format!("<idp:idPName>{name}</idp:idPName>"))
}

/// Names and values of what is called `kind` anywhere in it.
fn values<'e>(of: &'e Element, kind: &str) -> Vec<(&'e str, &'e str)> {
    let pair =
        |one: &'e Element| (one.value("name").unwrap_or_default(), one.value("value").unwrap_or_default());
    of.all(kind).into_iter().map(pair).collect()
}

// I150
#[test]
fn the_resident_provider_is_what_it_was_and_policies_that_are_missing_have_their_defaults() {
    let mut installation = Installation::new(&[]);
    installation.run();
    let fresh = connectors(&Caller::basic(installation.client(), "admin", "admin"));
    assert!(installation.stop());
    let folder = exported(&installation);
    let said = installation.must(&["idp", "import", &folder], "");
    for name in ["LOCAL", "partner", "local dialect"] {
        assert!(said.contains(&format!("imported {name}\n")), "{said}");
    }
    assert!(!said.contains("other"), "of another tenant: {said}");
    assert!(said.ends_with("\nSP_APP.csv is not read\n") && !said.contains("there is no IDP"), "{said}");
    installation.run();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    let resident = read(&admin, "getResidentIdP", "");
    assert_eq!(resident.value("homeRealmId"), Some("sso.example.org"));
    assert_eq!(resident.value("primary"), Some("true"));
    let properties = values(&resident, "properties");
    for expected in [
        ("IdPEntityId", "urn:rebranded"),
        ("DestinationURI.1", "https://sso.example.org/a"),
        ("DestinationURI.2", "https://sso.example.org/b"),
    ] {
        assert!(properties.contains(&expected), "{expected:?}: {properties:?}");
    }
    let kept = values(&resident, "idpProperties");
    assert!(kept.contains(&("SessionIdleTimeout", "44")) && kept.contains(&("my.own.key", "kept")));
    // Every policy is what the tables say; what they do not mention has its default.
    let given = [("Recovery.ExpiryTime", "77"), ("account.lock.handler.enable", "true")];
    let expected = |name: &str, before: &str| {
        given.iter().find(|one| one.0 == name).map_or(before, |(_, value)| value).to_owned()
    };
    let policies = connectors(&admin);
    assert_eq!(policies.len(), 36);
    assert!(given.iter().all(|(name, value)| fresh.iter().any(|one| one.0 == *name && one.1 != *value)));
    let merged: Vec<(String, String)> =
        fresh.into_iter().map(|(name, before)| (name.clone(), expected(&name, &before))).collect();
    assert_eq!(policies, merged);
    for (name, value) in &policies {
        assert!(kept.contains(&(name.as_str(), value.as_str())), "getResidentIdP shows the same {name}");
    }
}

/// Names and values of all policies.
fn connectors(admin: &Caller) -> Vec<(String, String)> {
    let list = admin.results("IdentityGovernanceAdminService", "getConnectorList", "<gov:getConnectorList/>");
    let all = list.iter().flat_map(|connector| values(connector, "properties"));
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn a_partner_is_imported_with_everything_that_hangs_on_him_and_a_second_time_nothing_changes() {
    let mut installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "admin");
    let folder = exported(&installation);
    let said = installation.must(&["idp", "import", &folder], "");
    assert!(said.contains("partner: there is no role PRIMARY/nobody, nothing is mapped to it\n"), "{said}");
    installation.run();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    let partner = provider(&admin, "partner");
    for (name, value) in [
        ("enable", "false"),
        ("alias", "us, here"),
        ("identityProviderDescription", "A \"partner\""),
        ("federationHub", "true"),
        ("displayName", "Partner"),
        ("homeRealmId", "realm"),
    ] {
        assert_eq!(partner.value(name), Some(value), "{name}");
    }
    assert_eq!(values(&partner, "idpProperties"), [("contact", "someone")]);
    let saml = values(partner.child("federatedAuthenticatorConfigs").unwrap(), "properties");
    assert_eq!(saml, [("IdPEntityId", "urn:partner"), ("ClientSecret", "s3cret"), ("SPEntityId", "")]);
    let connector = partner.child("provisioningConnectorConfigs").unwrap();
    assert_eq!((connector.value("enabled"), connector.value("blocking")), (Some("true"), Some("true")));
    let provisioning = values(connector, "provisioningProperties");
    assert!(provisioning.contains(&("google_prov_private_key", "ab")), "{provisioning:?}");
    assert!(provisioning.contains(&("google_prov_pattern", "{UD}")), "{provisioning:?}");
    let texts = |name: &str| partner.all(name).iter().map(|one| one.text.as_str()).collect::<Vec<_>>();
    assert_eq!(texts("idpRoles"), ["bosses", "ghosts"]);
    assert_eq!(texts("localRoleName"), ["admin"]);
    let claims: Vec<&str> =
        partner.all("idpClaims").iter().filter_map(|claim| claim.value("claimUri")).collect();
    assert_eq!(claims, ["mail", "unmapped"]);
    let mapped = partner.all("claimMappings");
    assert_eq!(mapped.len(), 1);
    assert_eq!(mapped[0].child("remoteClaim").unwrap().value("claimUri"), Some("mail"));
    assert_eq!(mapped[0].value("requested"), Some("true"));
    let local = provider(&admin, "local dialect");
    assert_eq!(local.all("claimMappings")[0].value("defaultValue"), Some("LK"));
    assert!(local.child("displayName").unwrap().is_nil() && local.child("alias").unwrap().is_nil());
    installation.must(&["idp", "import", &folder], "");
    let without_ids = |text: String| {
        let parts =
            text.split("<ax2303:id>").map(|part| part.split_once("</").map_or(part, |(_, rest)| rest));
        parts.collect::<Vec<_>>().join("")
    };
    let shown = |name: &str| {
        let payload = format!("<idp:getIdPByName><idp:idPName>{name}</idp:idPName></idp:getIdPByName>");
        without_ids(admin.call("IdentityProviderMgtService", "getIdPByName", &payload).text())
    };
    let before = shown("local dialect");
    installation.must(&["idp", "import", &folder], "");
    assert_eq!(shown("local dialect"), before);
    assert_eq!(values(&provider(&admin, "partner"), "idpProperties"), [("contact", "someone")]);
}

#[test]
fn a_tenant_is_named_by_the_number_it_had_and_what_is_refused_imports_nothing() {
    let mut installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "admin");
    let folder = exported(&installation);
    installation.must(&["tenant", "add", "acme.example", "--password-stdin"], "Acme@1234");
    installation.must(&["idp", "import", &folder, "--tenant", "acme.example", "--tenant-id", "5"], "");
    let fails = |arguments: &[&str], text: &str| {
        let output = installation.command_line(arguments, "");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(text), "{arguments:?}: {said}");
    };
    fails(&["idp", "import", &folder, "--tenant-id", "6"], "IDP.csv has no row of tenant 6");
    fails(&["idp", "import", &folder, "--tenant", "nowhere.example"], "there is no tenant nowhere.example");
    fails(&["idp", "import", &installation.folder().display().to_string()], "there is no IDP.csv");
    let alone = installation.folder().join("alone");
    std::fs::create_dir(&alone).unwrap();
    let partner = |head: &str, row: &[u8]| {
        std::fs::write(alone.join("IDP.csv"), [head.as_bytes(), b"\n", row].concat()).unwrap();
        alone.display().to_string()
    };
    let folder_alone = partner("ID;TENANT_ID;NAME;IS_ENABLED", b"1;-1234;single;1\n");
    fails(&["idp", "import", &folder_alone], "IDP.csv, line 1: there is no column IS_PRIMARY");
    partner("ID;TENANT_ID;NAME;IS_ENABLED;IS_PRIMARY", b"1;-1234;caf\xe9;1;0\n");
    fails(&["idp", "import", &folder_alone], "IDP.csv, line 2: this is not UTF-8");
    partner("ID;TENANT_ID;NAME;IS_ENABLED;IS_PRIMARY", b"1;-1234;single;1;0\n");
    let said = installation.must(&["idp", "import", &folder_alone], "");
    assert!(said.contains("imported single\n"), "{said}");
    assert!(said.contains("\nthere is no IDP_METADATA.csv; nothing of it is imported\n"), "{said}");
    // A policy that makes no sense: neither the resident provider nor the partner is touched.
    let metadata = installation.folder().join("tables/IDP_METADATA.csv");
    std::fs::write(metadata, "ID,IDP_ID,NAME,VALUE\n1,1,SessionIdleTimeout,soon\n").unwrap();
    fails(
        &["idp", "import", &folder],
        "SessionIdleTimeout of ResidentIdP should be a numeric value greater than 0 ",
    );
    installation.run();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    assert!(provider(&admin, "partner").is_nil());
    let acme = Caller::basic(installation.client(), "admin@acme.example", "Acme@1234");
    assert_eq!(provider(&acme, "other").value("enable"), Some("true"));
    assert!(provider(&acme, "partner").is_nil());
}
