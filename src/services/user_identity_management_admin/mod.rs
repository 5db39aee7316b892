//! `UserIdentityManagementAdminService`: accounts and challenge questions, for administrators and for oneself.
//!
//! Whatever goes wrong inside reads as the one text that the operation has for it (IS 5.3.0). Oneself is the exact name
//! of the session. Locking and disabling work here, while IS 5.3.0 refuses them in its default configuration.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::typed;
use super::names::or_null;
use super::password::{change_password, set_password};
use crate::domain::challenge::{self, Answer, Answered, Question};
use crate::domain::claim::{self, Changes};
use crate::domain::name::QualifiedName;
use crate::domain::{Actor, Error, Secret, User, account, tenant, user};
use crate::soap::{Fault, Nil};
use crate::store::Tx;
use contract::{
    ChallengeQuestionDTO, IdentityMgtServiceException, Operations, UserChallengesDTO, UserChallengesSetDTO,
    UserIdentityClaimDTO,
};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// Needed to see what others answered.
const VIEW: &str = "/permission/admin/manage/identity/identitymgt/view";
/// Needed to answer for others.
const UPDATE: &str = "/permission/admin/manage/identity/identitymgt/update";
/// The claims that users know.
const LOCAL_CLAIMS: &str = "http://wso2.org/claims";

/// The exception that the contracts of recoveries declare, which says the same.
pub(super) fn declared(text: impl Into<String>) -> Fault {
    typed::<IdentityMgtServiceException>(Fault::server(text))
}

/// A question as both recovery services show it: neither order nor promotion survive (IS 5.3.0).
pub fn question(question: Question) -> Option<ChallengeQuestionDTO> {
    Some(ChallengeQuestionDTO {
        order: 0,
        promoteQuestion: false,
        question: Some(question.text),
        questionSetId: Some(question.set),
    })
}

fn answered((order, answered): (i32, Answered)) -> Option<UserChallengesDTO> {
    Some(UserChallengesDTO {
        id: Some(answered.set),
        question: Some(answered.question),
        answer: Some(answered.proof),
        order,
        ..UserChallengesDTO::default()
    })
}

/// Whom an operation is about: the caller when nobody is named.
enum Target {
    Caller,
    Named(String),
}

impl Target {
    fn of(actor: &Actor, typed: Option<String>) -> Self {
        match typed {
            Some(name) if name != actor.name => Self::Named(name),
            _ => Self::Caller,
        }
    }

    fn find(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<User, Error> {
        match self {
            Self::Caller => account::own(tx, actor),
            Self::Named(name) => user::find(tx, actor.tenant, name),
        }
    }

    /// The name as texts show it.
    fn shown<'a>(&'a self, actor: &'a Actor) -> &'a str {
        match self {
            Self::Caller => &actor.name,
            Self::Named(name) => name,
        }
    }
}

/// Refuses what the caller wants of somebody else without the permission for it.
fn authorize(
    call: &Call,
    target: &Target,
    permission: &str,
    refusal: impl FnOnce(&str, &str) -> String,
) -> Result<(), Fault> {
    let (Target::Named(name), actor) = (target, call.actor()?) else { return Ok(()) };
    let may =
        call.read(|tx, _| actor.may(tx, &[permission])).map_err(typed::<IdentityMgtServiceException>)?;
    if may { Ok(()) } else { Err(declared(refusal(&actor.name, name))) }
}

impl Operations for Behaviour {
    async fn getAllChallengeQuestions(call: &Call) -> Result<Vec<Option<ChallengeQuestionDTO>>, Fault> {
        let tenant = call.actor()?.tenant;
        let found = call.read(|tx, _| challenge::all(tx, tenant));
        let found = found.map_err(|_| declared("Error while loading user challenge questions"))?;
        Ok(found.into_iter().map(question).collect())
    }

    /// Nobody of that name has answered nothing (IS 5.3.0).
    async fn getChallengeQuestionsOfUser(
        call: &Call,
        userName: Option<String>,
    ) -> Result<Vec<Option<UserChallengesDTO>>, Fault> {
        let actor = call.actor()?;
        let target = Target::of(actor, userName);
        authorize(call, &target, VIEW, |caller, name| {
            format!(
                "Unauthorized access!! Possible violation of confidentiality. User {caller} trying to get challenge \
                 questions for user {name}"
            )
        })?;
        let found = call.read(|tx, realm| match target.find(tx, actor) {
            Ok(user) => challenge::of_user(tx, realm, &user),
            Err(Error::NoSuchUser { .. } | Error::UnknownDomain) => Ok(Vec::new()),
            Err(error) => Err(error),
        });
        let found = found.map_err(typed::<IdentityMgtServiceException>)?;
        Ok((0..).zip(found).map(answered).collect())
    }

    async fn disableUserAccount(
        call: &Call,
        userName: Option<String>,
        notificationType: Option<String>,
    ) -> Result<Nil, Fault> {
        let text =
            format!("Error occurred while trying to disable the account {}", or_null(userName.as_ref()));
        set_disabled(call, userName, notificationType, true).await.map_err(|_| declared(text))
    }

    async fn isReadOnlyUserStore(
        call: &Call,
        userName: Option<String>,
        tenantDomain: Option<String>,
    ) -> Result<bool, Fault> {
        let domain = tenantDomain.filter(|domain| !domain.is_empty());
        let domain = domain.unwrap_or_else(|| tenant::SUPER_DOMAIN.to_owned());
        let own = call.actor()?.tenant;
        let store = userName.and_then(|name| QualifiedName::parse(&name).domain);
        call.read(|tx, _| {
            tenant::find(tx, &domain)?.ok_or_else(|| Error::refused("no such tenant"))?;
            // The tenant is only checked: the store is the caller's, as in the original.
            store.as_deref().map_or(Ok(false), |store| user::is_read_only(tx, own, store))
        })
        .map_err(|_| declared("Error retrieving the user store manager for the tenant"))
    }

    async fn updateUserIdentityClaims(
        call: &Call,
        userIdentityClaims: Vec<Option<UserIdentityClaimDTO>>,
    ) -> Result<Nil, Fault> {
        let broken = || Fault::invocation("updateUserIdentityClaims");
        let mut changes = Changes::default();
        for claim in userIdentityClaims {
            let claim = claim.ok_or_else(broken)?;
            changes.set(claim.claimUri.ok_or_else(broken)?, claim.claimValue);
        }
        let text = format!("Error while updating identity recovery data for : {}", call.actor()?.name);
        call.write(move |tx, now, realm, actor| account::set_own_claims(tx, now, realm, actor, changes))
            .await
            .map_err(|_| declared(text))?;
        Ok(Nil)
    }

    async fn setChallengeQuestionsOfUser(
        call: &Call,
        userName: Option<String>,
        challengesDTOs: Vec<Option<UserChallengesDTO>>,
    ) -> Result<Nil, Fault> {
        if challengesDTOs.is_empty() {
            return Err(declared("no challenges provided by user"));
        }
        let actor = call.actor()?;
        let target = Target::of(actor, userName);
        authorize(call, &target, UPDATE, |caller, name| {
            format!(
                "Unauthorized access!! Possible elevation of privilege attack. User {caller} trying to change challenge \
                 questions for user {name}"
            )
        })?;
        let broken = || Fault::invocation("setChallengeQuestionsOfUser");
        let challenges: Vec<UserChallengesDTO> =
            challengesDTOs.into_iter().collect::<Option<_>>().ok_or_else(broken)?;
        let mut sets: Vec<&Option<String>> = challenges.iter().map(|one| &one.id).collect();
        sets.sort_unstable();
        if sets.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(declared(
                "Error while validating user challenges, because these can't be more than one security challenges for \
                 one claim uri",
            ));
        }
        let tenant = actor.tenant;
        let text = format!("Error while persisting user challenges for user : {}", target.shown(actor));
        let offered = call.read(|tx, _| challenge::all(tx, tenant)).map_err(|_| declared(&text))?;
        let is_offered = |one: &UserChallengesDTO| {
            offered.iter().any(|known| {
                Some(&known.text) == one.question.as_ref() && Some(&known.set) == one.id.as_ref()
            })
        };
        if !challenges.iter().all(is_offered) {
            return Err(declared(format!(
                "{text}, because these user challengers are not registered with the tenant"
            )));
        }
        // One without an answer is passed over.
        let answer = |one: UserChallengesDTO| {
            let answer = one.answer.map(Secret::from)?;
            Some(Answer { set: one.id?, question: one.question?, answer })
        };
        let answers: Vec<Answer> = challenges.into_iter().filter_map(answer).collect();
        call.write(move |tx, now, realm, actor| {
            let user = target.find(tx, actor)?;
            challenge::answer(tx, now, realm, actor, &user, &answers)
        })
        .await
        .map_err(|_| declared(text))?;
        Ok(Nil)
    }

    async fn deleteUser(call: &Call, userName: Option<String>) -> Result<Nil, Fault> {
        let text = format!("Error occured while deleting user : {}", or_null(userName.as_ref()));
        let name = userName.ok_or_else(|| Fault::invocation("deleteUser"))?;
        let deleted = call.write(move |tx, now, _, actor| user::delete(tx, now, actor, &name)).await;
        deleted.map_err(|_| declared(text))?;
        Ok(Nil)
    }

    /// One row per set, in the order of the questions; the original's order is that of a hash table.
    async fn getAllPromotedUserChallenge(call: &Call) -> Result<Vec<Option<UserChallengesSetDTO>>, Fault> {
        let tenant = call.actor()?.tenant;
        let found = call.read(|tx, _| challenge::all(tx, tenant));
        let mut sets: Vec<UserChallengesSetDTO> = Vec::new();
        for question in found.map_err(|_| declared("Error while loading user challenges"))? {
            let id = Some(question.set);
            let challenge = Some(UserChallengesDTO {
                id: id.clone(),
                question: Some(question.text),
                ..UserChallengesDTO::default()
            });
            match sets.iter_mut().find(|set| set.id == id) {
                Some(set) => set.challengesDTOs.push(challenge),
                None => sets.push(UserChallengesSetDTO { challengesDTOs: vec![challenge], id }),
            }
        }
        Ok(sets.into_iter().map(Some).collect())
    }

    async fn setChallengeQuestions(
        call: &Call,
        challengeQuestionDTOs: Vec<Option<ChallengeQuestionDTO>>,
    ) -> Result<Nil, Fault> {
        let broken = || Fault::invocation("setChallengeQuestions");
        let questions: Vec<ChallengeQuestionDTO> =
            challengeQuestionDTOs.into_iter().collect::<Option<_>>().ok_or_else(broken)?;
        // What has no text is lost in the original's registry.
        let pair = |one: ChallengeQuestionDTO| Some((one.questionSetId.unwrap_or_default(), one.question?));
        let questions: Vec<(String, String)> = questions.into_iter().filter_map(pair).collect();
        call.write(move |tx, now, _, actor| challenge::replace(tx, now, actor, questions))
            .await
            .map_err(|_| declared("Error while persisting user challenges"))?;
        Ok(Nil)
    }

    async fn getAllUserIdentityClaims(call: &Call) -> Result<Vec<Option<UserIdentityClaimDTO>>, Fault> {
        let actor = call.actor()?;
        let found = call.read(|tx, realm| {
            let user = account::own(tx, actor)?;
            claim::all_values(tx, realm, &user)
        });
        let found = found.map_err(|_| declared("Error while getting user identity claims"))?;
        let claim = |(uri, value): (String, String)| {
            uri.contains(LOCAL_CLAIMS).then(|| {
                Some(UserIdentityClaimDTO {
                    claimUri: Some(uri),
                    claimValue: Some(value),
                    ..UserIdentityClaimDTO::default()
                })
            })
        };
        Ok(found.into_iter().filter_map(claim).collect())
    }

    /// Who is told, and how, is the business of the tenant's templates.
    async fn unlockUserAccount(
        call: &Call,
        userName: Option<String>,
        _notificationType: Option<String>,
    ) -> Result<Nil, Fault> {
        let text = format!("Error occurred while unlocking account for: {}", or_null(userName.as_ref()));
        set_locked(call, userName, false).await.map_err(|_| declared(text))
    }

    async fn resetUserPassword(
        call: &Call,
        userName: Option<String>,
        newPassword: Option<String>,
    ) -> Result<Nil, Fault> {
        let text = format!("Error occurred while resetting password for: {}", or_null(userName.as_ref()));
        let name = userName.ok_or_else(|| Fault::invocation("resetUserPassword"))?;
        let set = set_password(call, name, newPassword.unwrap_or_default()).await;
        set.map_err(|_| declared(text))?;
        Ok(Nil)
    }

    async fn enableUserAccount(
        call: &Call,
        userName: Option<String>,
        notificationType: Option<String>,
    ) -> Result<Nil, Fault> {
        let text = format!("Error occurred while enabling account for: {}", or_null(userName.as_ref()));
        set_disabled(call, userName, notificationType, false).await.map_err(|_| declared(text))
    }

    async fn lockUserAccount(call: &Call, userName: Option<String>) -> Result<Nil, Fault> {
        let text = format!("Error occurred while trying to lock the account {}", or_null(userName.as_ref()));
        set_locked(call, userName, true).await.map_err(|_| declared(text))
    }

    async fn changeUserPassword(
        call: &Call,
        newPassword: Option<String>,
        oldPassword: Option<String>,
    ) -> Result<Nil, Fault> {
        let actor = call.actor()?;
        let own = call.read(|tx, _| account::own(tx, actor)).map_err(typed::<IdentityMgtServiceException>)?;
        let text = format!("Error while resetting the password for: {}", own.name);
        let old = Secret::from(oldPassword.unwrap_or_default());
        let set = change_password(call, own.display_name(), newPassword.unwrap_or_default(), old).await;
        set.map_err(|_| declared(text))?;
        Ok(Nil)
    }
}

async fn set_locked(call: &Call, name: Option<String>, locked: bool) -> Result<Nil, Fault> {
    let name = name.unwrap_or_default();
    call.write(move |tx, now, realm, actor| account::set_locked(tx, now, realm, actor, &name, locked))
        .await?;
    Ok(Nil)
}

async fn set_disabled(
    call: &Call,
    name: Option<String>,
    notification: Option<String>,
    disabled: bool,
) -> Result<Nil, Fault> {
    let name = name.unwrap_or_default();
    call.write(move |tx, now, realm, actor| {
        account::set_disabled(tx, now, realm, actor, &name, disabled, notification.as_deref())
    })
    .await?;
    Ok(Nil)
}
