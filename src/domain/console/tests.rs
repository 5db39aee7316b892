use super::role::RoleKind;
use super::*;
use crate::domain::claim::Changes;
use crate::domain::fixture::*;
use crate::domain::password::NewPassword;
use crate::domain::role::{self as kernel, Grant};
use std::sync::Arc;

/// The admin, tom, ann who is an administrator by her role, and hugo who may manage users but is none.
fn world() -> World {
    let world = World::new();
    world.user("ann");
    world.user("hugo");
    let realm = Arc::clone(&world.realm);
    world.write(move |tx| {
        let admin = admin(tx, SUPER)?;
        let grant = |resource: &str| Grant { resource: resource.into(), action: permission::EXECUTE.into() };
        let members = |name: &str| [name.to_owned()];
        kernel::add(tx, START, &realm, &admin, "chiefs", &members("ann"), &[grant("/permission/admin")])?;
        let usermgt = grant("/permission/admin/manage/identity/usermgt");
        kernel::add(tx, START, &realm, &admin, "desk", &members("hugo"), &[usermgt])
    });
    world
}

/// What somebody is refused; `None` when it is done.
fn refused<T: Send + 'static>(
    world: &World,
    who: &'static str,
    work: impl FnOnce(&mut Tx<'_>, &Realm, &Actor) -> Result<T, Error> + Send + 'static,
) -> Option<String> {
    let realm = Arc::clone(&world.realm);
    let done = world.store.write_blocking(move |tx| {
        let tenant = tenant::by_id(tx, SUPER)?.unwrap();
        let actor = Actor::of(&tenant, &user::find(tx, SUPER, who)?, who);
        work(tx, &realm, &actor)
    });
    done.err().map(|error: Error| error.to_string())
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn roles(world: &World, name: &str) -> Vec<String> {
    let user = world.find(name);
    world.read(|tx| kernel::of_user(tx, &user))
}

fn adds(world: &World, who: &'static str, role: &'static str) -> Option<String> {
    let password = NewPassword::first(OLD.into()).unwrap();
    refused(world, who, move |tx, realm, actor| {
        let new = NewUser {
            name: "newbie",
            password: &password,
            roles: &texts(&[role]),
            claims: &Changes::default(),
            profile: "default",
            require_change: false,
        };
        add_user(tx, START, realm, actor, &new)
    })
}

#[test]
fn only_the_primary_administrator_makes_administrators_of_new_users() {
    let world = world();
    let text = "You have not privilege to assign user to Admin permission role";
    for role in ["admin", "chiefs"] {
        assert_eq!(adds(&world, "hugo", role).unwrap(), text);
        assert_eq!(
            adds(&world, "ann", role).unwrap(),
            text,
            "an administrator who is not the primary one neither"
        );
    }
    assert_eq!(adds(&world, "hugo", "desk"), None);
    assert_eq!(roles(&world, "newbie"), ["desk", "Internal/everyone"]);
    assert_eq!(refused(&world, "admin", |tx, _, actor| delete_user(tx, START, actor, "newbie")), None);
    assert_eq!(adds(&world, "admin", "chiefs"), None);
}

#[test]
fn passwords_of_administrators_are_changed_by_the_primary_one_and_ones_own_by_nobody() {
    let world = world();
    let changes = |who, name: &'static str| {
        refused(&world, who, move |tx, _, actor| check_password_change(tx, actor, name))
    };
    let own = "An attempt to change password with out providing old password";
    assert_eq!(changes("hugo", "HUGO").unwrap(), own);
    assert_eq!(changes("hugo", "PRIMARY/hugo").unwrap(), own);
    assert_eq!(changes("admin", "admin").unwrap(), own);
    let admin = "You have not privilege to change password of Admin user";
    assert_eq!(changes("hugo", "admin").unwrap(), admin);
    assert_eq!(changes("ann", "ADMIN").unwrap(), admin);
    let other = "You have not privilege to change password of user has admin permission";
    assert_eq!(changes("hugo", "ann").unwrap(), other);
    assert_eq!(changes("hugo", "tom"), None);
    assert_eq!(changes("admin", "ann"), None);
    assert_eq!(changes("hugo", "nobody"), None, "who is not there is the kernel's business");
}

#[test]
fn administrators_are_deleted_by_the_primary_one_only() {
    let world = world();
    let deletes = |who, name: &'static str| {
        refused(&world, who, move |tx, _, actor| delete_user(tx, START, actor, name))
    };
    assert_eq!(deletes("hugo", "admin").unwrap(), "You have not privilege to delete Admin user");
    assert_eq!(deletes("hugo", "ann").unwrap(), "You have not privilege to delete user has Admin permission");
    assert_eq!(deletes("hugo", "hugo").unwrap(), "LoggedInUser Cannot delete logged in user");
    assert_eq!(deletes("hugo", "nobody").unwrap(), "Cannot delete user who is not exist");
    assert_eq!(deletes("admin", "admin").unwrap(), "LoggedInUser Cannot delete logged in user");
    assert_eq!(deletes("hugo", "tom"), None);
    assert_eq!(deletes("admin", "ann"), None);
}

#[test]
fn a_role_of_administrators_is_added_by_the_primary_one_only_however_the_permission_is_written() {
    let world = world();
    let adds = |who, kind, name: &'static str, permission: &'static str| {
        refused(&world, who, move |tx, realm, actor| {
            add_role(tx, START, realm, actor, kind, name, &[], texts(&[permission]))
        })
    };
    let external = RoleKind::External { shared: false };
    let text = "You do not have the required privilege to create a role with Admin permission";
    for permission in [
        "/permission",
        "/permission/",
        "/permission/admin",
        "/permission/admin/",
        "/permission/protected",
        "/Permission/Admin",
        "/",
    ] {
        assert_eq!(adds("hugo", external, "newrole", permission).unwrap(), text, "{permission}");
        assert_eq!(adds("ann", RoleKind::Hybrid, "newrole", permission).unwrap(), text, "{permission}");
    }
    assert_eq!(adds("hugo", external, "newrole", "/permission/admin/manage"), None);
    assert_eq!(adds("admin", RoleKind::Hybrid, "test role", "/permission/admin"), None);
    assert_eq!(adds("admin", RoleKind::Hybrid, "Application/shop", "login"), None);
    let names = world.read(|tx| kernel::list(tx, &world.realm, SUPER));
    for name in ["newrole", "Internal/test role", "Application/shop"] {
        assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
    }
    assert_eq!(adds("admin", external, "NOWHERE/role", "login").unwrap(), "Invalid Domain");
    assert_eq!(adds("admin", external, "Internal/role", "login").unwrap(), "Invalid Domain");
    assert_eq!(
        adds("admin", RoleKind::External { shared: true }, "role1", "login").unwrap(),
        "SharedUserRolesUser store doesn't support shared user roles functionality"
    );
    assert_eq!(
        adds("admin", external, "newrole", "login").unwrap(),
        "RoleExisting Role name: newrole in the system. Please pick another role name."
    );
}

#[test]
fn a_read_only_store_takes_no_roles() {
    let world = world();
    world.write(|tx| {
        crate::store::user::add_store(tx, SUPER.0, "SALES")?;
        tx.execute("UPDATE user_store SET read_only = 1", &[])?;
        Ok(())
    });
    let text = refused(&world, "admin", |tx, realm, actor| {
        let kind = RoleKind::External { shared: false };
        add_role(tx, START, realm, actor, kind, "SALES/role", &[], Vec::new())
    });
    assert_eq!(text.unwrap(), "Read only user store or Role creation is disabled");
}

#[test]
fn roles_of_administrators_are_renamed_and_deleted_by_the_primary_one_only() {
    let world = world();
    let renames = |who, from: &'static str| {
        refused(&world, who, move |tx, realm, actor| rename_role(tx, START, realm, actor, from, "others"))
    };
    let deletes = |who, name: &'static str| {
        refused(&world, who, move |tx, _, actor| delete_role(tx, START, actor, name))
    };
    assert_eq!(
        renames("hugo", "chiefs").unwrap(),
        "You have not privilege to rename a role with Admin permission"
    );
    assert_eq!(
        deletes("ann", "chiefs").unwrap(),
        "You have not privilege to delete a role with Admin permission"
    );
    assert_eq!(deletes("admin", "admin").unwrap(), "Cannot delete admin role");
    assert_eq!(renames("admin", "chiefs"), None);
    assert!(
        world.read(|tx| permission::HeldByRole::read(tx, SUPER, "others")).is_administrator(),
        "grants follow"
    );
    assert_eq!(deletes("admin", "others"), None);
    assert_eq!(deletes("hugo", "desk"), None);
}

#[test]
fn ticking_members_changes_only_who_is_named() {
    let world = world();
    let ticks = |who, role: &'static str, ticks: &'static [(&'static str, bool)]| {
        refused(&world, who, move |tx, _, actor| {
            let ticks: Vec<(String, bool)> =
                ticks.iter().map(|(name, on)| ((*name).to_owned(), *on)).collect();
            tick_members(tx, START, actor, role, &ticks)
        })
    };
    assert_eq!(ticks("hugo", "desk", &[("tom", true), ("admin", false)]), None);
    assert!(roles(&world, "tom").contains(&"desk".to_owned()));
    assert!(roles(&world, "hugo").contains(&"desk".to_owned()), "who is not named stays");
    assert_eq!(ticks("admin", "desk", &[("tom", false)]), None);
    assert!(!roles(&world, "tom").contains(&"desk".to_owned()));
    assert_eq!(ticks("admin", "Internal/Everyone", &[("tom", true)]).unwrap(), "Invalid data");
    assert_eq!(ticks("admin", "system/wso2.anonymous.role", &[]).unwrap(), "Invalid data");
    let text = "Can not add or remove user from Admin permission role";
    assert_eq!(ticks("hugo", "chiefs", &[("tom", true)]).unwrap(), text);
    assert_eq!(ticks("ann", "admin", &[("tom", true)]).unwrap(), text);
    assert_eq!(ticks("admin", "desk", &[("nobody", true)]).unwrap(), "'nobody' not in the user store.");
    assert_eq!(ticks("admin", "nothing", &[]).unwrap(), "The role: nothing does not exist.");
    assert_eq!(ticks("admin", "desk", &[("wso2.anonymous.user", true), ("tom", true)]), None);
    assert!(
        !roles(&world, "tom").contains(&"desk".to_owned()),
        "the anonymous user ends the call without a word"
    );
    assert_eq!(
        ticks("admin", "admin", &[("admin", false)]).unwrap(),
        "RemoveAdminUser Cannot remove Admin user from Admin role"
    );
    assert_eq!(
        ticks("PRIMARY/hugo", "desk", &[("PRIMARY/hugo", false)]).unwrap(),
        "Can not remove yourself from role : desk"
    );
}

#[test]
fn adding_and_removing_members_passes_over_what_is_so_already() {
    let world = world();
    let updates =
        |who, role: &'static str, added: &'static [&'static str], deleted: &'static [&'static str]| {
            refused(&world, who, move |tx, _, actor| {
                update_members(tx, START, actor, role, &texts(added), &texts(deleted))
            })
        };
    for _ in 0..2 {
        assert_eq!(updates("hugo", "desk", &["tom", "hugo"], &["admin"]), None);
    }
    assert!(roles(&world, "tom").contains(&"desk".to_owned()));
    assert_eq!(updates("admin", "desk", &[], &["tom", "nobody"]), None);
    assert!(!roles(&world, "tom").contains(&"desk".to_owned()));
    assert_eq!(updates("admin", "desk", &["nobody"], &[]).unwrap(), "'nobody' not in the user store.");
    assert_eq!(updates("admin", "Internal/everyone", &["tom"], &[]).unwrap(), "Invalid data");
    assert_eq!(
        updates("admin", "admin", &[], &["admin"]).unwrap(),
        "Can not remove Admin user from Admin role"
    );
    let text = "You have not privilege to add or remove user from Admin permission role";
    assert_eq!(updates("hugo", "chiefs", &["tom"], &[]).unwrap(), text);
    assert_eq!(updates("ann", "admin", &["tom"], &[]).unwrap(), text);
}

#[test]
fn a_list_of_roles_replaces_those_that_a_user_has() {
    let world = world();
    let replaces = |who, name: &'static str, wanted: &'static [&'static str]| {
        refused(&world, who, move |tx, _, actor| {
            replace_roles_of_user(tx, START, actor, name, &texts(wanted))
        })
    };
    assert_eq!(replaces("hugo", "tom", &["desk", "Internal/everyone"]), None);
    assert_eq!(roles(&world, "tom"), ["desk", "Internal/everyone"]);
    assert_eq!(replaces("hugo", "tom", &[]), None);
    assert_eq!(roles(&world, "tom"), ["Internal/everyone"]);
    let adding = "Can not add users to Admin permission role";
    assert_eq!(replaces("hugo", "tom", &["admin"]).unwrap(), adding);
    assert_eq!(replaces("ann", "tom", &["chiefs"]).unwrap(), adding);
    assert_eq!(replaces("hugo", "ann", &["chiefs", "desk"]), None, "she was an administrator before");
    assert_eq!(replaces("hugo", "admin", &["desk"]).unwrap(), "Can not remove users from Admin role");
    assert_eq!(replaces("admin", "admin", &["desk"]).unwrap(), "Cannot remove Admin user from Admin role");
    assert_eq!(replaces("admin", "wso2.anonymous.user", &[]).unwrap(), "Invalid data");
    assert_eq!(replaces("admin", "tom", &["nothing"]).unwrap(), "The role: nothing does not exist.");
}

#[test]
fn roles_are_given_and_taken_one_by_one() {
    let world = world();
    let updates =
        |who, name: &'static str, added: &'static [&'static str], deleted: &'static [&'static str]| {
            refused(&world, who, move |tx, _, actor| {
                update_roles_of_user(tx, START, actor, name, &texts(added), &texts(deleted))
            })
        };
    assert_eq!(updates("hugo", "tom", &["desk"], &[]), None);
    assert_eq!(updates("hugo", "tom", &["desk"], &[]).unwrap(), "User: tom already belongs to role: cn=desk");
    assert_eq!(updates("hugo", "tom", &[], &["desk"]), None);
    assert_eq!(roles(&world, "tom"), ["Internal/everyone"]);
    assert_eq!(updates("hugo", "tom", &[], &["Internal/everyone"]).unwrap(), "Invalid data");
    assert_eq!(
        updates("hugo", "tom", &["Internal/everyone"], &[]).unwrap(),
        "Everyone role cannot be updated"
    );
    assert_eq!(updates("hugo", "wso2.anonymous.user", &[], &[]).unwrap(), "Invalid data");
    assert_eq!(
        updates("admin", "admin", &[], &["admin"]).unwrap(),
        "Can not remove admin user from admin role"
    );
    let adding = "Can not add users to Admin permission role";
    assert_eq!(updates("hugo", "ann", &["ADMIN"], &[]).unwrap(), adding);
    assert_eq!(updates("hugo", "tom", &["chiefs"], &[]).unwrap(), adding);
    assert_eq!(updates("hugo", "ann", &[], &["chiefs"]).unwrap(), "Can not remove users from Admin role");
    assert_eq!(updates("admin", "ann", &[], &["chiefs"]), None);
}

#[test]
fn permissions_of_a_role_are_replaced_and_never_made_an_administrators() {
    let world = world();
    let sets = |who, role: &'static str, permissions: &'static [&'static str]| {
        refused(&world, who, move |tx, _, actor| set_permissions(tx, START, actor, role, texts(permissions)))
    };
    let held = |role: &str, permission: &str| {
        world.read(|tx| permission::HeldByRole::read(tx, SUPER, role)).covers(permission)
    };
    assert_eq!(sets("hugo", "desk", &["/permission/admin/login", "/permission/admin/login"]), None);
    assert!(
        held("desk", "/permission/admin/login") && !held("desk", "/permission/admin/manage/identity/usermgt")
    );
    let text = "Can not assign Admin for permission role";
    for permission in
        ["/permission", "/permission/admin", "/permission/protected", "/permission/", "/PERMISSION"]
    {
        assert_eq!(
            sets("ann", "desk", &[])
                .or_else(|| {
                    refused(&world, "ann", move |tx, _, actor| {
                        set_permissions(tx, START, actor, "desk", texts(&[permission]))
                    })
                })
                .unwrap(),
            text,
            "{permission}"
        );
    }
    assert!(!held("desk", "/permission/admin/login"), "an empty list clears");
    assert_eq!(sets("admin", "desk", &["/permission"]), None);
    assert!(held("desk", "/permission/protected"));
    assert_eq!(sets("admin", "admin", &[]).unwrap(), "UI permissions of Admin is not allowed to change");
    assert_eq!(
        sets("admin", "PRIMARY/Admin", &[]).unwrap(),
        "UI permissions of Admin is not allowed to change"
    );
    assert_eq!(sets("admin", "nothing", &[]).unwrap(), "The role: nothing does not exist.");
}

/// A bare name of a role means one of the user's own store, and that one has to be looked at.
#[test]
fn nobody_else_makes_administrators_of_another_store_by_a_bare_name() {
    let world = world();
    world.second_store("EMP");
    world.user_in(SUPER, "EMP", "eve");
    let realm = Arc::clone(&world.realm);
    world.write(move |tx| {
        let admin = admin(tx, SUPER)?;
        let grant = Grant { resource: "/permission/admin".into(), action: permission::EXECUTE.into() };
        kernel::add(tx, START, &realm, &admin, "EMP/bosses", &[], &[grant])
    });
    let refusal = "Can not add users to Admin permission role";
    let one_by_one = refused(&world, "hugo", |tx, _, actor| {
        update_roles_of_user(tx, START, actor, "EMP/eve", &texts(&["bosses"]), &[])
    });
    assert_eq!(one_by_one.as_deref(), Some(refusal));
    let all = refused(&world, "hugo", |tx, _, actor| {
        replace_roles_of_user(tx, START, actor, "EMP/eve", &texts(&["bosses"]))
    });
    assert_eq!(all.as_deref(), Some(refusal));
    let password = NewPassword::first(OLD.into()).unwrap();
    let added = refused(&world, "hugo", move |tx, realm, actor| {
        let new = NewUser {
            name: "EMP/newbie",
            password: &password,
            roles: &texts(&["bosses"]),
            claims: &Changes::default(),
            profile: "default",
            require_change: false,
        };
        add_user(tx, START, realm, actor, &new)
    });
    assert_eq!(added.as_deref(), Some("You have not privilege to assign user to Admin permission role"));
    let ticked = refused(&world, "admin", |tx, _, actor| {
        tick_members(tx, START, actor, "EMP/bosses", &[("eve".to_owned(), true)])
    });
    assert_eq!(ticked, None);
    assert!(world.read(|tx| kernel::members(tx, &world.realm, SUPER, "EMP/bosses")) == ["EMP/eve"]);
}
