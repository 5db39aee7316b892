//! `TenantMgtAdminService`: tenants, for the super tenant's administrators.
//!
//! A domain that no tenant has is no error for most operations: `getTenant` answers an empty bean, with key 0, and
//! clients of the original look at that to learn whether to add the tenant. Tenants are never deleted.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::{self, typed};
use crate::domain::credential::Credential;
use crate::domain::tenant::{self, Described, Entry, NewTenant, Page, Update};
use crate::domain::{Error, Now, Secret, TenantId, password, user};
use crate::soap::{DateTime, Fault, Nil};
use contract::{Exception, Operations, PaginatedTenantInfoBean, StratosException, TenantInfoBean};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<Exception>(fault)
}

/// A value that must be there; the original runs into a null pointer, whose text is this.
fn given<T>(value: Option<T>, operation: &str) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::invocation(operation))
}

/// What has no page names all there is.
const EVERYTHING: &str = "";

impl Operations for Behaviour {
    async fn deactivateTenant(call: &Call, tenantDomain: Option<String>) -> Result<Nil, Fault> {
        let domain = tenantDomain.unwrap_or_default();
        let done = call.write(move |tx, now, _, actor| tenant::deactivate(tx, now, actor, &domain));
        done.await.map_err(declared)?;
        Ok(Nil)
    }

    async fn retrievePaginatedPartialSearchTenants(
        call: &Call,
        domain: Option<String>,
        pageNumber: i32,
    ) -> Result<Option<PaginatedTenantInfoBean>, Fault> {
        let part = given(domain, "retrievePaginatedPartialSearchTenants")?;
        page(call, &part, pageNumber).await
    }

    async fn addTenant(call: &Call, tenantInfoBean: Option<TenantInfoBean>) -> Result<Option<String>, Fault> {
        let sent = tenantInfoBean.unwrap_or_default();
        // A blank one would be refused at every login.
        let plain = sent.adminPassword.filter(|plain| !plain.trim().is_empty()).map(Secret::from);
        let credential = match plain {
            Some(plain) => Some(call.aside(move |_, _| Credential::hash(&plain)).await.map_err(declared)?),
            None => None,
        };
        let new = NewTenant {
            id: (sent.tenantId > 0).then(|| TenantId(sent.tenantId.into())),
            domain: sent.tenantDomain,
            email: sent.email,
            created_at: sent.createdDate.map(|moment| Now(moment.0)),
            admin: sent.admin,
            credential,
            first_name: sent.firstname,
            last_name: sent.lastname,
        };
        let done = call.write(move |tx, now, realm, actor| tenant::add(tx, now, realm, actor, &new));
        done.await.map_err(declared)?;
        Ok(Some(token()))
    }

    async fn retrieveTenants(call: &Call) -> Result<Vec<Option<TenantInfoBean>>, Fault> {
        list(call, EVERYTHING.to_owned()).await
    }

    async fn updateTenant(call: &Call, tenantInfoBean: Option<TenantInfoBean>) -> Result<Nil, Fault> {
        const OPERATION: &str = "updateTenant";
        let sent = given(tenantInfoBean, OPERATION)?;
        let id = TenantId(sent.tenantId.into());
        let plain = sent.adminPassword.filter(|plain| !plain.trim().is_empty()).map(Secret::from);
        let admin = sent.admin;
        let password = match plain {
            Some(plain) => {
                let name = admin.clone().unwrap_or_default();
                let prepared = call.aside(move |app, _| {
                    let earlier = app.store.read(|tx| match user::look_up(tx, id, &name) {
                        Ok(Some(user)) => password::earlier(tx, id, user.id.0),
                        // Whoever is not there is refused where everything is in its order.
                        Ok(None) | Err(Error::UnknownDomain) => Ok(password::Earlier::default()),
                        Err(error) => Err(error),
                    })?;
                    password::prepare(plain, &earlier)
                });
                Some(prepared.await.map_err(declared)?)
            }
            None => None,
        };
        let update = Update {
            id,
            domain: sent.tenantDomain.unwrap_or_default(),
            email: sent.email,
            first_name: sent.firstname,
            last_name: sent.lastname,
            admin,
            password,
        };
        let done =
            call.write(move |tx, now, realm, actor| match tenant::update(tx, now, realm, actor, &update) {
                Err(Error::NoSuchTenant) => Ok(false),
                done => done.map(|()| true),
            });
        if done.await.map_err(declared)? { Ok(Nil) } else { Err(Fault::invocation(OPERATION)) }
    }

    async fn deleteTenant(call: &Call, tenantDomain: Option<String>) -> Result<Nil, Fault> {
        let domain = tenantDomain.unwrap_or_else(|| "null".into());
        call.read(|tx, _| tenant::delete(tx, &domain)).map_err(typed::<StratosException>)?;
        Ok(Nil)
    }

    async fn addSkeletonTenant(
        call: &Call,
        tenantInfoBean: Option<TenantInfoBean>,
    ) -> Result<Option<String>, Fault> {
        let sent = given(tenantInfoBean, "addSkeletonTenant")?;
        let domain = sent.tenantDomain.unwrap_or_else(|| "null".into());
        let done = call.write(move |tx, now, _, actor| tenant::renew(tx, now, actor, &domain));
        done.await.map_err(declared)?;
        Ok(Some(token()))
    }

    async fn retrievePaginatedTenants(
        call: &Call,
        pageNumber: i32,
    ) -> Result<Option<PaginatedTenantInfoBean>, Fault> {
        page(call, EVERYTHING, pageNumber).await
    }

    async fn retrievePartialSearchTenants(
        call: &Call,
        domain: Option<String>,
    ) -> Result<Vec<Option<TenantInfoBean>>, Fault> {
        list(call, given(domain, "retrievePartialSearchTenants")?).await
    }

    async fn getTenant(call: &Call, tenantDomain: Option<String>) -> Result<Option<TenantInfoBean>, Fault> {
        let domain = tenantDomain.unwrap_or_default();
        let found = call.read(|tx, realm| tenant::describe(tx, realm, &domain)).map_err(declared)?;
        Ok(Some(described(found)?))
    }

    async fn activateTenant(call: &Call, tenantDomain: Option<String>) -> Result<Nil, Fault> {
        let domain = tenantDomain.unwrap_or_default();
        let done = call.write(move |tx, now, _, actor| tenant::activate(tx, now, actor, &domain));
        done.await.map_err(declared)?;
        Ok(Nil)
    }
}

/// What adding a tenant answers: a token for a page that nobody opens any more.
fn token() -> String {
    uuid::Uuid::new_v4().to_string()
}

async fn list(call: &Call, part: String) -> Result<Vec<Option<TenantInfoBean>>, Fault> {
    let found = call.aside(move |app, _| app.store.read(|tx| tenant::matching(tx, &part)));
    let found = found.await.map_err(declared)?;
    found.into_iter().map(|entry| info(entry).map(Some)).collect()
}

async fn page(call: &Call, part: &str, number: i32) -> Result<Option<PaginatedTenantInfoBean>, Fault> {
    // The original takes the greatest number for a mistake, like one below zero.
    let number = if number == i32::MAX { 0 } else { number.into() };
    let part = part.to_owned();
    let found = call.aside(move |app, _| app.store.read(|tx| tenant::page(tx, &part, number)));
    let Page { pages, entries } = found.await.map_err(declared)?;
    Ok(Some(PaginatedTenantInfoBean {
        numberOfPages: small(pages)?,
        tenantInfoBeans: entries.into_iter().map(|entry| info(entry).map(Some)).collect::<Result<_, _>>()?,
    }))
}

/// A tenant as lists show it.
fn info(entry: Entry) -> Result<TenantInfoBean, Fault> {
    Ok(TenantInfoBean {
        active: entry.tenant.active,
        createdDate: Some(DateTime(entry.created_at.0)),
        email: entry.email,
        tenantDomain: Some(entry.tenant.domain),
        tenantId: small(entry.tenant.id.0)?,
        ..TenantInfoBean::default()
    })
}

/// A tenant in detail.
fn described(found: Described) -> Result<TenantInfoBean, Fault> {
    let admin = found.entry.as_ref().map(|entry| entry.tenant.admin_name.clone());
    let bean = found.entry.map_or_else(|| Ok(TenantInfoBean::default()), info)?;
    Ok(TenantInfoBean {
        admin,
        firstname: found.first_name,
        lastname: found.last_name,
        usagePlan: Some(String::new()),
        ..bean
    })
}

fn small(number: i64) -> Result<i32, Fault> {
    i32::try_from(number).map_err(|_| declared(fault::of(Error::Broken("a number outgrew its type"))))
}
