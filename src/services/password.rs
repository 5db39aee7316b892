//! Setting passwords, as several services offer it.

use super::Call;
use crate::domain::{Error, Secret, audit, login, password, user};
use crate::soap::Fault;

/// Sets a password as an administrator. Hashing happens beside the database.
///
/// # Errors
/// The refusals of the kernel, untyped.
pub async fn set_password(call: &Call, name: String, plain: String) -> Result<(), Fault> {
    let tenant = call.actor()?.tenant;
    let (name, password) = call
        .aside(move |app, _| {
            let earlier = app.store.read(|tx| match user::look_up(tx, tenant, &name)? {
                Some(user) => password::earlier(tx, tenant, user.id.0),
                None => Ok(password::Earlier::default()),
            })?;
            Ok((name, password::prepare(Secret::from(plain), &earlier)?))
        })
        .await?;
    call.write(move |tx, now, realm, actor| {
        user::set_password_by_admin(tx, now, realm, actor, &name, &password)
    })
    .await
}

/// Sets a password for the present one, which counts as a login that is tried.
///
/// # Errors
/// As [`set_password`], and when the present password is another one.
pub async fn change_password(call: &Call, name: String, plain: String, old: Secret) -> Result<(), Fault> {
    let actor = call.actor()?.clone();
    let (name, password, signed_in) = call
        .aside(move |app, now| {
            let found = app.store.read(|tx| match user::look_up(tx, actor.tenant, &name)? {
                Some(user) => Ok(Some((password::earlier(tx, actor.tenant, user.id.0)?, user))),
                None => Ok::<_, Error>(None),
            })?;
            let Some((earlier, user)) = found else { return Err(user::wrong_old_password()) };
            let Some(signed_in) = login::prove(&app.store, now, &app.realm, &user, &old)? else {
                audit::say_failed(&actor, user::CHANGED_BY_USER, &user.display_name());
                return Err(user::wrong_old_password());
            };
            Ok((name, password::prepare(Secret::from(plain), &earlier)?, signed_in))
        })
        .await?;
    call.write(move |tx, now, realm, actor| {
        let verified = login::verified(tx, now, realm, &signed_in)?;
        user::change_password(tx, now, realm, actor, &name, &password, verified)
    })
    .await
}
