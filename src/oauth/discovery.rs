//! Stub.
use super::{Client, Http};
use crate::domain::{Provider, Trouble};

/// A tenant as its discovery document names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id, a GUID.
    pub id: String,
    /// `tenant_region_scope` and `tenant_region_sub_scope`, such as `EU` or `USGov DODCON`.
    pub region: Option<String>,
}

/// Finds the tenant behind an id or a domain.
///
/// # Errors
/// `aadsts.90002` and its kin if there is none; `network.…`.
pub async fn find_tenant(_http: &Http, _provider: &Provider, _tenant_or_domain: &str) -> Result<Tenant, Trouble> {
    todo!()
}

/// Proves, without anybody signing in, that the token endpoint knows tenant and client.
///
/// # Errors
/// What the endpoint says is wrong with them.
pub async fn prove_client(_http: &Http, _client: Client<'_>) -> Result<(), Trouble> {
    todo!()
}
