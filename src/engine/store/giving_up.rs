//! The way out when the seal key is lost for good: the sealed secrets go, and everything begins anew.

use super::super::{Engine, on_registry};
use super::Store;
use crate::domain::{ApplicationName, Remedy, Trouble};
use crate::registry::{Owner, Registry};

/// What was given up.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct GivenUp {
    /// How many refresh tokens.
    pub tokens: usize,
    /// The applications whose client secret has to be entered again.
    pub applications: Vec<ApplicationName>,
}

impl Engine {
    /// Deletes the sealed secrets and forgets their key, so that everybody whose token was among
    /// them can sign in again. A person may be asked for the passphrase.
    ///
    /// # Errors
    /// `store.not_lost` if the key is at hand; what keeps it out of reach, if it may not be lost
    /// (`keyring.…`, `seal.passphrase_needed`, `seal.passphrase_file`, `seal.passphrase_open`); `store.moving`; `registry.…`.
    pub async fn give_up_sealed_secrets(&self) -> Result<GivenUp, Trouble> {
        let _mover = self.registry(Registry::become_mover).await?;
        self.0.store.be_sure_that_the_key_is_lost().await?;
        let (engine, now) = (self.clone(), self.now());
        let name_of = move |owner: &Owner| engine.0.store.key_of(owner).as_str().to_owned();
        let gone = self.registry(move |registry| registry.give_up_sealed_secrets(name_of, &given_up(), now)).await?;
        self.0.works.changed.notify_one();
        Ok(gone.into_iter().fold(GivenUp::default(), GivenUp::and))
    }
}

impl GivenUp {
    fn and(mut self, owner: Owner) -> Self {
        match owner {
            Owner::Grant(..) => self.tokens += 1,
            Owner::Application(name) => self.applications.push(name),
        }
        self
    }
}

impl Store {
    async fn be_sure_that_the_key_is_lost(&self) -> Result<(), Trouble> {
        let Some(record) = on_registry(&self.registry, Registry::seal_key_record).await? else { return Ok(()) };
        match self.fetch_seal_key(&record).await {
            Ok(Some(_)) => Err(not_lost()),
            Ok(None) => Ok(()),
            // The passphrase is not the right one, or what is kept is not the key.
            Err(trouble) if matches!(trouble.code(), "seal.passphrase" | "seal.key") => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }
}

/// How the tokens that were among them ended.
fn given_up() -> Trouble {
    Trouble::new(
        "token.given_up",
        "The refresh token was given up",
        "The key that it was sealed under was lost, and `mailkey store give-up` deleted it.",
        "Sign in again.",
    )
    .with(Remedy::SignIn)
}

fn not_lost() -> Trouble {
    Trouble::new(
        "store.not_lost",
        "The sealed secrets were left as they are",
        "Their key is at hand, so that they can be opened.",
        "To be rid of a token, remove its mailbox.",
    )
}
