//! User stores as `UserStoreConfigAdminService` of IS 5.3.0 shows and changes them. All users of a tenant are kept in
//! one database here, so that a store is a name in front of users, not a connection to somewhere: it can be taken out of
//! use and back, and removed when it is empty. What would connect another database or directory is refused; stores are made
//! on the machine, with the command line.

use super::name::{APPLICATION, INTERNAL, PRIMARY};
use super::{Actor, Error, Now, TenantId, audit, session};
use crate::store::{self, Tx};

const PROPERTIES: &str = include_str!("../../schemas/data/user_stores.tsv");

/// The kinds of stores that clients may ask about: class of the original, and what the shipped table calls it.
const CLASSES: [(&str, &str); 4] = [
    (OWN_CLASS, "jdbc"),
    ("org.wso2.carbon.user.core.ldap.ReadWriteLDAPUserStoreManager", "rw"),
    ("org.wso2.carbon.user.core.ldap.ReadOnlyLDAPUserStoreManager", "ro"),
    ("org.wso2.carbon.user.core.ldap.ActiveDirectoryUserStoreManager", "ad"),
];

/// The class that stores here are like: users in a database.
pub const OWN_CLASS: &str = "org.wso2.carbon.user.core.jdbc.JDBCUserStoreManager";

/// Domains that stand in front of something else than the users of a store.
const RESERVED: [&str; 4] = [INTERNAL, APPLICATION, "WORKFLOW", "SYSTEM"];

/// A secondary store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secondary {
    /// Its name, upper case.
    pub domain: String,
    /// Whether it takes no changes.
    pub read_only: bool,
    /// Whether it is out of use.
    pub disabled: bool,
}

/// How much a store needs a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It does not work without.
    Mandatory,
    /// It has a default.
    Optional,
    /// It has a default that is seldom changed.
    Advanced,
}

/// Something a store can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it is when nothing is said.
    pub default: &'static str,
    /// A label, `#`, and what it is.
    pub description: &'static str,
    /// How much it is needed.
    pub need: Need,
}

/// The classes of stores that there are.
#[must_use]
pub fn classes() -> Vec<&'static str> {
    CLASSES.iter().map(|(class, _)| *class).collect()
}

/// What a store of a class can be told; `None` for no class.
#[must_use]
pub fn properties(class: &str) -> Option<Vec<Property>> {
    let (_, wanted) = CLASSES.iter().find(|(known, _)| *known == class)?;
    let read = |line: &'static str| {
        let mut columns = line.split('\t');
        let kinds = columns.next()?;
        let need = match columns.next()? {
            "mandatory" => Need::Mandatory,
            "optional" => Need::Optional,
            _ => Need::Advanced,
        };
        let (name, default, description) = (columns.next()?, columns.next()?, columns.next()?);
        kinds.split(',').any(|kind| kind == *wanted).then_some(Property { name, default, description, need })
    };
    Some(PROPERTIES.lines().filter(|line| !line.starts_with('#')).filter_map(read).collect())
}

/// The secondary stores of a tenant in their order, those out of use among them.
///
/// # Errors
/// Failures of the database.
pub fn secondary(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<Secondary>, Error> {
    let rows = store::user::all_stores(tx, tenant.0)?;
    Ok(rows
        .into_iter()
        .map(|(domain, read_only, disabled)| Secondary { domain, read_only, disabled })
        .collect())
}

fn exists(tx: &mut Tx<'_>, actor: &Actor, domain: &str) -> Result<bool, Error> {
    let domain = domain.to_uppercase();
    Ok(domain == PRIMARY || secondary(tx, actor.tenant)?.iter().any(|store| store.domain == domain))
}

fn check_name(domain: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    if domain.is_empty() || !domain.chars().all(plain) { Err(invalid(domain)) } else { Ok(()) }
}

fn invalid(domain: &str) -> Error {
    Error::refused(format!("Provided domain name : '{domain}' is invalid."))
}

fn taken(domain: &str) -> Error {
    Error::refused(format!("Cannot add user store {domain}. User store already exists."))
}

/// Makes a store, for the command line. Users and roles are added to it by names that begin with its own.
///
/// # Errors
/// A name that is none, one that stands for something else, one that is taken.
pub fn create(tx: &mut Tx<'_>, now: Now, actor: &Actor, domain: &str) -> Result<(), Error> {
    check_name(domain)?;
    let kept = domain.to_uppercase();
    if RESERVED.contains(&kept.as_str()) {
        return Err(invalid(domain));
    }
    if exists(tx, actor, domain)? {
        return Err(taken(domain));
    }
    store::user::add_store(tx, actor.tenant.0, &kept)?;
    audit::record(tx, now, actor, "Add User Store", &kept, "")
}

/// Refuses to add a store.
///
/// # Errors
/// Always, with the first thing that is wrong.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, domain: &str) -> Result<(), Error> {
    check_name(domain)?;
    if exists(tx, actor, domain)? {
        return Err(taken(domain));
    }
    Err(Error::refused(format!(
        "Cannot add user store {domain}. This server keeps its users itself and connects no other store."
    )))
}

/// Refuses to change what a store connects to.
///
/// # Errors
/// Always.
pub fn edit(tx: &mut Tx<'_>, actor: &Actor, domain: &str) -> Result<(), Error> {
    Err(Error::refused(if domain.is_empty() || domain.eq_ignore_ascii_case(PRIMARY) {
        format!("Trying to edit an invalid domain : {domain}")
    } else if exists(tx, actor, domain)? {
        format!(
            "Cannot edit user store {domain}. This server keeps its users itself and connects no other store."
        )
    } else {
        format!("Cannot edit user store {domain}. User store cannot be edited.")
    }))
}

/// Refuses to give a store another name.
///
/// # Errors
/// Always, with the first thing that is wrong.
pub fn rename(tx: &mut Tx<'_>, actor: &Actor, from: &str, to: &str) -> Result<(), Error> {
    const PROBLEM: &str = "Cannot update user store domain name.";
    check_name(to)?;
    Err(Error::refused(if from.eq_ignore_ascii_case(PRIMARY) || !exists(tx, actor, from)? {
        format!("{PROBLEM} Previous domain name {from} does not exists.")
    } else if exists(tx, actor, to)? {
        format!("{PROBLEM} An user store already exists with new domain {to}.")
    } else {
        format!("{PROBLEM} The users of {from} are known by it.")
    }))
}

/// Takes a store out of use, or back. Nobody in a store that is out of use can sign in or is listed, and whoever is signed
/// in is no longer.
///
/// # Errors
/// A store that does not exist.
pub fn set_disabled(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    domain: &str,
    disabled: bool,
) -> Result<(), Error> {
    let kept = domain.to_uppercase();
    if store::user::set_store_disabled(tx, actor.tenant.0, &kept, disabled)? == 0 {
        return Err(Error::refused(format!("Cannot edit user store.{domain} does not exist.")));
    }
    if disabled {
        session::close_of_store(tx, actor.tenant, &kept)?;
    }
    let action = if disabled { "Disable User Store" } else { "Enable User Store" };
    audit::record(tx, now, actor, action, &kept, "")
}

/// Removes empty stores.
///
/// # Errors
/// No store, one's own, one that does not exist, and one that still holds users or roles.
pub fn delete(tx: &mut Tx<'_>, now: Now, actor: &Actor, domains: &[String]) -> Result<(), Error> {
    if domains.is_empty() {
        return Err(Error::refused("No selected user stores to delete"));
    }
    let own = super::User::by_id(tx, actor.user.0)?.map_or_else(|| PRIMARY.to_owned(), |user| user.domain);
    if domains.iter().any(|domain| domain.eq_ignore_ascii_case(&own)) {
        return Err(Error::refused("No privileges to delete own user store configurations."));
    }
    for domain in domains {
        let kept = domain.to_uppercase();
        if kept == PRIMARY || !exists(tx, actor, domain)? {
            return Err(Error::refused(format!(
                "Cannot delete user store {domain}. User store does not exist."
            )));
        }
        if store::user::is_store_used(tx, actor.tenant.0, &kept)? {
            return Err(Error::refused(format!(
                "Cannot delete user store {domain}. It still holds users or roles, which are kept nowhere else."
            )));
        }
        store::user::delete_store(tx, actor.tenant.0, &kept)?;
        audit::record(tx, now, actor, "Delete User Store", &kept, "")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;
    use crate::domain::user;
    use crate::domain::{listing, role};

    fn refused(
        world: &World,
        work: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<(), Error> + Send + 'static,
    ) -> Option<String> {
        let done = world.store.write_blocking(move |tx| {
            let admin = admin(tx, SUPER)?;
            work(tx, &admin)
        });
        done.err().map(|error: Error| error.to_string())
    }

    fn world() -> World {
        let world = World::new();
        world.write(|tx| {
            store::user::add_store(tx, SUPER.0, "SALES")?;
            Ok(store::user::add_store(tx, SUPER.0, "EMPTY")?)
        });
        world.user_in(SUPER, "SALES", "sue");
        world
    }

    #[test]
    fn a_store_out_of_use_hides_its_users_and_lets_nobody_in() {
        let world = world();
        assert!(world.gets_in("SALES/sue", OLD));
        let set = |domain: &'static str, off| {
            refused(&world, move |tx, actor| set_disabled(tx, START, actor, domain, off))
        };
        assert_eq!(set("sales", true), None);
        assert!(!world.gets_in("SALES/sue", OLD) && !world.gets_in("sue", OLD));
        let names = || world.read(|tx| user::list_up_to(tx, SUPER, "*", 100));
        assert_eq!(names(), ["admin", "tom"]);
        let stores = world.read(|tx| secondary(tx, SUPER));
        assert_eq!(stores.iter().map(|store| store.disabled).collect::<Vec<_>>(), [true, false]);
        assert_eq!(set("SALES", false), None);
        assert!(world.gets_in("SALES/sue", OLD));
        assert_eq!(names(), ["admin", "tom", "SALES/sue"]);
        for domain in ["NOWHERE", "PRIMARY", ""] {
            assert_eq!(
                set(domain, true).unwrap(),
                format!("Cannot edit user store.{domain} does not exist.")
            );
        }
    }

    #[test]
    fn a_store_out_of_use_hides_its_roles_and_who_of_it_is_in_others() {
        let world = world();
        let made = as_admin(&world, SUPER, |tx, now, realm, admin| {
            let add = |tx: &mut Tx<'_>, name: &str, members: &[&str]| {
                let members: Vec<String> = members.iter().map(|name| (*name).to_owned()).collect();
                role::add(tx, now, realm, admin, name, &members, &[])
            };
            add(tx, "SALES/sellers", &["sue"])?;
            add(tx, "Internal/all", &["SALES/sue", "tom"])
        });
        made.unwrap();
        let realm = &world.realm;
        let roles = || world.read(|tx| role::list(tx, realm, SUPER));
        let exists = || world.read(|tx| role::exists(tx, SUPER, "SALES/sellers"));
        let members = || world.read(|tx| role::members(tx, realm, SUPER, "Internal/all"));
        let rows = |filter: &'static str| {
            let listed =
                world.read(|tx| listing::users_of_role(tx, realm, SUPER, "Internal/all", Some(filter), 0));
            listed.rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
        };
        let set = |off| refused(&world, move |tx, actor| set_disabled(tx, START, actor, "SALES", off));
        let (tom, sue, other) = ("tom", "SALES/sue", ["admin", "Internal/all", "Internal/everyone"]);
        for _ in 0..2 {
            assert_eq!(set(true), None);
            assert_eq!((roles(), exists()), (other.map(str::to_owned).to_vec(), false));
            assert_eq!(
                (members(), rows("*"), rows("SALES/s*")),
                (vec![tom.into()], vec![tom.into()], vec![])
            );
            assert_eq!(set(false), None);
            assert!(roles().contains(&"SALES/sellers".to_owned()) && exists());
            assert_eq!((members(), rows("*")), (vec![tom.into(), sue.into()], vec![sue.into(), tom.into()]));
            assert_eq!(rows("SALES/s*"), [sue]);
        }
    }

    #[test]
    fn whoever_is_signed_in_from_a_store_out_of_use_is_no_longer() {
        let world = world();
        let (sue, tom) = (world.user_in(SUPER, "SALES", "sue2"), world.find("tom"));
        let namesake = world.user_in(world.tenant("acme.example"), "SALES", "sue2");
        let everybody = [&sue, &tom, &namesake];
        for user in everybody {
            world.open_session(user);
        }
        let id = sue.id;
        let done = refused(&world, move |tx, actor| {
            let sue = Actor { user: id, ..actor.clone() };
            crate::domain::remember_me::keep(tx, START, &sue, "SALES/sue2")?;
            set_disabled(tx, START, actor, "SALES", true)
        });
        assert_eq!(done, None);
        assert_eq!(everybody.map(|user| world.sessions(user)), [0, 1, 1]);
        let tokens = world.read(|tx| Ok(tx.query("SELECT 1 FROM remember_me", &[], |row| row.int(0))?));
        assert!(tokens.is_empty(), "he would be back by his token once the store is");
        assert_eq!(refused(&world, |tx, actor| set_disabled(tx, START, actor, "SALES", false)), None);
        assert_eq!(world.sessions(&tom), 1, "taking a store back into use ends nothing");
    }

    #[test]
    fn a_store_is_made_under_a_name_of_its_own() {
        let world = world();
        let make = |domain: &'static str| refused(&world, move |tx, actor| create(tx, START, actor, domain));
        assert_eq!(make("new.one"), None);
        assert_eq!(world.read(|tx| secondary(tx, SUPER)).last().unwrap().domain, "NEW.ONE");
        let added = as_admin(&world, SUPER, |tx, now, realm, admin| {
            let password = crate::domain::password::NewPassword::first(NEW.into())?;
            let new = user::NewUser {
                name: "new.one/ann",
                password: &password,
                roles: &[],
                claims: &crate::domain::claim::Changes::default(),
                profile: crate::domain::claim::DEFAULT_PROFILE,
                require_change: false,
            };
            user::add(tx, now, realm, admin, &new)
        });
        assert_eq!(added.unwrap().display_name(), "NEW.ONE/ann");
        assert!(world.gets_in("new.one/ann", NEW));
        for taken in ["NEW.one", "sales", "primary"] {
            let text = format!("Cannot add user store {taken}. User store already exists.");
            assert_eq!(make(taken), Some(text));
        }
        for none in ["", "a/b", "a_b", "Internal", "application"] {
            assert_eq!(make(none), Some(format!("Provided domain name : '{none}' is invalid.")));
        }
    }

    #[test]
    fn only_empty_stores_are_removed() {
        let world = world();
        let deletes = |domains: &'static [&'static str]| {
            refused(&world, move |tx, actor| {
                let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
                delete(tx, START, actor, &domains)
            })
        };
        assert_eq!(deletes(&[]).unwrap(), "No selected user stores to delete");
        assert_eq!(deletes(&["primary"]).unwrap(), "No privileges to delete own user store configurations.");
        assert_eq!(
            deletes(&["NOWHERE"]).unwrap(),
            "Cannot delete user store NOWHERE. User store does not exist."
        );
        let used = deletes(&["EMPTY", "SALES"]).unwrap();
        assert_eq!(
            used,
            "Cannot delete user store SALES. It still holds users or roles, which are kept nowhere else."
        );
        assert_eq!(world.read(|tx| secondary(tx, SUPER)).len(), 2, "nothing of a refused set");
        assert_eq!(deletes(&["empty"]), None);
        assert_eq!(world.read(|tx| secondary(tx, SUPER)).len(), 1);
    }

    #[test]
    fn what_would_connect_another_store_is_refused() {
        let world = world();
        let add =
            |domain: &'static str| refused(&world, move |tx, actor| super::add(tx, actor, domain)).unwrap();
        assert_eq!(add("a/b"), "Provided domain name : 'a/b' is invalid.");
        assert_eq!(add("sales"), "Cannot add user store sales. User store already exists.");
        assert!(add("NEW").starts_with("Cannot add user store NEW. This server"));
        let edit =
            |domain: &'static str| refused(&world, move |tx, actor| super::edit(tx, actor, domain)).unwrap();
        assert_eq!(edit("PRIMARY"), "Trying to edit an invalid domain : PRIMARY");
        assert_eq!(edit("NOWHERE"), "Cannot edit user store NOWHERE. User store cannot be edited.");
        assert!(edit("SALES").starts_with("Cannot edit user store SALES. This server"));
        let rename = |from: &'static str, to: &'static str| {
            refused(&world, move |tx, actor| super::rename(tx, actor, from, to)).unwrap()
        };
        assert_eq!(rename("SALES", "x y"), "Provided domain name : 'x y' is invalid.");
        let problem = "Cannot update user store domain name.";
        assert_eq!(
            rename("NOWHERE", "NEW"),
            format!("{problem} Previous domain name NOWHERE does not exists.")
        );
        assert_eq!(
            rename("SALES", "EMPTY"),
            format!("{problem} An user store already exists with new domain EMPTY.")
        );
        assert!(rename("SALES", "NEW").starts_with(problem));
    }

    #[test]
    fn every_class_says_what_it_can_be_told() {
        assert_eq!(classes().len(), 4);
        for class in classes() {
            let all = properties(class).unwrap();
            for need in [Need::Mandatory, Need::Optional, Need::Advanced] {
                assert!(all.iter().any(|property| property.need == need), "{class}: {need:?}");
            }
            let secret = all.iter().find(|property| property.description.ends_with("#encrypt")).unwrap();
            assert!(secret.default.is_empty());
        }
        assert_eq!(properties("java.lang.String"), None);
    }
}
