//! What applications use of an identity provider.

use crate::store::{Error, Tx};

/// One use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceRow {
    /// Key.
    pub id: i64,
    /// `federated` (the provider as a whole, by its default authenticator), `step` (one authenticator in a step of
    /// several) or `provisioning` (a connector).
    pub kind: String,
    /// The authenticator or the connector.
    pub name: String,
}

/// The uses of a provider by applications of a tenant.
const REFERENCES: &str = "SELECT s.id, CASE lower(a.authentication) WHEN 'federated' THEN 'federated' ELSE 'step' END, \
    s.authenticator FROM application_step s JOIN application a ON a.id = s.application_id \
    WHERE s.idp_id = $1 AND a.tenant_id = $2 \
    UNION ALL SELECT c.id, 'provisioning', c.connector FROM application_connector c \
    JOIN application a ON a.id = c.application_id WHERE c.idp_id = $1 AND a.tenant_id = $2";

/// The uses of a provider by applications of a tenant.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn references(tx: &mut Tx<'_>, tenant: i64, idp: i64) -> Result<Vec<ReferenceRow>, Error> {
    tx.query(REFERENCES, &[idp.into(), tenant.into()], |row| {
        Ok(ReferenceRow { id: row.int(0)?, kind: row.text(1)?, name: row.text(2)? })
    })
}

/// Has a use of a provider as a whole name another authenticator.
///
/// # Errors
/// As [`references`].
pub fn refer_to(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<usize, Error> {
    tx.execute("UPDATE application_step SET authenticator = $1 WHERE id = $2", &[name.into(), id.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::listing::tests::plan;

    #[test]
    fn the_uses_of_a_provider_are_found_by_an_index() {
        let plan = plan(REFERENCES);
        assert!(plan.contains("SEARCH s USING INDEX application_step_at"), "{plan}");
        assert!(plan.contains("SEARCH c USING INDEX application_connector_at"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}
