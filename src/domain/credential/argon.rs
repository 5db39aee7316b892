//! Argon2id computations: today's settings, how many run at once, and where their memory comes from and goes.
//!
//! One computation wants 19 MiB. As many run at once as there are processors, and what one used goes back to the
//! system when it ends, so that a server is as small after a thousand logins as before the first. Knows no scheme but
//! its own.

use crate::domain::Secret;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};

/// OWASP's smallest recommended setting: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Blocks to reserve at least, of which only the used ones ever become real memory. An allocation above 32 MiB is a
/// mapping of its own for every common allocator and is unmapped when freed. Below, glibc raises its threshold with
/// the first one freed and keeps all later ones in its heaps, up to some hundred megabytes.
const OWN_MAPPING: usize = 33 * 1024;

/// Hashes a password with a salt of its own; `None` when there is no randomness or no memory.
pub(super) fn hash(password: &Secret) -> Option<PasswordHash> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    let mut bytes = [0; Salt::RECOMMENDED_LENGTH];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    let salt = Salt::new(&bytes).ok()?;
    let written = ParamsString::try_from(&params).ok()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let output = compute(&argon, password, &salt, Params::DEFAULT_OUTPUT_LEN, &Place::wait())?;
    Some(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: written,
        salt: Some(salt),
        hash: Some(output),
    })
}

/// Whether `password` is the one of a hash, whatever its settings. Outputs are compared in constant time. Computes
/// nothing if it is `known` to be by the time that a processor is free.
pub(super) fn verify(password: &Secret, stored: &PasswordHash, known: impl FnOnce() -> bool) -> bool {
    let verified = || {
        let place = Place::wait();
        if known() {
            return Some(true);
        }
        let (salt, expected) = (stored.salt.as_ref()?, stored.hash.as_ref()?);
        let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
        let version = Version::try_from(stored.version.unwrap_or_default()).ok()?;
        let argon = Argon2::new(algorithm, version, Params::try_from(stored).ok()?);
        Some(compute(&argon, password, salt, expected.len(), &place)? == *expected)
    };
    verified().unwrap_or(false)
}

/// Whether a hash is weaker than today's.
pub(super) fn is_outdated(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else { return true };
    hash.algorithm != Algorithm::Argon2id.ident()
        || params.m_cost() < MEMORY_KIB
        || params.t_cost() < PASSES
        || params.p_cost() != LANES
}

fn compute(
    argon: &Argon2<'_>,
    password: &Secret,
    salt: &Salt,
    length: usize,
    _place: &Place,
) -> Option<Output> {
    #[cfg(test)]
    COMPUTED.set(COMPUTED.get() + 1);
    let blocks = argon.params().block_count();
    let mut memory = Vec::new();
    if let Err(error) = memory.try_reserve_exact(blocks.max(OWN_MAPPING)) {
        // Whoever logs in now is told that his password is wrong.
        tracing::error!(%error, kib = argon.params().m_cost(), "there is no memory to compute the hash of a password");
        return None;
    }
    memory.resize(blocks, Block::new());
    let mut output = [0; Output::MAX_LENGTH];
    let output = output.get_mut(..length)?;
    let memory = memory.as_mut_slice();
    argon.hash_password_into_with_memory(password.reveal().as_bytes(), salt, output, memory).ok()?;
    Output::new(output).ok()
}

/// The right to compute, given back when dropped.
struct Place;

static BUSY: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();
static PLACES: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(2, usize::from));

impl Place {
    /// Waits for a processor to be free of other hashing, so that a burst of logins cannot take all the memory.
    fn wait() -> Self {
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        while *busy >= *PLACES {
            busy = FREED.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        *busy += 1;
        Self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *BUSY.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}

#[cfg(test)]
std::thread_local! {
    /// Computations of this thread, for the tests that count them.
    pub(in crate::domain) static COMPUTED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}
