use super::*;
use crate::domain::fixture::*;

const ACS: &str = "https://app.example/acs?a=1";

fn app(issuer: &str) -> ServiceProvider {
    ServiceProvider {
        issuer: issuer.into(),
        name: "the app".into(),
        consumer_urls: vec!["https://app.example/first".into(), ACS.into()],
        name_id_format: EMAIL_FORMAT.into(),
        ..ServiceProvider::default()
    }
}

fn settled(world: &World, configured: Vec<ServiceProvider>) {
    world.write(move |tx| settle(tx, &configured));
}

/// What the administrator of a tenant adds.
fn added(world: &World, tenant: TenantId, new: ServiceProvider) -> bool {
    as_admin(world, tenant, move |tx, now, _, actor| add(tx, now, actor, &new)).unwrap()
}

fn removed(world: &World, tenant: TenantId, issuer: &'static str) -> bool {
    as_admin(world, tenant, move |tx, now, _, actor| remove(tx, now, actor, issuer)).unwrap()
}

/// Domain of the tenant and name of the provider that a message finds.
fn found(world: &World, tenant: Option<&str>, issuer: &str) -> Option<(String, String)> {
    let found = world.read(|tx| find(tx, tenant, issuer));
    found.map(|(tenant, provider)| (tenant.domain, provider.name))
}

fn issuers(world: &World, tenant: TenantId) -> Vec<String> {
    world.read(|tx| list(tx, tenant)).into_iter().map(|one| one.issuer).collect()
}

fn audited(world: &World, tenant: TenantId) -> Vec<(String, String, String)> {
    world.read(|tx| {
        Ok(tx.query(
            "SELECT action, target, data FROM audit WHERE tenant_id = $1 AND action LIKE '%service provider' ORDER BY id",
            &[tenant.0.into()],
            |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)),
        )?)
    })
}

#[test]
fn an_answer_goes_to_a_registered_address_and_to_none_that_merely_looks_like_it() {
    let app = app("app");
    assert_eq!(app.consumer_url(None), Some("https://app.example/first"), "the first without a default");
    assert_eq!(app.consumer_url(Some(ACS)), Some(ACS));
    for near in [
        "https://app.example/acs",
        "https://app.example/acs?a=1&b=2",
        "https://app.example/acs?a=1#x",
        "https://app.example/acs/?a=1",
        "https://APP.example/acs?a=1",
        "http://app.example/acs?a=1",
        "https://app.example:443/acs?a=1",
        "https://app.example@evil.example/acs?a=1",
        "https://app.example/acs?a=1 ",
        "https://app.example/%61cs?a=1",
        "/acs?a=1",
        "",
    ] {
        assert_eq!(app.consumer_url(Some(near)), None, "{near}");
    }
}

#[test]
fn the_default_address_counts_as_registered_and_comes_before_the_others() {
    let default_url = "https://app.example/default".to_owned();
    let app = ServiceProvider { default_url: default_url.clone(), ..app("app") };
    assert_eq!(app.consumer_url(None), Some(&*default_url));
    assert_eq!(app.consumer_url(Some(&default_url)), Some(&*default_url));
    assert_eq!(app.consumer_url(Some(ACS)), Some(ACS));
    let nowhere = ServiceProvider { consumer_urls: Vec::new(), default_url: String::new(), ..app };
    assert_eq!((nowhere.consumer_url(None), nowhere.consumer_url(Some(""))), (None, None));
}

#[test]
fn what_was_registered_is_read_as_it_was_written() {
    let world = World::new();
    let whole = ServiceProvider {
        is_saas: true,
        default_url: "https://app.example/default".into(),
        name_id_claim: Some(MAIL.into()),
        store_in_subject: true,
        tenant_in_subject: true,
        certificate: Some("MIIB".into()),
        verify_requests: true,
        sign_response: true,
        sign_assertion: true,
        encrypt_assertion: true,
        single_logout: true,
        logout_request_url: Some("https://app.example/out".into()),
        logout_response_url: Some("https://app.example/was-out".into()),
        idp_initiated: true,
        idp_logout: true,
        return_urls: vec!["https://app.example/bye".into()],
        // In this order, and one twice.
        audiences: vec!["z".into(), "a".into(), "z".into()],
        recipients: vec!["https://app.example/r".into()],
        send_attributes: true,
        claims: vec![MAIL.into(), GIVEN_NAME.into()],
        attribute_index: Some("1234".into()),
        certificate_alias: Some("app".into()),
        login_page: Some("/login".into()),
        signing_algorithm: Some(SIGNATURES[2].into()),
        digest_algorithm: Some("http://www.w3.org/2000/09/xmldsig#sha1".into()),
        ..app("app")
    };
    assert!(added(&world, SUPER, whole.clone()));
    assert!(added(&world, SUPER, app("plain")));
    let read = |issuer: &str| world.read(|tx| find(tx, None, issuer)).unwrap().1;
    let (read_whole, read_plain) = (read("app"), read("plain"));
    assert_eq!(read_whole, ServiceProvider { id: read_whole.id, tenant: SUPER.0, ..whole });
    assert_eq!(read_plain, ServiceProvider { id: read_plain.id, tenant: SUPER.0, ..app("plain") });
    assert_eq!(world.read(|tx| list(tx, SUPER)), [read_whole.clone(), read_plain]);
    let (owner, same) = world.read(|tx| by_id(tx, read_whole.id)).unwrap();
    assert_eq!((owner.id, same), (SUPER, read_whole));
    assert_eq!(world.read(|tx| by_id(tx, 4711)), None);
}

#[test]
fn an_issuer_is_looked_for_in_the_named_tenant_and_in_no_other() {
    let world = World::new();
    let acme = world.tenant("acme.com");
    assert!(added(&world, SUPER, ServiceProvider { name: "super's".into(), ..app("app") }));
    assert!(added(&world, acme, ServiceProvider { name: "acme's".into(), ..app("app") }));
    assert!(added(&world, acme, app("acme-only")));
    let of = |domain: &str, name: &str| Some((domain.to_owned(), name.to_owned()));
    assert_eq!(found(&world, None, "app"), of("carbon.super", "super's"));
    assert_eq!(found(&world, Some(""), "app"), of("carbon.super", "super's"));
    assert_eq!(found(&world, Some("acme.com"), "app"), of("acme.com", "acme's"));
    assert_eq!(found(&world, Some("ACME.com"), "app"), of("acme.com", "acme's"));
    // Behind an `@` it is named as well, as in the original.
    assert_eq!(found(&world, None, "app@acme.com"), of("acme.com", "acme's"));
    assert_eq!(
        found(&world, Some("carbon.super"), "app@acme.com"),
        None,
        "what stands beside it counts first"
    );
    for (tenant, issuer) in [
        (None, "acme-only"),
        (Some("nowhere.com"), "app"),
        (Some("acme.com"), "App"),
        (None, "app@nowhere.com"),
        (None, "@acme.com"),
        (None, "app@"),
        (None, ""),
        (Some("acme.com"), "app' OR '1'='1"),
    ] {
        assert_eq!(found(&world, tenant, issuer), None, "{tenant:?} {issuer:?}");
    }
    assert_eq!(issuers(&world, SUPER), ["app"]);
    assert_eq!(issuers(&world, acme), ["acme-only", "app"]);
}

#[test]
fn a_service_provider_of_a_file_is_open_to_every_tenant_and_one_of_a_tenant_comes_before_it() {
    let world = World::new();
    let acme = world.tenant("acme.com");
    settled(&world, vec![ServiceProvider { name: "shared".into(), ..app("app") }]);
    for tenant in [None, Some("carbon.super"), Some("acme.com"), Some("nowhere.com")] {
        assert_eq!(
            found(&world, tenant, "app"),
            Some(("carbon.super".into(), "shared".into())),
            "{tenant:?}"
        );
    }
    // It is in no administrator's list, out of his reach, and its name is taken everywhere.
    assert_eq!(issuers(&world, SUPER), Vec::<String>::new());
    assert!(!added(&world, acme, app("app")) && !added(&world, SUPER, app("app")));
    assert!(!removed(&world, SUPER, "app") && !removed(&world, acme, "app"));
    assert_eq!((audited(&world, SUPER), audited(&world, acme)), (vec![], vec![]));
    // One that was there before the file was: the file makes way in its tenant only.
    assert!(added(&world, acme, ServiceProvider { name: "own".into(), ..app("later") }));
    settled(&world, vec![ServiceProvider { name: "shared".into(), ..app("later") }]);
    assert_eq!(found(&world, Some("acme.com"), "later"), Some(("acme.com".into(), "own".into())));
    assert_eq!(found(&world, None, "later"), Some(("carbon.super".into(), "shared".into())));
}

#[test]
fn nobody_signs_in_at_the_applications_of_a_tenant_that_is_not_active() {
    let world = World::new();
    let acme = world.tenant("acme.com");
    assert!(added(&world, acme, app("app")));
    let id = world.read(|tx| find(tx, Some("acme.com"), "app")).unwrap().1.id;
    world.write(move |tx| tenant::set_active(tx, acme, false));
    assert_eq!(found(&world, Some("acme.com"), "app"), None);
    assert_eq!(found(&world, None, "app@acme.com"), None);
    assert_eq!(world.read(|tx| by_id(tx, id)), None, "nor does a login go on that has begun");
    world.write(move |tx| tenant::set_active(tx, acme, true));
    assert!(found(&world, Some("acme.com"), "app").is_some());
}

#[test]
fn an_issuer_is_taken_once_in_a_tenant_and_free_again_when_it_is_removed() {
    let world = World::new();
    let acme = world.tenant("acme.com");
    assert!(added(&world, acme, app("app")));
    assert!(!added(&world, acme, ServiceProvider { name: "another".into(), ..app("app") }));
    assert_eq!(found(&world, Some("acme.com"), "app"), Some(("acme.com".into(), "the app".into())));
    assert!(added(&world, SUPER, app("app")), "of another tenant");
    assert!(!removed(&world, acme, "other"));
    assert!(removed(&world, acme, "app"));
    assert!(!removed(&world, acme, "app"));
    assert!(found(&world, None, "app").is_some(), "the super tenant's is another one");
    assert!(added(&world, acme, app("app")));
    let urls = format!("https://app.example/first,{ACS}");
    let line = |action: &str, data: &str| (action.to_owned(), "app".to_owned(), data.to_owned());
    assert_eq!(
        audited(&world, acme),
        [
            line("add service provider", &urls),
            line("remove service provider", ""),
            line("add service provider", &urls)
        ]
    );
}

#[test]
fn those_of_files_follow_the_files_and_those_of_administrators_stay() {
    let world = World::new();
    assert!(added(&world, SUPER, app("own")));
    settled(&world, vec![app("one"), app("two")]);
    let id = |issuer: &str| world.read(|tx| find(tx, None, issuer)).map(|(_, provider)| provider.id);
    let (one, two) = (id("one"), id("two"));
    let changed = ServiceProvider { consumer_urls: vec!["https://new.example/acs".into()], ..app("two") };
    settled(&world, vec![changed.clone(), app("three")]);
    assert_eq!((id("one"), id("two")), (None, two), "a changed one stays who it is");
    assert!(one.is_some() && id("three").is_some());
    let (_, read) = world.read(|tx| find(tx, None, "two")).unwrap();
    assert_eq!(read, ServiceProvider { id: read.id, tenant: SUPER.0, of_file: true, ..changed });
    settled(&world, vec![]);
    assert_eq!((id("two"), id("three")), (None, None));
    assert_eq!(issuers(&world, SUPER), ["own"]);
}

#[test]
fn the_dashboard_answers_to_its_own_server_only() {
    let dashboard = ServiceProvider::dashboard("https://is.example:9443");
    let own = "https://is.example:9443/dashboard/acs";
    assert_eq!(dashboard.consumer_url(None), Some(own));
    assert_eq!(dashboard.consumer_url(Some("https://localhost:9443/dashboard/acs")), None);
    assert!(dashboard.is_saas && dashboard.sign_response && dashboard.sign_assertion);
}

/// The whole list that a search finds, read in pages of that size.
fn paged(world: &World, tenant: TenantId, part: &str, size: usize) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let found = world.read(|tx| page(tx, tenant, part, &after, size));
        let Some(last) = found.last() else { return all };
        last.issuer.clone_into(&mut after);
        assert!(found.len() <= size);
        all.extend(found.into_iter().map(|one| one.issuer));
    }
}

#[test]
fn a_list_is_the_same_in_pages_of_any_size_with_what_files_open_to_a_tenant_among_its_own() {
    let world = World::new();
    let acme = world.tenant("acme.example");
    let open = |issuer: &str| ServiceProvider { is_saas: true, ..app(issuer) };
    settled(&world, vec![open("b"), open("d"), app("f"), open("x")]);
    for issuer in ["a", "c", "e"] {
        assert!(added(&world, acme, app(issuer)));
    }
    assert!(added(&world, SUPER, app("of the super tenant")));
    // A file that came later than the tenant's own: the tenant's hides it.
    settled(&world, vec![open("b"), open("c"), open("d"), app("f"), open("x")]);
    for size in 1..=7 {
        assert_eq!(paged(&world, acme, "", size), ["a", "b", "c", "d", "e", "x"], "{size}");
        let own = ["b", "c", "d", "f", "of the super tenant", "x"];
        assert_eq!(paged(&world, SUPER, "", size), own, "{size}");
    }
    let first = world.read(|tx| page(tx, acme, "", "b", 1)).remove(0);
    assert_eq!((first.of_file, first.consumer_urls), (false, app("c").consumer_urls));
}

#[test]
fn a_list_is_searched_by_issuer_name_and_address() {
    let world = World::new();
    let other = ServiceProvider {
        name: "Übung 100%".into(),
        consumer_urls: vec!["https://other.example/ACS_1".into()],
        ..app("urn:Other")
    };
    assert!(added(&world, SUPER, app("app")) && added(&world, SUPER, other));
    assert!(added(&world, SUPER, ServiceProvider { consumer_urls: vec!["https://x/".into()], ..app("x") }));
    for (part, found) in [
        ("", vec!["app", "urn:Other", "x"]),
        ("URN:o", vec!["urn:Other"]),
        (" the APP ", vec!["app", "x"]),
        ("Übung", vec!["urn:Other"]),
        ("app.example/ACS", vec!["app"]),
        ("app*acs", vec!["app"]),
        // These stand for themselves.
        ("100%", vec!["urn:Other"]),
        ("1%0", vec![]),
        ("acs_", vec!["urn:Other"]),
        ("acs_a", vec![]),
        ("\\", vec![]),
        ("' OR 1=1 --", vec![]),
    ] {
        assert_eq!(paged(&world, SUPER, part, 2), found, "{part}");
    }
}

#[test]
fn an_algorithm_is_done_as_asked_or_refused_but_sha1_gives_way_to_sha256() {
    let asking = |signature: Option<&str>, digest: Option<&str>| ServiceProvider {
        signing_algorithm: signature.map(str::to_owned),
        digest_algorithm: digest.map(str::to_owned),
        ..app("app")
    };
    for (signature, digest) in SIGNATURES.into_iter().zip(DIGESTS) {
        let one = asking(Some(signature), Some(digest));
        assert_eq!(
            (one.signature(), one.digest(), check::acceptable(&one).is_ok()),
            (signature, digest, true)
        );
    }
    let sha1 = asking(
        Some("http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        Some("http://www.w3.org/2000/09/xmldsig#sha1"),
    );
    for one in [sha1, asking(None, None)] {
        assert!(check::acceptable(&one).is_ok());
        assert_eq!((one.signature(), one.digest()), (USUAL_SIGNATURE, USUAL_DIGEST));
    }
    for (one, text) in [
        (
            asking(Some("http://www.w3.org/2000/09/xmldsig#dsa-sha1"), None),
            "The signature algorithm http://www.w3.org/2000/09/xmldsig#dsa-sha1 is not supported. Supported are \
             http://www.w3.org/2001/04/xmldsig-more#rsa-sha256, ",
        ),
        (asking(Some(USUAL_DIGEST), None), "The signature algorithm"),
        (asking(None, Some("md5")), "The digest algorithm md5 is not supported. Supported are "),
    ] {
        let said = check::acceptable(&one).unwrap_err().to_string();
        assert!(said.starts_with(text), "{said}");
    }
}

#[test]
fn an_address_that_could_end_the_line_of_a_request_is_not_registered() {
    type Place = fn(&mut ServiceProvider, String);
    let places: [Place; 5] = [
        |one, url| one.consumer_urls = vec![url],
        |one, url| one.default_url = url,
        |one, url| one.logout_request_url = Some(url),
        |one, url| one.logout_response_url = Some(url),
        |one, url| one.return_urls = vec![url],
    ];
    let world = World::new();
    for place in places {
        for end in [" HTTP/1.1\r\nX-More: y", "\nSET x y", "\t", " ", "\u{85}"] {
            let mut new = app("app");
            place(&mut new, format!("https://app.example/out{end}"));
            let refused = as_admin(&world, SUPER, move |tx, now, _, actor| add(tx, now, actor, &new));
            assert_eq!(refused.unwrap_err(), "An address holds no blanks and no line breaks", "{end:?}");
        }
    }
    assert!(added(&world, SUPER, ServiceProvider { logout_request_url: Some(ACS.into()), ..app("app") }));
}
