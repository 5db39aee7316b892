//! User stores beside the primary one. They are made here and not through `UserStoreConfigAdminService`, whose clients ask
//! for a connection to a database or directory of their own.

use super::cli::{Of, UserStore};
use super::commands::{Desk, Failure, say};
use crate::domain::user_store;

impl Desk {
    /// `store …`
    ///
    /// # Errors
    /// What the rules refuse.
    pub fn store(&self, command: UserStore) -> Result<(), Failure> {
        match command {
            UserStore::Add { domain, of } => {
                let (actor, shown) = (self.actor(&of)?, domain.to_uppercase());
                self.write(move |tx, now, _| user_store::create(tx, now, &actor, &domain))?;
                say(&format!("added {shown}; its users are named {shown}/NAME"))
            }
            UserStore::List { of } => {
                let tenant = self.actor(&of)?.tenant;
                let stores = self.read(|tx| user_store::secondary(tx, tenant))?;
                stores.iter().try_for_each(|one| {
                    say(&format!("{}{}", one.domain, if one.disabled { " (disabled)" } else { "" }))
                })
            }
            UserStore::Disable { domain, of } => self.set_store_disabled(&of, domain, true),
            UserStore::Enable { domain, of } => self.set_store_disabled(&of, domain, false),
            UserStore::Delete { domain, of } => {
                let (actor, shown) = (self.actor(&of)?, domain.to_uppercase());
                self.write(move |tx, now, _| user_store::delete(tx, now, &actor, &[domain]))?;
                say(&format!("deleted {shown}"))
            }
        }
    }

    fn set_store_disabled(&self, of: &Of, domain: String, disabled: bool) -> Result<(), Failure> {
        let (actor, shown) = (self.actor(of)?, domain.to_uppercase());
        self.write(move |tx, now, _| user_store::set_disabled(tx, now, &actor, &domain, disabled))?;
        say(&format!("{shown} is {}", if disabled { "disabled" } else { "enabled" }))
    }
}
