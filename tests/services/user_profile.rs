//! `UserProfileMgtService`: what each operation shows and changes, for oneself and for others.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::caller::{Caller, GIVEN_NAME, LOCKED, LOGIN, MAIL, escaped, set_user_profile};
use crate::support::tree::Element;
use crate::support::world::{OLD, TOM, TOMS_MAIL, World};

const SERVICE: &str = "UserProfileMgtService";
const NOT_YOURS: &str = "You are not authorized to perform this action.";
const NOBODY: &str = "UserNotFound: User nobodydoes not exist in: PRIMARY";
const PROFILES: &str = "/permission/admin/manage/identity/userprofile";
/// The fields of a fresh server, in its order.
const FIELDS: [&str; 10] = [
    "lastname",
    "mobile",
    "telephone",
    "country",
    "url",
    "role",
    "organization",
    "emailaddress",
    "givenname",
    "im",
];

fn request(operation: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: String =
        arguments.iter().map(|(name, text)| format!("<mgt:{name}>{}</mgt:{name}>", escaped(text))).collect();
    format!("<mgt:{operation}>{arguments}</mgt:{operation}>")
}

fn results(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Vec<Element> {
    caller.results(SERVICE, operation, &request(operation, arguments))
}

fn accepted(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) {
    let answer = caller.done(SERVICE, operation, &request(operation, arguments));
    assert!(answer.is_none(), "{operation} answers 202");
}

/// A refusal of an operation with a result: the declared exception, without a code.
fn refused(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> String {
    let fault = caller.fault(SERVICE, operation, &request(operation, arguments));
    let detail = fault.detail.first().unwrap();
    assert_eq!(detail.name, "UserProfileMgtServiceUserProfileException", "{}", fault.text);
    assert!(detail.find("errorCode").unwrap().is_nil());
    fault.text
}

/// A refusal of an operation without result: no detail.
fn refused_void(caller: &Caller, operation: &str, payload: &str) -> String {
    let fault = caller.fault(SERVICE, operation, payload);
    assert!(fault.detail.is_empty(), "{operation}: {:?}", fault.detail);
    fault.text
}

fn of(user: &str) -> [(&'static str, String); 2] {
    [("username", user.to_owned()), ("profileName", "default".to_owned())]
}

fn profile(caller: &Caller, user: &str) -> Element {
    let arguments = of(user);
    let arguments: Vec<(&str, &str)> = arguments.iter().map(|(name, text)| (*name, text.as_str())).collect();
    results(caller, "getUserProfile", &arguments).remove(0)
}

/// Names of claims without their dialect, with their values.
fn fields(profile: &Element) -> Vec<(&str, Option<&str>)> {
    let all = profile.all("fieldValues");
    all.iter()
        .map(|field| {
            let uri = field.value("claimUri").unwrap();
            (uri.strip_prefix("http://wso2.org/claims/").unwrap(), field.value("fieldValue"))
        })
        .collect()
}

/// tom's profile manager: may log in, and has one permission more.
fn with_permission(world: &World, name: &str, permission: &str) -> Caller {
    world.admin().add_user(name, OLD, &[]);
    world.admin().add_role(name, &[name], &[LOGIN, permission]);
    world.caller(name, OLD)
}

#[test]
fn a_profile_shows_the_supported_claims_in_the_order_of_the_original() {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.set_claims(
        TOM,
        &[(GIVEN_NAME, "Thomas"), (LOCKED, "false"), ("http://wso2.org/claims/title", "Dr.")],
    );
    let shown = profile(&admin, TOM);
    let values = fields(&shown);
    assert_eq!(values.iter().map(|(name, _)| *name).collect::<Vec<_>>(), FIELDS);
    for (name, value) in &values {
        let expected = match *name {
            "lastname" => Some(TOM),
            "emailaddress" => Some(TOMS_MAIL),
            "givenname" => Some("Thomas"),
            "role" => Some("test role,Internal/everyone"),
            _ => None,
        };
        assert_eq!(*value, expected, "{name}");
    }
    assert_eq!(shown.value("profileName"), Some("default"));
    assert_eq!(shown.value("profileConifuration"), Some("default"));
    let mail = shown.all("fieldValues").into_iter().find(|one| one.value("claimUri") == Some(MAIL)).unwrap();
    for (name, value) in [
        ("checkedAttribute", "false"),
        ("displayName", "Email"),
        ("displayOrder", "6"),
        ("readOnly", "false"),
        ("required", "true"),
    ] {
        assert_eq!(mail.value(name), Some(value), "{name}");
    }
    assert!(mail.value("regEx").unwrap().contains('@'));
    // All profiles are that one; without a user, the same fields have no values.
    assert_eq!(results(&admin, "getUserProfiles", &[("username", TOM)]), [shown]);
    let empty = results(&admin, "getProfileFieldsForInternalStore", &[]).remove(0);
    assert_eq!(fields(&empty), FIELDS.map(|name| (name, None)));
    assert!(
        empty.child("profileName").unwrap().is_nil() && empty.child("profileConifuration").unwrap().is_nil()
    );
    for other in ["Default", "?", "", "work"] {
        let found = results(&admin, "getUserProfile", &[("username", TOM), ("profileName", other)]);
        assert!(found.iter().all(Element::is_nil), "there is no profile {other}");
    }
    for missing in [&[("username", TOM)][..], &[("profileName", "default")], &[]] {
        assert_eq!(refused(&admin, "getUserProfile", missing), "Invalid input parameters");
    }
    for (name, text) in [("nobody", NOBODY), ("NOWHERE/tom", "Invalid Domain Name")] {
        assert_eq!(
            refused(&admin, "getUserProfile", &[("username", name), ("profileName", "default")]),
            text
        );
        assert_eq!(refused(&admin, "getUserProfiles", &[("username", name)]), text);
    }
    let fault = admin.fault(SERVICE, "getUserProfiles", &request("getUserProfiles", &[]));
    assert_eq!(fault.text, "Exception occurred while trying to invoke service method getUserProfiles");
}

#[test]
fn who_has_no_permission_sees_and_changes_only_what_has_exactly_the_name_of_the_session() {
    let world = World::new(&[]);
    let tom = world.caller(TOM, OLD);
    let admin = world.admin();
    tom.set_claims(TOM, &[(GIVEN_NAME, "Thomas")]);
    assert!(fields(&profile(&tom, TOM)).contains(&("givenname", Some("Thomas"))));
    assert_eq!(results(&tom, "getUserProfiles", &[("username", TOM)]).len(), 1);
    for other in ["admin", "Tom", "PRIMARY/tom", "nobody"] {
        let named = [("username", other), ("profileName", "default")];
        assert_eq!(refused(&tom, "getUserProfile", &named), NOT_YOURS, "{other}");
        assert_eq!(refused(&tom, "getUserProfiles", &[("username", other)]), NOT_YOURS, "{other}");
        assert_eq!(tom.refused_claims(other, &[(GIVEN_NAME, "X")]).text, NOT_YOURS, "{other}");
        assert_eq!(refused_void(&tom, "deleteUserProfile", &request("deleteUserProfile", &named)), NOT_YOURS);
    }
    assert_eq!(admin.claim("admin", GIVEN_NAME), None);
    // Each act has a permission of its own; to write takes the one above them all.
    let viewer = with_permission(&world, "viewer", &[PROFILES, "/view"].concat());
    assert!(fields(&profile(&viewer, TOM)).contains(&("givenname", Some("Thomas"))));
    let updater = with_permission(&world, "updater", &[PROFILES, "/update"].concat());
    for caller in [&viewer, &updater] {
        assert_eq!(caller.refused_claims(TOM, &[(GIVEN_NAME, "X")]).text, NOT_YOURS);
    }
    let writer = with_permission(&world, "writer", PROFILES);
    writer.set_claims(TOM, &[(GIVEN_NAME, "Tommy")]);
    assert_eq!(admin.claim(TOM, GIVEN_NAME).as_deref(), Some("Tommy"));
}

#[test]
fn who_has_no_permission_is_told_so_before_what_is_missing() {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.add_role("logins", &[TOM], &[LOGIN]);
    let tom = world.caller(TOM, OLD);
    let own = request("setUserProfile", &[("username", TOM)]);
    let of_admin = request("setUserProfile", &[("username", "admin")]);
    for (caller, payload, text) in [
        (&tom, own.as_str(), "unknown"),
        (&tom, &of_admin, NOT_YOURS),
        (&tom, &request("setUserProfile", &[]), NOT_YOURS),
        (&admin, &of_admin, "unknown"),
        (&admin, &request("setUserProfile", &[]), "unknown"),
    ] {
        assert_eq!(refused_void(caller, "setUserProfile", payload), text, "{payload}");
    }
    let delete = |arguments: &[(&str, &str)]| request("deleteUserProfile", arguments);
    assert_eq!(refused_void(&tom, "deleteUserProfile", &delete(&[("username", "admin")])), NOT_YOURS);
    assert_eq!(refused_void(&tom, "deleteUserProfile", &delete(&[("profileName", "x")])), NOT_YOURS);
    assert_eq!(refused_void(&tom, "deleteUserProfile", &delete(&[("username", TOM)])), "unknown");
    assert_eq!(refused_void(&admin, "deleteUserProfile", &delete(&[])), "unknown");
    assert_eq!(refused(&tom, "getUserProfiles", &[]), NOT_YOURS);
    let text = "Exception occurred while trying to invoke service method getUserProfiles";
    assert_eq!(admin.fault(SERVICE, "getUserProfiles", &request("getUserProfiles", &[])).text, text);
}

#[test]
fn a_request_changes_the_fields_it_names_and_nothing_else() {
    let world = World::new(&[]);
    let admin = world.admin();
    let field = |uri: &str, value: &str, further: &str| {
        format!(
            "<xsd:fieldValues><xsd:claimUri>{uri}</xsd:claimUri><xsd:fieldValue>{value}</xsd:fieldValue>{further}\
             </xsd:fieldValues>"
        )
    };
    let set = |content: &str| {
        format!(
            "<mgt:setUserProfile><mgt:username>tom</mgt:username><mgt:profile>{content}</mgt:profile></mgt:setUserProfile>"
        )
    };
    let content = [
        field(GIVEN_NAME, "first", ""),
        field(GIVEN_NAME, "last", ""),
        field(MAIL, "new@example.org", "<xsd:readOnly>true</xsd:readOnly>"),
        field("http://wso2.org/claims/organization", "a , b,,c", ""),
    ];
    assert!(admin.done(SERVICE, "setUserProfile", &set(&content.concat())).is_none());
    let before = profile(&admin, TOM);
    let values = fields(&before);
    for expected in
        [("givenname", "last"), ("emailaddress", TOMS_MAIL), ("organization", "a,b,c"), ("lastname", TOM)]
    {
        assert!(values.contains(&(expected.0, Some(expected.1))), "{expected:?} in {values:?}");
    }
    // What is refused is refused whole.
    let good = field(GIVEN_NAME, "never", "");
    for (content, text) in [
        (
            [&good, field("http://none", "x", "").as_str()].concat(),
            "Error in obtaining claim mapping for user : tom",
        ),
        (
            [&good, field("http://wso2.org/claims/role", "admin", "").as_str()].concat(),
            "One or more attributes you are trying to add/update are not supported by underlying LDAP for user : tom",
        ),
        (
            [&good, "<xsd:fieldValues><xsd:fieldValue>x</xsd:fieldValue></xsd:fieldValues>"].concat(),
            "unknown",
        ),
        (
            [&good, "<xsd:profileName>a b</xsd:profileName>"].concat(),
            "profile name contains invalid characters!",
        ),
        ("<xsd:profileName>default</xsd:profileName>".to_owned(), "unknown"),
    ] {
        assert_eq!(refused_void(&admin, "setUserProfile", &set(&content)), text);
    }
    for payload in [
        "<mgt:setUserProfile/>".to_owned(),
        "<mgt:setUserProfile><mgt:username>tom</mgt:username></mgt:setUserProfile>".to_owned(),
        set_user_profile("", &[]).replace("<mgt:username></mgt:username>", ""),
    ] {
        assert_eq!(refused_void(&admin, "setUserProfile", &payload), "unknown", "{payload}");
    }
    assert_eq!(admin.refused_claims("nobody", &[(GIVEN_NAME, "x")]).text, NOBODY);
    assert_eq!(admin.refused_claims("NOWHERE/tom", &[(GIVEN_NAME, "x")]).text, "Invalid Domain Name");
    assert_eq!(profile(&admin, TOM), before, "nothing of what was refused was written");
    // The configuration's name comes back; an empty value removes.
    let content =
        [field(GIVEN_NAME, "", ""), "<xsd:profileConifuration>work</xsd:profileConifuration>".into()];
    assert!(admin.done(SERVICE, "setUserProfile", &set(&content.concat())).is_none());
    let after = profile(&admin, TOM);
    assert_eq!(after.value("profileConifuration"), Some("work"));
    assert!(fields(&after).contains(&("givenname", None)));
}

#[test]
fn the_default_profile_stays_and_there_is_no_other_to_delete() {
    let world = World::new(&[]);
    let admin = world.admin();
    let before = profile(&admin, TOM);
    let delete = |user: &str, profile: &str| {
        request("deleteUserProfile", &[("username", user), ("profileName", profile)])
    };
    assert_eq!(
        refused_void(&admin, "deleteUserProfile", &delete(TOM, "default")),
        "Cannot delete default profile"
    );
    assert_eq!(refused_void(&admin, "deleteUserProfile", &delete("nobody", "work")), NOBODY);
    accepted(&admin, "deleteUserProfile", &[("username", TOM), ("profileName", "work")]);
    for missing in [&[("username", TOM)][..], &[("profileName", "work")], &[]] {
        assert_eq!(
            refused_void(&admin, "deleteUserProfile", &request("deleteUserProfile", missing)),
            "unknown"
        );
    }
    let deleter = with_permission(&world, "deleter", &[PROFILES, "/delete"].concat());
    accepted(&deleter, "deleteUserProfile", &[("username", TOM), ("profileName", "work")]);
    assert_eq!(profile(&admin, TOM), before);
}

#[test]
fn the_store_takes_changes_and_knows_one_profile() {
    let world = World::new(&[]);
    let tom = world.caller(TOM, OLD);
    let answer =
        |operation: &str, arguments: &[(&str, &str)]| results(&tom, operation, arguments).remove(0).text;
    assert_eq!(answer("isReadOnlyUserStore", &[]), "false");
    assert_eq!(answer("isAddProfileEnabled", &[]), "false");
    for domain in ["", "PRIMARY", "NOWHERE"] {
        assert_eq!(answer("isAddProfileEnabledForDomain", &[("domain", domain)]), "false", "{domain}");
    }
    assert_eq!(answer("isAddProfileEnabledForDomain", &[]), "false");
}

#[test]
fn identities_at_other_providers_belong_to_the_caller() {
    let world = World::new(&[]);
    let (admin, tom) = (world.admin(), world.caller(TOM, OLD));
    let add = |name: &str| {
        format!(
            "<idp:addIdP><idp:identityProvider><mod:identityProviderName>{name}</mod:identityProviderName>\
             </idp:identityProvider></idp:addIdP>"
        )
    };
    for name in ["google", "partner"] {
        admin.done("IdentityProviderMgtService", "addIdP", &add(name));
    }
    let id =
        |provider: &'static str, external: &'static str| [("idpID", provider), ("associatedID", external)];
    let name_of = |caller: &Caller, provider: &'static str, external: &'static str| {
        let found = results(caller, "getNameAssociatedWith", &id(provider, external)).remove(0);
        (!found.is_nil()).then_some(found.text)
    };
    let own = |caller: &Caller| {
        let found = results(caller, "getAssociatedIDs", &[]);
        let pair = |one: &Element| {
            let text = |name: &str| one.value(name).unwrap().to_owned();
            (text("identityProviderName"), text("username"))
        };
        let mut all: Vec<_> = found.iter().filter(|one| !one.is_nil()).map(pair).collect();
        all.sort_unstable();
        all
    };
    accepted(&tom, "associateID", &id("google", "tom@gmail.example"));
    accepted(&tom, "associateID", &id("google", "second@gmail.example"));
    accepted(&tom, "associateID", &id("partner", "tom@gmail.example"));
    let pair = |provider: &str, external: &str| (provider.to_owned(), external.to_owned());
    let toms = [
        pair("google", "second@gmail.example"),
        pair("google", "tom@gmail.example"),
        pair("partner", "tom@gmail.example"),
    ];
    assert_eq!(own(&tom), toms);
    assert!(own(&admin).is_empty());
    for caller in [&tom, &admin] {
        assert_eq!(name_of(caller, "google", "tom@gmail.example").as_deref(), Some(TOM));
    }
    assert_eq!(name_of(&admin, "google", "nobody@gmail.example"), None);
    assert_eq!(name_of(&admin, "nowhere", "tom@gmail.example"), None);
    assert!(results(&admin, "getNameAssociatedWith", &[]).iter().all(Element::is_nil));
    // One identity is one user's.
    for caller in [&tom, &admin] {
        for arguments in
            [&id("google", "tom@gmail.example")[..], &id("nowhere", "x"), &[("idpID", "google")], &[]]
        {
            assert_eq!(
                refused_void(caller, "associateID", &request("associateID", arguments)),
                "Error occurred while persisting the federated user ID",
                "{arguments:?}"
            );
        }
    }
    // Everybody takes away his own; what is not there is no error.
    accepted(&admin, "removeAssociateID", &id("google", "tom@gmail.example"));
    assert_eq!(own(&tom), toms);
    accepted(&tom, "removeAssociateID", &id("google", "tom@gmail.example"));
    accepted(&tom, "removeAssociateID", &id("google", "tom@gmail.example"));
    assert_eq!(own(&tom), [toms[0].clone(), toms[2].clone()]);
    assert_eq!(name_of(&admin, "google", "tom@gmail.example"), None);
    accepted(&admin, "associateID", &id("google", "tom@gmail.example"));
    assert_eq!(name_of(&tom, "google", "tom@gmail.example").as_deref(), Some("admin"));
    // In another tenant neither the provider nor the identity is there.
    let acme = world.tenant_with_tom("acme.com", &[]);
    assert_eq!(name_of(&acme, "google", "tom@gmail.example"), None);
    assert_eq!(
        refused_void(&acme, "associateID", &request("associateID", &id("google", "tom@gmail.example"))),
        "Error occurred while persisting the federated user ID"
    );
    // The service shows itself with what its getters say of the caller.
    let instance = results(&tom, "getInstance", &[]).remove(0);
    assert_eq!(
        (instance.value("addProfileEnabled"), instance.value("readOnlyUserStore")),
        (Some("false"), Some("false"))
    );
    let mut shown: Vec<&str> =
        instance.all("associatedIDs").iter().filter_map(|one| one.value("username")).collect();
    shown.sort_unstable();
    assert_eq!(shown, ["second@gmail.example", "tom@gmail.example"]);
    assert_eq!(
        fields(instance.child("profileFieldsForInternalStore").unwrap()),
        FIELDS.map(|name| (name, None))
    );
}
