use super::*;
use crate::domain::credential::Credential;
use crate::domain::fixture::{START, SUPER, World};
use crate::domain::{Actor, Now, Secret};
use std::sync::Arc;

/// The super tenant's administrator and a world to add tenants to.
struct Registry {
    world: World,
    actor: Actor,
}

impl Registry {
    fn new() -> Self {
        let world = World::new();
        let actor = world.read(|tx| Ok(Actor::system(&by_id(tx, SUPER)?.unwrap())));
        Self { world, actor }
    }

    fn add(&self, change: impl FnOnce(&mut NewTenant)) -> Result<Tenant, String> {
        let mut new = NewTenant {
            domain: Some("acme.example".into()),
            email: Some("root@acme.example".into()),
            admin: Some("root".into()),
            credential: Some(Credential::hash(&Secret::from("Acme@1234")).unwrap()),
            ..NewTenant::default()
        };
        change(&mut new);
        let (realm, actor) = (Arc::clone(&self.world.realm), self.actor.clone());
        let done = self.world.store.write_blocking(move |tx| add(tx, START, &realm, &actor, &new));
        done.map_err(|error| error.to_string())
    }

    fn domains(&self) -> Vec<String> {
        self.world.read(|tx| Ok(all(tx)?.into_iter().map(|tenant| tenant.domain).collect()))
    }
}

#[test]
fn what_is_no_domain_is_refused_in_the_original_words() {
    let refused = |domain: &str| check_domain(domain).map_err(|error| error.to_string()).err();
    assert_eq!(refused("").as_deref(), Some("Provided domain name is empty."));
    assert_eq!(refused(".a").as_deref(), Some("Invalid domain, starting with '.'"));
    for good in ["a", "a.b", "A-1_x.example", "a..b", "-", "Atom"] {
        assert_eq!(refused(good), None, "{good}");
    }
    for bad in ["a b", "a/b", "a@b", "é", "a\n"] {
        assert!(refused(bad).is_some_and(|text| text.contains("illegal characters")), "{bad:?}");
    }
    for kept in ["atom", "registry", "resource"] {
        assert!(refused(kept).is_some_and(|text| text.contains(&format!(":{kept}:"))), "{kept}");
    }
}

#[test]
fn a_refused_tenant_leaves_nothing_behind() {
    let registry = Registry::new();
    assert_eq!(registry.add(|new| new.email = None), Err("Invalid email is provided.".into()));
    assert_eq!(
        registry.add(|new| new.credential = None),
        Err("Error in adding tenant with domain: acme.example".into())
    );
    assert_eq!(
        registry.add(|new| new.admin = Some("DOM/root".into())),
        Err("Error in adding tenant with domain: acme.example".into())
    );
    assert_eq!(registry.domains(), [SUPER_DOMAIN]);
    let added = registry.add(|_| {}).unwrap();
    assert_eq!((added.id, added.admin_name.as_str()), (TenantId(1), "root"));
    assert_eq!(
        registry.add(|new| new.domain = Some("ACME.example".into())),
        Err("Domain is not available to register".into())
    );
    assert_eq!(registry.domains(), [SUPER_DOMAIN, "acme.example"]);
}

#[test]
fn a_mail_address_has_something_on_both_sides_and_an_ending() {
    let registry = Registry::new();
    for (number, (email, good)) in [
        ("root@acme.example", true),
        (" root@acme.example ", true),
        ("o'neil+x@a.bc", true),
        ("root@acme", false),
        ("root@acme.e", false),
        ("@acme.example", false),
        ("root@.example", false),
        ("a@b@acme.example", false),
        ("a;b@acme.example", false),
        ("\"a\"@acme.example", false),
    ]
    .into_iter()
    .enumerate()
    {
        let added = registry.add(|new| {
            new.domain = Some(format!("t{number}"));
            new.email = Some(email.into());
        });
        assert_eq!(added.is_ok(), good, "{email}: {added:?}");
    }
}

#[test]
fn pages_are_counted_from_nought_and_never_run_out() {
    let registry = Registry::new();
    let number_of = |number: i64| registry.world.read(|tx| page(tx, "", number));
    assert_eq!(number_of(0), Page::default());
    registry.world.write(|tx| {
        for number in 1..=16 {
            store::tenant::insert(tx, None, &format!("t{number}"), None, 0, "admin")?;
        }
        Ok(())
    });
    for (asked, first, count) in [(0, 1, 15), (1, 16, 1), (2, 16, 1), (-1, 1, 15), (i64::MAX, 16, 1)] {
        let found = number_of(asked);
        assert_eq!((found.pages, found.entries.len()), (2, count), "page {asked}");
        assert_eq!(found.entries.first().map(|entry| entry.tenant.id), Some(TenantId(first)), "page {asked}");
    }
    assert_eq!(registry.world.read(|tx| matching(tx, " T1 ")).len(), 8, "t1 and t10 to t16");
}

#[test]
fn listing_tenants_walks_along_the_key() {
    let registry = Registry::new();
    let plan: Vec<String> = registry.world.read(|tx| {
        let sql = ["EXPLAIN QUERY PLAN ", store::tenant::PAGE].concat();
        Ok(tx.query(&sql, &["%a%".into(), 1.into(), 0.into()], |row| row.text(3))?)
    });
    assert_eq!(plan, ["SEARCH tenant USING INTEGER PRIMARY KEY (rowid>?)"]);
}

#[test]
fn activating_what_is_not_there_writes_nothing() {
    let registry = Registry::new();
    let (actor, now) = (registry.actor.clone(), Now(1));
    registry.world.write(move |tx| {
        deactivate(tx, now, &actor, "nowhere.example")?;
        deactivate(tx, now, &actor, "Carbon.Super")
    });
    assert!(registry.world.read(|tx| Ok(by_id(tx, SUPER)?.unwrap().active)));
}
