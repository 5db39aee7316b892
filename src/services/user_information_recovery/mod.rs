//! `UserInformationRecoveryService`: recovering passwords and registering users, for programs that ask the user.
//!
//! Nearly everything that goes wrong is said inside the answer, with the code of IS 5.3.0 in front. The original keeps its
//! last error in a field that all callers share and answers with it; here every caller gets his own, in the words that the
//! step has for it.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;
mod words;

use super::Call;
use super::fault::typed;
use super::names::or_null;
use super::user_identity_management_admin::contract::{
    ChallengeQuestionDTO, UserChallengesDTO, UserIdentityClaimDTO,
};
use super::user_identity_management_admin::{declared, question};
use super::user_profile_mgt::contract::IdentityException;
use crate::domain::claim::{Changes, DEFAULT_PROFILE};
use crate::domain::password::NewPassword;
use crate::domain::recovery_dialogue::{self, Dialogue, Given, Problem, Scope, Verdict};
use crate::domain::{Secret, captcha, challenge, registration};
use crate::soap::Fault;
use crate::store::Tx;
use contract::{
    CaptchaInfoBean, ChallengeQuestionIdsDTO, Operations, UserChallengesCollectionDTO, VerificationBean,
};
use std::sync::Arc;
use words::{failed, next, note, registration_refusal, to_send, told, verified};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// Where the pictures are, below the server's address.
const CAPTCHAS: &str =
    "registry/resource/_system/config/repository/components/org.wso2.carbon.captcha-images/";

fn dialogue(call: &Call, user_name: Option<String>) -> Result<Dialogue, Fault> {
    Ok(Dialogue {
        now: call.now(),
        realm: Arc::clone(&call.app().realm),
        actor: call.actor()?.clone(),
        user_name: user_name.unwrap_or_default(),
    })
}

/// A step that writes.
async fn step<T: Send + 'static>(
    call: &Call,
    user_name: Option<String>,
    work: impl FnOnce(&Dialogue, &mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<Result<T, Problem>, Fault> {
    let dialogue = dialogue(call, user_name)?;
    let done = call.app().store.write(move |tx| work(&dialogue, tx)).await;
    Ok(done.inspect_err(note))
}

/// Whether the answer to a picture is right, where pictures are asked for; it is used up either way.
async fn read_right(call: &Call, given: Option<CaptchaInfoBean>) -> bool {
    if !call.app().realm.policy.captcha {
        return true;
    }
    let given = given.unwrap_or_default();
    let (key, answer) = (given.secretKey.unwrap_or_default(), given.userAnswer.unwrap_or_default());
    let right = call.write(move |tx, now, realm, _| captcha::answer(tx, now, realm, &key, &answer)).await;
    matches!(right, Ok(true))
}

fn secret(text: Option<String>) -> Secret {
    Secret::from(text.unwrap_or_default())
}

/// Whether a tenant is the caller's; one that is not named is.
fn is_own_tenant(call: &Call, domain: Option<&String>) -> Result<bool, Fault> {
    let own = &call.actor()?.domain;
    Ok(domain.is_none_or(|domain| domain.is_empty() || domain == own))
}

/// A name of the caller's tenant with the tenant behind it.
fn full_name(call: &Call, name: Option<&String>) -> Result<String, Fault> {
    Ok(format!("{}@{}", or_null(name), call.actor()?.domain))
}

impl Operations for Behaviour {
    async fn getAllChallengeQuestions(call: &Call) -> Result<Vec<Option<ChallengeQuestionDTO>>, Fault> {
        let tenant = call.actor()?.tenant;
        let found = call.read(|tx, _| challenge::all(tx, tenant));
        let found = found.map_err(|_| declared("Error while loading user challenges"))?;
        Ok(found.into_iter().map(question).collect())
    }

    async fn sendRecoveryNotification(
        call: &Call,
        username: Option<String>,
        key: Option<String>,
        notificationType: Option<String>,
    ) -> Result<Option<VerificationBean>, Fault> {
        let (user, key) = (or_null(username.as_ref()).to_owned(), secret(key));
        let sent = step(call, username, move |dialogue, tx| dialogue.send_code(tx, &key)).await?;
        Ok(Some(match sent {
            Ok(None) => verified(),
            Ok(Some(mail)) => {
                let data = to_send(call, mail, "passwordReset", notificationType)?;
                VerificationBean { notificationData: Some(data), ..verified() }
            }
            Err(problem) => failed(told(
                &problem,
                &user,
                &format!("18003 invalid user : {user}"),
                &format!("18001 Invalid confirmation code for user : {user}"),
            )),
        }))
    }

    async fn getCaptcha(call: &Call) -> Result<Option<CaptchaInfoBean>, Fault> {
        let issued = call.write(|tx, now, realm, _| captcha::issue(tx, now, realm)).await;
        let key = issued.map_err(|_| declared("Error while generating captcha"))?;
        Ok(Some(CaptchaInfoBean {
            imagePath: Some([CAPTCHAS, key.reveal(), ".png"].concat()),
            secretKey: Some(key.reveal().to_owned()),
            userAnswer: None,
        }))
    }

    async fn verifyConfirmationCode(
        call: &Call,
        username: Option<String>,
        code: Option<String>,
        captcha: Option<CaptchaInfoBean>,
    ) -> Result<Option<VerificationBean>, Fault> {
        let (user, code) = (or_null(username.as_ref()).to_owned(), secret(code));
        if !read_right(call, captcha).await {
            return Ok(Some(failed(format!("18001 Error while validating captcha for user : {user}"))));
        }
        let confirmed = step(call, username, move |dialogue, tx| {
            Ok((dialogue.local_name(), dialogue.confirm(tx, &code)?))
        })
        .await?;
        Ok(Some(match confirmed {
            Ok(led) => next(led),
            Err(problem) => failed(told(
                &problem,
                &user,
                &format!("18003 invalid user : {user}"),
                &format!("18001 Error verifying confirmation code for user : {user}"),
            )),
        }))
    }

    async fn getUserChallengeQuestionIds(
        call: &Call,
        username: Option<String>,
        confirmation: Option<String>,
    ) -> Result<Option<ChallengeQuestionIdsDTO>, Fault> {
        let (user, key) = (or_null(username.as_ref()).to_owned(), secret(confirmation));
        let listed = step(call, username, move |dialogue, tx| dialogue.list(tx, &key)).await?;
        Ok(Some(match listed {
            Ok((questions, key)) => ChallengeQuestionIdsDTO {
                error: None,
                ids: questions.into_iter().map(|one| Some(one.set)).collect(),
                key: Some(key.reveal().to_owned()),
            },
            Err(problem) => {
                let bad_name = format!("18003 Error validating user : {user}");
                let error = told(&problem, &user, &bad_name, "18013 Error when validating code");
                ChallengeQuestionIdsDTO { error: Some(error), ..ChallengeQuestionIdsDTO::default() }
            }
        }))
    }

    async fn getUserChallengeQuestion(
        call: &Call,
        userName: Option<String>,
        confirmation: Option<String>,
        questionId: Option<String>,
    ) -> Result<Option<UserChallengesDTO>, Fault> {
        let (user, key) = (or_null(userName.as_ref()).to_owned(), secret(confirmation));
        let set = questionId.unwrap_or_default();
        let asked = step(call, userName, move |dialogue, tx| dialogue.ask(tx, &key, &set)).await?;
        Ok(Some(match asked {
            Ok((asked, key)) => UserChallengesDTO {
                id: Some(asked.set),
                question: Some(asked.question),
                key: Some(key.reveal().to_owned()),
                verfied: true,
                ..UserChallengesDTO::default()
            },
            Err(problem) => {
                let error = match problem {
                    Problem::NoQuestion => {
                        format!("Challenge questions have not been answered by the user: {user}")
                    }
                    // A reason that the original does not have, and writes down all the same.
                    problem => {
                        told(&problem, &user, &format!("18003 Error validating user : {user}"), "18003 null")
                    }
                };
                UserChallengesDTO { error: Some(error), ..UserChallengesDTO::default() }
            }
        }))
    }

    /// Accounts wait for no confirmation here, as in the original's default configuration, where this unlocks nobody.
    async fn confirmUserSelfRegistration(
        call: &Call,
        username: Option<String>,
        code: Option<String>,
        captcha: Option<CaptchaInfoBean>,
        tenantDomain: Option<String>,
    ) -> Result<Option<VerificationBean>, Fault> {
        let (user, code) = (or_null(username.as_ref()).to_owned(), secret(code));
        if !read_right(call, captcha).await {
            return Ok(Some(failed(format!("18004 Error while validating captcha for user : {user}"))));
        }
        if !is_own_tenant(call, tenantDomain.as_ref())? {
            return Ok(Some(failed("18016 Trying to confirm users in unauthorized tenant space")));
        }
        let name = full_name(call, username.as_ref())?;
        let redeemed = step(call, Some(name), move |dialogue, tx| dialogue.redeem(tx, &code)).await?;
        Ok(Some(match redeemed {
            Ok(()) => verified(),
            Err(Problem::ExpiredKey) => failed("18002 The code is expired"),
            Err(Problem::BadName) => failed(format!("18003 Error verifying user account for user : {user}")),
            Err(_) => failed(format!("Error while validating confirmation code for user : {user}")),
        }))
    }

    async fn verifyUserChallengeAnswer(
        call: &Call,
        userName: Option<String>,
        confirmation: Option<String>,
        questionId: Option<String>,
        answer: Option<String>,
    ) -> Result<Option<VerificationBean>, Fault> {
        let (Some(set), Some(answer)) = (questionId, answer) else {
            return Ok(Some(failed("No challenge question id provided for verification")));
        };
        let given = vec![Given { set, answer: answer.into() }];
        let wrong = "Challenge answer verification failed for user : ";
        verify_answers(call, userName, confirmation, Scope::One, given, wrong).await.map(Some)
    }

    /// With a code that is good this says yes and sends nothing: there is nothing to confirm.
    async fn resendSignUpConfiramtionCode(
        call: &Call,
        userName: Option<String>,
        code: Option<String>,
        _profileName: Option<String>,
        tenantDomain: Option<String>,
    ) -> Result<Option<VerificationBean>, Fault> {
        if !is_own_tenant(call, tenantDomain.as_ref())? {
            return Err(declared("Trying to resend self sign up code  in unauthorized tenant space"));
        }
        let (user, code) = (or_null(userName.as_ref()).to_owned(), secret(code));
        let name = full_name(call, userName.as_ref())?;
        let redeemed = step(call, Some(name), move |dialogue, tx| dialogue.redeem(tx, &code)).await?;
        Ok(Some(match redeemed {
            Ok(()) => verified(),
            Err(_) => failed(format!("Error while validating confirmation code for user : {user}")),
        }))
    }

    async fn getUserChallengeQuestions(
        call: &Call,
        userName: Option<String>,
        confirmation: Option<String>,
    ) -> Result<Option<UserChallengesCollectionDTO>, Fault> {
        let (user, key) = (or_null(userName.as_ref()).to_owned(), secret(confirmation));
        let listed = step(call, userName, move |dialogue, tx| dialogue.list(tx, &key)).await?;
        let challenge = |one: challenge::Answered| {
            Some(UserChallengesDTO {
                id: Some(one.set),
                question: Some(one.question),
                ..UserChallengesDTO::default()
            })
        };
        Ok(Some(match listed {
            Ok((questions, key)) => UserChallengesCollectionDTO {
                error: None,
                key: Some(key.reveal().to_owned()),
                userChallengesDTOs: questions.into_iter().map(challenge).collect(),
            },
            Err(problem) => {
                let error = match problem {
                    Problem::NoQuestion => {
                        format!("18016 No associated challenge questions found for the user : {user}")
                    }
                    problem => told(
                        &problem,
                        &user,
                        &format!("18003 Error validating user : {user}"),
                        "18001 Invalid confirmation code",
                    ),
                };
                UserChallengesCollectionDTO { error: Some(error), ..UserChallengesCollectionDTO::default() }
            }
        }))
    }

    /// Unlike in the original, no answers are no right answers, and a key that is none learns nothing about them.
    async fn verifyUserChallengeAnswers(
        call: &Call,
        userName: Option<String>,
        confirmation: Option<String>,
        userChallengesDTOs: Vec<Option<UserChallengesDTO>>,
    ) -> Result<Option<VerificationBean>, Fault> {
        if userChallengesDTOs.is_empty() {
            return Ok(Some(failed("No challenge question id provided for verification")));
        }
        let given = |one: UserChallengesDTO| Some(Given { set: one.id?, answer: one.answer?.into() });
        let given: Vec<Given> = userChallengesDTOs.into_iter().flatten().filter_map(given).collect();
        let wrong = "Verification failed for one or more answers provided by user : ";
        verify_answers(call, userName, confirmation, Scope::All, given, wrong).await.map(Some)
    }

    async fn updatePassword(
        call: &Call,
        username: Option<String>,
        confirmationCode: Option<String>,
        newPassword: Option<String>,
    ) -> Result<Option<VerificationBean>, Fault> {
        let (user, key, plain) =
            (or_null(username.as_ref()).to_owned(), secret(confirmationCode), secret(newPassword));
        let dialogue = dialogue(call, username)?;
        let set = call.aside(move |app, _| Ok(dialogue.set_password(&app.store, key, &plain))).await?;
        Ok(Some(match set.inspect_err(note) {
            Ok(()) => verified(),
            Err(Problem::ExpiredKey) => failed("18002 The code is expired"),
            Err(_) => failed(format!("18013 Error while updating credential for user: {user}")),
        }))
    }

    async fn registerUser(
        call: &Call,
        userName: Option<String>,
        password: Option<String>,
        claims: Vec<Option<UserIdentityClaimDTO>>,
        profileName: Option<String>,
        tenantDomain: Option<String>,
    ) -> Result<Option<VerificationBean>, Fault> {
        if !is_own_tenant(call, tenantDomain.as_ref())? {
            return Err(declared("Trying to create users in unauthorized tenant space"));
        }
        let broken = || Fault::invocation("registerUser");
        let mut changes = Changes::default();
        for claim in claims {
            let claim = claim.ok_or_else(broken)?;
            // A claim without a name names no mapping.
            changes.set(claim.claimUri.unwrap_or_default(), claim.claimValue);
        }
        let (name, plain) = (userName.clone().unwrap_or_default(), secret(password));
        let password = call.aside(move |_, _| NewPassword::first(plain)).await?;
        let profile = profileName.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        let registered = call
            .write(move |tx, now, realm, actor| {
                registration::register(tx, now, realm, actor, &name, &password, (&changes, &profile))
            })
            .await;
        Ok(Some(match registered {
            Ok(_) => verified(),
            Err(refusal) => failed(registration_refusal(&refusal.reason, or_null(userName.as_ref()))),
        }))
    }

    async fn getUserIdentitySupportedClaims(
        call: &Call,
        dialect: Option<String>,
    ) -> Result<Vec<Option<UserIdentityClaimDTO>>, Fault> {
        let (tenant, dialect) = (call.actor()?.tenant, dialect.unwrap_or_default());
        let asked = call.read(|tx, realm| registration::asked(tx, realm, tenant, &dialect));
        let claim = |one: registration::Asked| {
            Some(UserIdentityClaimDTO {
                claimUri: Some(one.uri),
                claimValue: None,
                displayName: Some(one.display_name),
                required: one.required,
            })
        };
        Ok(asked.map_err(typed::<IdentityException>)?.into_iter().map(claim).collect())
    }

    async fn verifyAccount(
        call: &Call,
        claims: Vec<Option<UserIdentityClaimDTO>>,
        captcha: Option<CaptchaInfoBean>,
        tenantDomain: Option<String>,
    ) -> Result<Option<VerificationBean>, Fault> {
        if !read_right(call, captcha).await {
            return Ok(Some(failed("18004 Error processing captcha")));
        }
        if !is_own_tenant(call, tenantDomain.as_ref())? {
            return Err(declared("Trying to verify account unauthorized tenant space"));
        }
        let pair = |claim: UserIdentityClaimDTO| Some((claim.claimUri?, claim.claimValue?));
        let given = !claims.is_empty();
        let claims: Vec<(String, String)> = claims.into_iter().flatten().filter_map(pair).collect();
        let (now, tenant) = (call.now(), call.actor()?.tenant);
        let realm = Arc::clone(&call.app().realm);
        let sent = call
            .app()
            .store
            .write(move |tx| {
                // Claims without values find nobody, which is no error; none at all are one.
                let found = if given && claims.is_empty() {
                    None
                } else {
                    registration::find(tx, &realm, tenant, &claims)?
                };
                let Some(user) = found else { return Ok::<_, Problem>(None) };
                recovery_dialogue::send_name(tx, now, &realm, &user, None).map(Some)
            })
            .await;
        Ok(Some(match sent {
            Ok(Some(None)) => verified(),
            Ok(Some(Some(mail))) => {
                let data = to_send(call, mail, "accountIdRecovery", Some("EMAIL".to_owned()))?;
                VerificationBean { notificationData: Some(data), ..VerificationBean::default() }
            }
            Ok(None) => failed("User not found"),
            Err(problem) => {
                note(&problem);
                failed("18003 Error verifying user account")
            }
        }))
    }

    async fn verifyUser(
        call: &Call,
        username: Option<String>,
        captcha: Option<CaptchaInfoBean>,
    ) -> Result<Option<VerificationBean>, Fault> {
        let user = or_null(username.as_ref()).to_owned();
        if !read_right(call, captcha).await {
            return Ok(Some(failed("18004 Error while validating captcha")));
        }
        let begun =
            step(call, username, |dialogue, tx| Ok((dialogue.local_name(), dialogue.begin(tx)?))).await?;
        Ok(Some(match begun {
            Ok(led) => next(led),
            Err(problem) => failed(told(&problem, &user, &format!("18003 invalid user : {user}"), "")),
        }))
    }
}

async fn verify_answers(
    call: &Call,
    user_name: Option<String>,
    key: Option<String>,
    scope: Scope,
    given: Vec<Given>,
    wrong: &str,
) -> Result<VerificationBean, Fault> {
    let (name, key) = (user_name.clone(), secret(key));
    let user = or_null(user_name.as_ref()).to_owned();
    let verdict = step(call, user_name, move |dialogue, tx| {
        Ok((dialogue.local_name(), dialogue.answer(tx, &key, scope, &given)?))
    });
    Ok(match verdict.await? {
        // Here the original gives the whole name back.
        Ok((_, Verdict::Right(key))) => {
            VerificationBean { error: Some(String::new()), ..next((name.unwrap_or_default(), key)) }
        }
        // The key that is not handed out is written as an empty one.
        Ok((local, Verdict::Wrong)) => VerificationBean {
            key: Some(String::new()),
            userId: Some(local),
            ..failed([wrong, &user].concat())
        },
        Err(problem) => failed(told(
            &problem,
            &user,
            &format!("18003 Error verifying user: {user}"),
            &format!("18001 Error verifying confirmation code for user : {user}"),
        )),
    })
}
