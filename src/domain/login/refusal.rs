//! Why a login is refused, with the codes of IS 5.3.0.

/// Why somebody does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No tenant has this domain.
    UnknownTenant,
    /// The tenant is deactivated.
    InactiveTenant,
    /// 17001
    UnknownUser,
    /// The attribute `active` says no.
    Inactive,
    /// 17002 while accounts are locked after failures, no code otherwise.
    WrongPassword {
        /// Failures so far, when they are counted.
        counted: Option<Attempts>,
    },
    /// 17003; the original reports no attempts left, both when the lock falls and while it lasts.
    Locked,
    /// 17004
    Disabled,
    /// 17005
    Unconfirmed,
    /// 17006
    ResetByLink,
    /// 17007: the right one-time password where it cannot be redeemed. It stays good.
    ResetElsewhere,
    /// Not tried at all: too many were refused before.
    TooMany,
    /// 17008; also a code that has expired or was voided, which the original lets pass here.
    WrongCode,
}

/// Failures against the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Failures so far.
    pub failed: i64,
    /// The one that locks.
    pub max: i64,
}

impl Refusal {
    /// The error code of IS 5.3.0, shown only under `showAuthFailureReason`.
    #[must_use]
    pub fn code(self) -> Option<u32> {
        match self {
            Self::UnknownTenant
            | Self::InactiveTenant
            | Self::Inactive
            | Self::TooMany
            | Self::WrongPassword { counted: None } => None,
            Self::UnknownUser => Some(17001),
            Self::WrongPassword { counted: Some(_) } => Some(17002),
            Self::Locked => Some(17003),
            Self::Disabled => Some(17004),
            Self::Unconfirmed => Some(17005),
            Self::ResetByLink => Some(17006),
            Self::ResetElsewhere => Some(17007),
            Self::WrongCode => Some(17008),
        }
    }

    /// The name under which refusals are counted for the operator.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownTenant => "unknown_tenant",
            Self::InactiveTenant => "inactive_tenant",
            Self::UnknownUser => "unknown_user",
            Self::Inactive => "inactive_user",
            Self::WrongPassword { .. } => "wrong_password",
            Self::Locked => "locked",
            Self::Disabled => "disabled",
            Self::Unconfirmed => "unconfirmed",
            Self::ResetByLink => "reset_by_link",
            Self::ResetElsewhere => "reset_elsewhere",
            Self::WrongCode => "wrong_code",
            Self::TooMany => "too_many",
        }
    }
}
