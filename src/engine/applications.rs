//! Applications: adding, proving, removing.

use super::event::Subject;
use super::{Engine, Work};
use crate::domain::provider::Dialect;
use crate::domain::{Application, ApplicationName, Check, Provider, Secret, Trouble};
use crate::oauth::discovery::Tenant;
use crate::oauth::{Client, discovery};
use crate::registry::Registry;
use crate::secrets::Key;

impl Engine {
    /// The provider called `id`.
    ///
    /// # Errors
    /// `provider.unknown` names the ones that there are.
    pub fn provider(&self, id: &str) -> Result<&Provider, Trouble> {
        self.settings().providers.get(id).ok_or_else(|| {
            let mut known: Vec<&str> = self.settings().providers.keys().map(String::as_str).collect();
            known.sort_unstable();
            Trouble::new(
                "provider.unknown",
                format!("There is no provider called “{id}”"),
                format!("The ones that there are: {}.", known.join(", ")),
                "Choose one of them, or describe it in the configuration as [provider.NAME].",
            )
        })
    }

    /// Adds an application, or replaces the one called `replaces`, and proves it in the background.
    ///
    /// # Errors
    /// `application.…`; `keyring.…` if its client secret cannot be kept.
    pub async fn save_application(
        &self,
        replaces: Option<ApplicationName>,
        mut application: Application,
        secret: Option<Secret>,
    ) -> Result<(), Trouble> {
        self.check_form(&application, secret.as_ref(), replaces.is_some())?;
        let old = replaces.clone().filter(|old| *old != application.name && application.has_client_secret);
        // The secret is kept under the application's name.
        let secret = match (secret, &old) {
            (None, Some(old)) => self.secrets().get(&self.client_secret_key(old)).await?,
            (secret, _) => secret,
        };
        application.has_client_secret |= secret.is_some();
        match secret {
            Some(secret) => {
                let kept = self.secrets().keep_with(replaces, application, &secret).await?;
                self.secrets().hand_on(kept).await;
            }
            None => self.registry(move |registry| save(registry, replaces.as_ref(), &application)).await?,
        }
        self.0.works.changed.notify_one();
        match old {
            Some(old) => self.secrets().delete(&self.client_secret_key(&old)).await,
            None => Ok(()),
        }
    }

    /// Removes an application that no mailbox uses.
    ///
    /// # Errors
    /// `application.in_use`.
    pub async fn remove_application(&self, name: ApplicationName) -> Result<(), Trouble> {
        let key = self.client_secret_key(&name);
        let had_secret = self
            .registry(move |registry| {
                let had_secret = registry.application(&name)?.has_client_secret;
                registry.remove_application(&name)?;
                Ok(had_secret)
            })
            .await?;
        if had_secret {
            self.secrets().delete(&key).await?;
        }
        self.0.works.changed.notify_one();
        Ok(())
    }

    /// Finds the tenant behind an id, a domain, or a mail address's domain.
    ///
    /// # Errors
    /// `aadsts.90002` and its kin; `network.…`.
    pub async fn find_tenant(&self, provider: &str, tenant_or_domain: &str) -> Result<Tenant, Trouble> {
        let provider = self.provider(provider)?.clone();
        let network = self.network(&provider).await?;
        discovery::find_tenant(&network.http, &provider, tenant_or_domain).await
    }

    /// Proves that tenant and client exist, and records what was found.
    ///
    /// # Errors
    /// What is wrong with them.
    pub async fn prove(&self, name: ApplicationName) -> Result<(), Trouble> {
        let (application, provider) = self.application_and_provider(name.clone()).await?;
        let ticket = self.0.works.begin(Subject::Application(name.clone()), Work::Proving { since: self.now() });
        let outcome = self.prove_now(&application, &provider).await;
        let recorded = if application.proof.is_ok() && outcome.as_ref().is_err_and(is_passing) {
            Ok(())
        } else {
            let check = Check::of(outcome.clone(), self.now());
            self.registry(move |registry| registry.record_proof(&name, &check)).await
        };
        self.0.works.end(&ticket);
        recorded.and(outcome)
    }

    pub(super) async fn application_and_provider(
        &self,
        name: ApplicationName,
    ) -> Result<(Application, Provider), Trouble> {
        let application = self.registry(move |registry| registry.application(&name)).await?;
        let provider = self.provider(&application.provider)?.clone();
        Ok((application, provider))
    }

    async fn prove_now(&self, application: &Application, provider: &Provider) -> Result<(), Trouble> {
        let network = self.network(provider).await?;
        if provider.has_tenants() {
            discovery::find_tenant(&network.http, provider, &application.tenant).await?;
        }
        let secret = self.client_secret(application).await?;
        discovery::prove_client(&network.http, Client { provider, application, secret: secret.as_ref() }).await
    }

    fn check_form(&self, application: &Application, secret: Option<&Secret>, replaces: bool) -> Result<(), Trouble> {
        let provider = self.provider(&application.provider)?;
        let wrong = |code: &'static str, what: &str, next: &str| Err(Trouble::new(code, what, "", next));
        let is_microsoft = provider.dialect == Dialect::Microsoft;
        let is_client_id =
            application.client_id.chars().all(|c| c.is_ascii_graphic()) && !application.client_id.is_empty();
        if !is_client_id || (is_microsoft && !is_guid(&application.client_id)) {
            return wrong(
                "application.client_id",
                &format!("“{}” is no client id", application.client_id),
                "Copy “Application (client) ID” from the app's overview page; at Microsoft it looks like 6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18.",
            );
        }
        if provider.has_tenants()
            && (application.tenant.is_empty()
                || application.tenant.contains(|c: char| c.is_whitespace() || "/?#@".contains(c)))
        {
            return wrong(
                "application.tenant",
                &match application.tenant.as_str() {
                    "" => "This provider needs a tenant".to_owned(),
                    tenant => format!("“{tenant}” is no tenant"),
                },
                "Give its id, or one of its domains.",
            );
        }
        if let Some(scope) = application.scopes.iter().find(|scope| is_microsoft && !scope.starts_with("https://")) {
            return wrong(
                "application.scope",
                &format!("“{scope}” is no mail scope"),
                "Leave the scopes empty for the provider's own, or write them in full: https://outlook.office.com/SMTP.Send.",
            );
        }
        let has_secret = secret.is_some() || (replaces && application.has_client_secret);
        if provider.needs_client_secret && !has_secret {
            return wrong(
                "application.client_secret",
                "This provider's applications have a client secret",
                "Give it as well (--secret-stdin).",
            );
        }
        Ok(())
    }

    pub(super) fn client_secret_key(&self, name: &ApplicationName) -> Key {
        Key::client_secret(self.registry_id(), name.as_str())
    }
}

fn save(registry: &Registry, replaces: Option<&ApplicationName>, application: &Application) -> Result<(), Trouble> {
    match replaces {
        Some(old) => registry.change_application(old, application),
        None => registry.add_application(application),
    }
}

/// Whether a trouble is the way's or the server's, and not of what was asked for.
pub(super) fn is_passing(trouble: &Trouble) -> bool {
    trouble.code().starts_with("network.") || trouble.code().starts_with("server.")
}

/// Whether it has the shape of a GUID, as Entra's ids have.
fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.chars().all(|c| c.is_ascii_hexdigit()))
}
