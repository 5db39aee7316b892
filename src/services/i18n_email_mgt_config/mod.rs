//! `I18nEmailMgtConfigService`: the mail templates of the caller's tenant.
//!
//! Whatever goes wrong, the client reads one text per operation; the cause goes to the log. The one exception is a
//! locale that cannot be stored, which the original lets through as a runtime exception with a text of its own.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::typed;
use super::names::or_null;
use crate::domain::template::{self, Problem, Template};
use crate::domain::{Actor, Error, Now};
use crate::soap::Fault;
use crate::store::Tx;
use contract::{EmailTemplate, I18nEmailMgtServerException, Operations};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// The refusal as a client reads it.
fn refused(problem: &Problem, text: &str) -> Error {
    match problem {
        Problem::BadLocale(_) => Error::refused(problem.to_string()),
        Problem::Internal(error) => {
            tracing::error!(%error, "mail templates could not be reached");
            Error::refused(text)
        }
        _ => {
            tracing::debug!(%problem, "a mail template was refused");
            Error::refused(text)
        }
    }
}

/// The type of a request is ignored: it follows from the display name.
fn template_of(given: EmailTemplate) -> Template {
    Template {
        display: given.templateDisplayName.unwrap_or_default(),
        locale: given.locale.unwrap_or_default(),
        content_type: given.emailContentType.unwrap_or_default(),
        subject: given.subject.unwrap_or_default(),
        body: given.body.unwrap_or_default(),
        footer: given.footer.unwrap_or_default(),
    }
}

fn email_template(template: Template) -> Option<EmailTemplate> {
    Some(EmailTemplate {
        templateType: Some(template::type_of(&template.display)),
        body: Some(template.body),
        emailContentType: Some(template.content_type).filter(|text| !text.is_empty()),
        footer: Some(template.footer),
        locale: Some(template.locale),
        subject: Some(template.subject),
        templateDisplayName: Some(template.display),
    })
}

async fn write(
    call: &Call,
    text: String,
    work: impl FnOnce(&mut Tx<'_>, Now, &Actor) -> Result<(), Problem> + Send + 'static,
) -> Result<(), Fault> {
    call.write(move |tx, now, _, actor| work(tx, now, actor).map_err(|problem| refused(&problem, &text)))
        .await
}

async fn save(call: &Call, given: Option<EmailTemplate>, text: String) -> Result<(), Fault> {
    let Some(given) = given else { return Err(Fault::server(text)) };
    let template = template_of(given);
    write(call, text, move |tx, now, actor| template::save(tx, now, actor, &template)).await
}

impl Operations for Behaviour {
    async fn deleteEmailTemplate(
        call: &Call,
        emailTemplateDisplayName: Option<String>,
        locale: Option<String>,
    ) -> Result<(), Fault> {
        let text = format!(
            "Error occurred while deleting email template type '{}' of locale '{}' in {} tenant registry.",
            or_null(emailTemplateDisplayName.as_ref()),
            or_null(locale.as_ref()),
            call.actor()?.domain
        );
        let (name, locale) = (emailTemplateDisplayName.unwrap_or_default(), locale.unwrap_or_default());
        write(call, text, move |tx, now, actor| template::delete(tx, now, actor, &name, &locale)).await
    }

    async fn getEmailTemplateTypes(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        let actor = call.actor()?;
        let text = format!("Error while retrieving email template types of {} tenant.", actor.domain);
        let types = call
            .read(|tx, _| template::types(tx, actor.tenant.0).map_err(|problem| refused(&problem, &text)))
            .map_err(typed::<I18nEmailMgtServerException>)?;
        Ok(types.into_iter().map(Some).collect())
    }

    /// The same as `saveEmailTemplate`, but for the text of its refusals.
    async fn addEmailTemplate(call: &Call, emailTemplate: Option<EmailTemplate>) -> Result<(), Fault> {
        // No full stop in the original.
        let text =
            format!("Error occurred while adding email template to {} tenant registry", call.actor()?.domain);
        save(call, emailTemplate, text).await
    }

    async fn getAllTemplatesForTenant(call: &Call) -> Result<Vec<Option<EmailTemplate>>, Fault> {
        let actor = call.actor()?;
        let text = format!("Error occurred while retrieving email templates of {} tenant.", actor.domain);
        let templates = call
            .read(|tx, _| template::all(tx, actor.tenant.0).map_err(|problem| refused(&problem, &text)))
            .map_err(typed::<I18nEmailMgtServerException>)?;
        Ok(templates.into_iter().map(email_template).collect())
    }

    async fn addEmailTemplateType(
        call: &Call,
        emailTemplateDisplayName: Option<String>,
    ) -> Result<(), Fault> {
        let text = format!("Error while adding email template type to {} tenant.", call.actor()?.domain);
        let name = emailTemplateDisplayName.unwrap_or_default();
        write(call, text, move |tx, now, actor| template::add_type(tx, now, actor, &name)).await
    }

    async fn deleteEmailTemplateType(
        call: &Call,
        emailTemplateDisplayName: Option<String>,
    ) -> Result<(), Fault> {
        let text = format!(
            "Error occurred while deleting email template type '{}' of {} tenant.",
            or_null(emailTemplateDisplayName.as_ref()),
            call.actor()?.domain
        );
        let name = emailTemplateDisplayName.unwrap_or_default();
        write(call, text, move |tx, now, actor| template::delete_type(tx, now, actor, &name)).await
    }

    async fn saveEmailTemplate(call: &Call, emailTemplate: Option<EmailTemplate>) -> Result<(), Fault> {
        let text = format!(
            "Error occurred while updating email template in {} tenant registry.",
            call.actor()?.domain
        );
        save(call, emailTemplate, text).await
    }
}
