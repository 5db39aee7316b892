//! Forcing a reset, seen by the user, his sessions and his mails.

mod life;
mod options;
mod request;

use super::*;
use crate::domain::fixture::*;
use crate::domain::login::Refusal;
use crate::domain::recovery::{CodeProblem, Hint};
use crate::store::Store;

const DISABLED: &str = lockout::DISABLED;

/// A world with the named options on, and tom.
fn with(options: &[&str]) -> (World, User) {
    let world = World::new();
    for option in options {
        world.set(option, "true");
    }
    let tom = world.find("tom");
    (world, tom)
}

/// The codes of tom's reset: of the link in his mail, and of the claim.
fn link_code(world: &World, user: &User) -> Secret {
    world.mails(user).last().unwrap().code()
}

fn published(world: &World, user: &User) -> Option<Secret> {
    world.claim(user, PUBLISHED).filter(|code| !code.is_empty()).map(Secret::new)
}

fn is_otp(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Everything a refused request must not have touched.
fn assert_untouched(world: &World, tom: &User) {
    assert!(world.row(tom).is_none() && world.all_mails().is_empty());
    assert_eq!(world.claim(tom, LOCKED), None);
    assert_eq!(world.claim(tom, GIVEN_NAME), None);
    assert!(published(world, tom).is_none() && world.audited(tom).is_empty());
    assert_eq!(world.sessions(tom), 1);
    assert!(world.gets_in("tom", OLD));
}
