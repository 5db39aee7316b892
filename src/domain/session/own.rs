//! A user's own sessions, for the one who wants to know where he is signed in and to end what he does not know.

use super::{Kind, fingerprint};
use crate::domain::{Error, Now, UserId};
use crate::store::{self, Tx};

/// An open session as its user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Names the session in a form. It is no session id, and nobody gets in with it.
    pub name: String,
    /// What it is for; `None` for a kind that this program does not know.
    pub kind: Option<Kind>,
    /// When it was opened.
    pub opened_at: Now,
    /// Last use.
    pub used_at: Now,
    /// Address of the machine that opened it, where that was noted.
    pub origin: Option<String>,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Notes where a session that was just opened comes from.
///
/// # Errors
/// Failures of the database.
pub fn came_from(tx: &mut Tx<'_>, id: &str, origin: &str) -> Result<(), Error> {
    store::session::set_origin(tx, &fingerprint(id), origin)?;
    Ok(())
}

/// The open sessions of a user, the last used first; `id` is the one he asks with.
///
/// # Errors
/// Failures of the database.
pub fn of_user(tx: &mut Tx<'_>, now: Now, user: UserId, id: &str) -> Result<Vec<Own>, Error> {
    let this = fingerprint(id);
    let rows = store::session::of_user(tx, user.0, now.0)?;
    let own = rows.into_iter().map(|row| Own {
        name: row.id_hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        kind: Kind::of(&row.kind),
        opened_at: Now(row.created_at),
        used_at: Now(row.used_at),
        origin: row.origin,
        is_this: row.id_hash == this,
    });
    Ok(own.collect())
}

/// Ends the session of that name, if it is one of the user's.
///
/// # Errors
/// Failures of the database.
pub fn close_one(tx: &mut Tx<'_>, now: Now, user: UserId, name: &str) -> Result<bool, Error> {
    let rows = store::session::of_user(tx, user.0, now.0)?;
    let named = |hash: &[u8]| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == name;
    match rows.iter().find(|row| named(&row.id_hash)) {
        Some(row) => Ok(store::session::delete_one(tx, user.0, &row.id_hash)? > 0),
        None => Ok(false),
    }
}

/// Ends every session of a user but the one of that id.
///
/// # Errors
/// Failures of the database.
pub fn close_others(tx: &mut Tx<'_>, user: UserId, id: &str) -> Result<usize, Error> {
    Ok(store::session::delete_others(tx, user.0, &fingerprint(id))?)
}

#[cfg(test)]
mod tests {
    use super::super::{close_all, find, open};
    use super::*;
    use crate::domain::fixture::*;
    use crate::domain::{Actor, Tenant, User};

    fn opened(world: &World, user: &User, kind: Kind) -> String {
        let (user, now) = (user.clone(), world.now());
        let tenant =
            Tenant { id: SUPER, domain: "carbon.super".into(), active: true, admin_name: String::new() };
        let id = world.write(move |tx| open(tx, now, kind, &Actor::of(&tenant, &user, &user.name), 15));
        id.reveal().to_owned()
    }

    fn listed(world: &World, user: &User, id: &str) -> Vec<Own> {
        world.read(|tx| of_user(tx, world.now(), user.id, id))
    }

    #[test]
    fn a_user_sees_his_own_open_sessions_and_where_they_came_from() {
        let world = World::new();
        let (tom, ann) = (world.find("tom"), world.user("ann"));
        let old = opened(&world, &tom, Kind::Admin);
        world.pass_minutes(10);
        let (this, _) = (opened(&world, &tom, Kind::Browser), opened(&world, &ann, Kind::Browser));
        let kept = this.clone();
        world.write(move |tx| came_from(tx, &kept, "192.0.2.7"));
        let own = listed(&world, &tom, &this);
        assert_eq!(own.len(), 2);
        assert_eq!((own[0].is_this, own[0].origin.as_deref()), (true, Some("192.0.2.7")));
        assert_eq!((own[0].kind, own[0].opened_at), (Some(Kind::Browser), world.now()));
        assert_eq!((own[1].is_this, own[1].kind, own[1].opened_at), (false, Some(Kind::Admin), START));
        assert!(own.iter().all(|one| !old.contains(&one.name) && !this.contains(&one.name)));
        world.pass_minutes(10);
        assert_eq!(listed(&world, &tom, &this).len(), 1, "an idle session is over");
    }

    #[test]
    fn a_user_ends_one_of_his_sessions_or_all_others_and_nobody_elses() {
        let world = World::new();
        let (tom, ann) = (world.find("tom"), world.user("ann"));
        let ids: Vec<String> = (0..3).map(|_| opened(&world, &tom, Kind::Browser)).collect();
        let anns = opened(&world, &ann, Kind::Browser);
        let is_open = |id: &str| world.read(|tx| find(tx, world.now(), Kind::Browser, id)).is_some();
        let end = |user: &User, name: &str| {
            let (user, now, name) = (user.id, world.now(), name.to_owned());
            world.write(move |tx| close_one(tx, now, user, &name))
        };
        let anns_name = listed(&world, &ann, &anns).remove(0).name;
        assert!(!end(&tom, &anns_name) && is_open(&anns), "it is not his");
        assert!(!end(&tom, "") && !end(&tom, "zz"));
        let first = listed(&world, &tom, &ids[0]).into_iter().find(|one| one.is_this).unwrap();
        assert!(end(&tom, &first.name) && !is_open(&ids[0]) && is_open(&ids[1]));
        let (kept, user) = (ids[1].clone(), tom.id);
        assert_eq!(world.write(move |tx| close_others(tx, user, &kept)), 1);
        assert!(is_open(&ids[1]) && !is_open(&ids[2]) && is_open(&anns));
        world.write(move |tx| close_all(tx, user));
        assert!(!is_open(&ids[1]));
    }
}
