//! `ChallengeQuestionManagementAdminService`: the questions of the caller's tenant and what its users answered.
//!
//! A refusal of the service itself is a subclass of the declared exception and has no detail; everything that goes wrong
//! below is reported as the declared exception with the text of the operation (IS 5.3.0). The original asks whether the
//! *user* that is named may manage identities, so that anybody could answer for an administrator; here the caller has to
//! hold the permission.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::names::or_null;
use crate::domain::challenge::{self, Answer, Answered, Question};
use crate::domain::name::QualifiedName;
use crate::domain::{self, Actor, Error, Secret, tenant, user};
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::soap::{Fault, Nil};
use crate::store::Tx;
use contract::{ChallengeQuestion, IdentityRecoveryException, Operations, User, UserChallengeAnswer};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// Needed for the answers of others.
const MANAGE: &str = "/permission/admin/manage/identity";
/// The code of an exception that was given none.
const UNEXPECTED: &str = "18013";

fn declared(text: &str) -> Fault {
    let exception = IdentityRecoveryException {
        base: IdentityException { errorCode: Some(UNEXPECTED.to_owned()) },
        errorDescription: Some(text.to_owned()),
    };
    Fault::declared(text, exception)
}

fn outside(question: Question) -> Option<ChallengeQuestion> {
    Some(ChallengeQuestion {
        locale: Some(question.locale),
        question: Some(question.text),
        questionId: Some(question.id),
        questionSetId: Some(question.set),
    })
}

fn inside(question: ChallengeQuestion) -> Question {
    Question {
        set: question.questionSetId.unwrap_or_default(),
        id: question.questionId.unwrap_or_default(),
        text: question.question.unwrap_or_default(),
        locale: question.locale.unwrap_or_default(),
    }
}

fn all_inside(operation: &str, questions: Vec<Option<ChallengeQuestion>>) -> Result<Vec<Question>, Fault> {
    let questions = questions.into_iter().map(|one| one.map(inside)).collect::<Option<_>>();
    questions.ok_or_else(|| Fault::invocation(operation))
}

/// Nobody looks beyond his own tenant.
fn check_tenant(actor: &Actor, domain: Option<&String>) -> Result<(), Fault> {
    if domain == Some(&actor.domain) {
        return Ok(());
    }
    Err(Fault::server(format!(
        "Unauthorized Access. User {}@{} trying to retrieve challenge questions of {} tenant",
        actor.name,
        actor.domain,
        or_null(domain)
    )))
}

fn given(user: Option<User>) -> Result<User, Fault> {
    user.ok_or_else(|| Fault::server("User object provided is null."))
}

/// A user as the caller named him.
struct Named {
    /// Without tenant, as texts show it.
    name: String,
    user: User,
}

impl Named {
    fn of(call: &Call, operation: &str, user: Option<User>) -> Result<Self, Fault> {
        let user = given(user)?;
        let typed = user.userName.clone().ok_or_else(|| Fault::invocation(operation))?;
        let (name, _) = tenant::split_name(&call.app().realm, &typed);
        Ok(Self { name, user })
    }

    /// The user, in the caller's tenant whatever was named: another tenant has no such user.
    fn find(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<domain::User, Error> {
        let elsewhere = |domain: &String| !domain.trim().is_empty() && *domain != actor.domain;
        if self.user.tenantDomain.as_ref().is_some_and(elsewhere) {
            return Err(Error::refused("users of another tenant are out of reach"));
        }
        let store = self.user.userStoreDomain.as_deref().map(str::trim).filter(|store| !store.is_empty());
        match store {
            Some(store) if QualifiedName::parse(&self.name).domain.is_none() => {
                user::find(tx, actor.tenant, &format!("{store}/{}", self.name))
            }
            _ => user::find(tx, actor.tenant, &self.name),
        }
    }

    /// Refuses what is somebody else's to one without the permission. Oneself is the exact name of the session.
    fn authorize(&self, call: &Call, attack: &str) -> Result<(), Fault> {
        let actor = call.actor()?;
        let permitted = call.read(|tx, _| {
            let is_own =
                self.name == actor.name && self.find(tx, actor).is_ok_and(|user| user.id == actor.user);
            Ok(is_own || actor.may(tx, &[MANAGE])?)
        });
        if permitted? {
            return Ok(());
        }
        Err(Fault::server(format!(
            "Unauthorized access!! {attack} challenge questions for user {}",
            self.name
        )))
    }
}

impl Operations for Behaviour {
    async fn deleteChallengeQuestionsOfTenant(
        call: &Call,
        challengeQuestions: Vec<Option<ChallengeQuestion>>,
        tenantDomain: Option<String>,
    ) -> Result<Nil, Fault> {
        check_tenant(call.actor()?, tenantDomain.as_ref())?;
        let text = format!(
            "Error deleting challenge questions in tenant domain {}.",
            or_null(tenantDomain.as_ref())
        );
        let questions = all_inside("deleteChallengeQuestionsOfTenant", challengeQuestions)?;
        call.write(move |tx, now, _, actor| challenge::delete(tx, now, actor, &questions))
            .await
            .map_err(|_| declared(&text))?;
        Ok(Nil)
    }

    async fn getChallengeQuestionsForUser(
        call: &Call,
        user: Option<User>,
    ) -> Result<Vec<Option<ChallengeQuestion>>, Fault> {
        let named = Named::of(call, "getChallengeQuestionsForUser", user)?;
        let actor = call.actor()?;
        let found = call.read(|tx, realm| {
            let user = named.find(tx, actor)?;
            challenge::for_user(tx, realm, &user)
        });
        let typed = or_null(named.user.userName.as_ref());
        let text = format!("Error loading challenge questions for user : {typed}@{}.", actor.domain);
        Ok(found.map_err(|_| declared(&text))?.into_iter().map(outside).collect())
    }

    async fn getChallengeQuestionsForLocale(
        call: &Call,
        tenantDomain: Option<String>,
        locale: Option<String>,
    ) -> Result<Vec<Option<ChallengeQuestion>>, Fault> {
        let actor = call.actor()?;
        check_tenant(actor, tenantDomain.as_ref())?;
        let wanted = locale.as_deref().unwrap_or_default();
        let found = call.read(|tx, _| challenge::in_locale(tx, actor.tenant, wanted));
        let text = format!(
            "Error loading challenge questions for tenant {} in {} locale.",
            actor.domain,
            or_null(locale.as_ref())
        );
        Ok(found.map_err(|_| declared(&text))?.into_iter().map(outside).collect())
    }

    async fn setChallengeQuestionsOfTenant(
        call: &Call,
        challengeQuestions: Vec<Option<ChallengeQuestion>>,
        tenantDomain: Option<String>,
    ) -> Result<Nil, Fault> {
        check_tenant(call.actor()?, tenantDomain.as_ref())?;
        let text = format!(
            "Error setting challenge questions for tenant domain {}.",
            or_null(tenantDomain.as_ref())
        );
        let questions = all_inside("setChallengeQuestionsOfTenant", challengeQuestions)?;
        call.write(move |tx, now, _, actor| challenge::put(tx, now, actor, &questions))
            .await
            .map_err(|_| declared(&text))?;
        Ok(Nil)
    }

    async fn getChallengeQuestionsOfTenant(
        call: &Call,
        tenantDomain: Option<String>,
    ) -> Result<Vec<Option<ChallengeQuestion>>, Fault> {
        let actor = call.actor()?;
        check_tenant(actor, tenantDomain.as_ref())?;
        let found = call.read(|tx, _| challenge::all(tx, actor.tenant));
        let text = format!("Error loading challenge questions for tenant : {}.", actor.domain);
        Ok(found.map_err(|_| declared(&text))?.into_iter().map(outside).collect())
    }

    async fn setUserChallengeAnswers(
        call: &Call,
        user: Option<User>,
        userChallengeAnswers: Vec<Option<UserChallengeAnswer>>,
    ) -> Result<Nil, Fault> {
        let named = Named::of(call, "setUserChallengeAnswers", user)?;
        if userChallengeAnswers.is_empty() {
            return Err(Fault::server(format!(
                "No challenge question answers provided by the user {}",
                named.name
            )));
        }
        let caller = call.actor()?.name.clone();
        named.authorize(
            call,
            &format!("Possible elevation of privilege attack. User {caller} trying to change"),
        )?;
        let given: Option<Vec<UserChallengeAnswer>> = userChallengeAnswers.into_iter().collect();
        let given = given.ok_or_else(|| Fault::invocation("setUserChallengeAnswers"))?;
        let text = format!("Error while persisting user challenges for user : {}", named.name);
        call.write(move |tx, now, realm, actor| {
            let answers = offered(tx, actor, given)?;
            let user = named.find(tx, actor)?;
            challenge::answer(tx, now, realm, actor, &user, &answers)
        })
        .await
        .map_err(|_| declared(&text))?;
        Ok(Nil)
    }

    async fn getUserChallengeAnswers(
        call: &Call,
        user: Option<User>,
    ) -> Result<Vec<Option<UserChallengeAnswer>>, Fault> {
        let named = Named::of(call, "getUserChallengeAnswers", user)?;
        let actor = call.actor()?;
        named.authorize(
            call,
            &format!("Possible violation of confidentiality. User {} trying to get", actor.name),
        )?;
        let found = call.read(|tx, realm| {
            let user = named.find(tx, actor)?;
            challenge::of_user(tx, realm, &user)
        });
        let text = format!("Error retrieving user challenge answers for {}", named.name);
        let answer = |Answered { set, question, proof }| {
            let question = ChallengeQuestion {
                question: Some(question),
                questionSetId: Some(set),
                ..Default::default()
            };
            Some(UserChallengeAnswer { answer: Some(proof), question: Some(question) })
        };
        Ok(found.map_err(|_| declared(&text))?.into_iter().map(answer).collect())
    }
}

/// The answers to keep, once every question turned out to be one of the tenant's and no set is answered twice. One
/// without set or answer is passed over.
fn offered(tx: &mut Tx<'_>, actor: &Actor, given: Vec<UserChallengeAnswer>) -> Result<Vec<Answer>, Error> {
    let mut sets: Vec<Option<String>> = Vec::new();
    let mut answers = Vec::new();
    for UserChallengeAnswer { answer, question } in given {
        let question = question.ok_or_else(|| Error::refused("an answer names no question"))?;
        if sets.contains(&question.questionSetId) {
            return Err(Error::refused("one set was answered twice"));
        }
        sets.push(question.questionSetId.clone());
        let locale = question.locale.as_deref().unwrap_or_default();
        let known = challenge::in_locale(tx, actor.tenant, locale)?;
        let text = question.question.unwrap_or_default();
        if !known.iter().any(|known| known.text == text) {
            return Err(Error::refused("the tenant does not ask this question"));
        }
        if let (Some(set), Some(answer)) = (question.questionSetId, answer) {
            answers.push(Answer { set, question: text, answer: Secret::from(answer) });
        }
    }
    Ok(answers)
}
