//! A sign-in by device code: a person types a short code on any machine (RFC 8628).

use std::time::Duration;

use jiff::SignedDuration;
use url::Url;

use super::applications::is_passing;
use super::case::Case;
use super::event::Subject;
use super::troubles::over;
use super::{Accepted, Engine, Work};
use crate::domain::{MailboxId, Step, Trouble};
use crate::oauth::device::{self, DeviceSignIn, Poll};
use crate::oauth::{Client, Refusal};
use crate::registry::{Progress, Purpose, SignIn};
use crate::secrets::Key;

/// By how much to slow down when asked to (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// How rarely to ask at most, however long the way is broken: the code lives some minutes only.
const RAREST: Duration = Duration::from_secs(60);

/// A device code sign-in that has begun.
#[derive(Clone)]
pub struct DeviceErrand {
    /// What the person types.
    pub user_code: String,
    /// Where.
    pub page: Url,
    /// How long the code lives.
    pub patience: Duration,
    case: Case,
    sign_in: DeviceSignIn,
}

/// What came of asking whether the person is done.
enum Asked {
    Pending,
    SlowDown,
    /// The way was broken: asked again, ever less often (RFC 8628 section 3.5).
    Unreachable,
    Over(Result<Accepted, Trouble>),
}

impl Engine {
    /// Asks for a device code for `mailbox`.
    ///
    /// # Errors
    /// `keyring.…` first of all; then what the provider says.
    pub async fn begin_device_sign_in(&self, mailbox: MailboxId) -> Result<DeviceErrand, Trouble> {
        let case = self.case(mailbox).await?;
        self.secrets().probe(&Key::refresh_token(self.registry_id(), case.grant.id)).await?;
        let network = self.network(&case.provider).await?;
        let secret = self.client_secret(&case.application).await?;
        let client = Client { provider: &case.provider, application: &case.application, secret: secret.as_ref() };
        let sign_in = device::begin(&network.http, client).await.map_err(|refusal| refusal.trouble)?;
        let (user_code, page, patience) =
            (sign_in.user_code.clone(), sign_in.verification_uri.clone(), sign_in.expires_in);
        Ok(DeviceErrand { user_code, page, patience, case, sign_in })
    }

    /// Waits until the person is done, and keeps the token.
    ///
    /// # Errors
    /// What the provider or the store says.
    pub async fn finish_device_sign_in(&self, errand: DeviceErrand) -> Result<Accepted, Trouble> {
        let row = self.device_row(&errand.case, &errand.sign_in).await?;
        let mut interval = errand.sign_in.interval;
        loop {
            tokio::time::sleep(interval).await;
            let (engine, errand, row) = (self.clone(), errand.clone(), row.clone());
            // The answer to a poll may be the token.
            match self.finished(async move { Ok(engine.ask_device(&errand, &row).await) }).await? {
                Asked::Over(accepted) => return accepted,
                Asked::Pending => {}
                Asked::SlowDown => interval += SLOWER,
                Asked::Unreachable => interval = backed_off(interval),
            }
        }
    }

    /// Asks once whether the person is done, and keeps the token if so.
    async fn ask_device(&self, errand: &DeviceErrand, row: &SignIn) -> Asked {
        let mailbox = errand.case.mailbox.id;
        let now = self.now();
        let is_last = now >= row.expires_at;
        let polled = match self.poll_device(errand).await {
            Ok(Poll::Done(tokens)) => Ok(tokens),
            // Some servers go on saying so.
            Ok(_) if is_last => Err(Refusal::new(over(now.duration_since(row.opened_at).as_mins()), Step::Authorize)),
            Ok(Poll::Pending) => return Asked::Pending,
            Ok(Poll::SlowDown) => return Asked::SlowDown,
            Err(refusal) if is_passing(&refusal.trouble) && !is_last => return Asked::Unreachable,
            Err(refusal) => Err(refusal),
        };
        let ticket = self.0.works.begin(Subject::Mailbox(mailbox), Work::Exchanging { since: self.now() });
        let accepted = match polled {
            Ok(tokens) => self.signed_in(row.clone(), errand.case.clone(), tokens, &ticket).await,
            Err(refusal) => self.refused(row, mailbox, refusal).await,
        };
        self.0.works.end(&ticket);
        Asked::Over(accepted)
    }

    async fn poll_device(&self, errand: &DeviceErrand) -> Result<Poll, Refusal> {
        let DeviceErrand { case, sign_in, .. } = errand;
        let network = self.network(&case.provider).await.map_err(Refusal::at_token)?;
        let secret = self.client_secret(&case.application).await.map_err(Refusal::at_token)?;
        let client = Client { provider: &case.provider, application: &case.application, secret: secret.as_ref() };
        device::poll(&network.http, client, sign_in).await
    }

    /// Its row in the registry, so that it ends like every other sign-in. It is nobody's to answer
    /// by a pasted code.
    async fn device_row(&self, case: &Case, sign_in: &DeviceSignIn) -> Result<SignIn, Trouble> {
        let now = self.now();
        let patience = SignedDuration::try_from(sign_in.expires_in).unwrap_or(SignedDuration::from_mins(15));
        let row = SignIn {
            state: format!("device-{}-{}", case.mailbox.id, now.as_nanosecond()),
            purpose: Purpose::SignIn(case.mailbox.id),
            link: sign_in.verification_uri.clone(),
            redirect_uri: case.application.redirect_uri.clone(),
            sealed_verifier: Vec::new(),
            opened_at: now,
            expires_at: now + patience,
            progress: Progress::Claimed,
        };
        let stored = row.clone();
        self.registry(move |registry| {
            registry.open_sign_in(&stored)?;
            registry.record_progress(&stored.state, &Progress::Claimed)
        })
        .await?;
        Ok(row)
    }
}

/// Twice as long as before, within reason (RFC 8628 section 3.5).
fn backed_off(interval: Duration) -> Duration {
    (interval * 2).min(RAREST).max(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_way_is_tried_ever_less_often_but_within_the_life_of_a_code() {
        for (before, after) in [(5, 10), (20, 40), (40, 60), (60, 60), (65, 65)] {
            assert_eq!(backed_off(Duration::from_secs(before)), Duration::from_secs(after));
        }
    }
}
