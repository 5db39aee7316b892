//! Setting passwords, as several services offer it.

use super::Call;
use crate::domain::password;
use crate::domain::{Error, Secret, user};
use crate::soap::Fault;

/// Sets a password: by an administrator, or with the old one presented. Hashing happens beside the database.
///
/// # Errors
/// The refusals of the kernel, untyped.
pub async fn set_password(
    call: &Call,
    name: String,
    plain: String,
    old: Option<Secret>,
) -> Result<(), Fault> {
    let tenant = call.actor()?.tenant;
    let by_user = old.is_some();
    let (name, password, verified) = call
        .aside(move |app, _| {
            let (earlier, stored) = app.store.read(|tx| match user::look_up(tx, tenant, &name)? {
                Some(user) => {
                    let earlier = password::earlier(tx, tenant, user.id.0)?;
                    Ok((earlier, password::current(tx, user.id.0)?))
                }
                None => Ok::<_, Error>((password::Earlier::default(), None)),
            })?;
            let verified = stored.filter(|stored| old.as_ref().is_some_and(|old| stored.verify(old)));
            Ok((name, password::prepare(Secret::from(plain), &earlier)?, verified))
        })
        .await?;
    call.write(move |tx, now, realm, actor| {
        if by_user {
            user::change_password(tx, now, realm, actor, &name, &password, verified.as_ref())
        } else {
            user::set_password_by_admin(tx, now, realm, actor, &name, &password)
        }
    })
    .await
}
