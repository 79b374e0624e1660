//! The sample registry agrees with what the servers say.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::client::{CLIENT_ID, Client, Form};
use crate::domain::{Standing, Steps, Tally, TokenState};
use crate::registry::Registry;
use crate::secrets::{Key, Secrets};

#[tokio::test]
async fn every_state_is_there_and_the_servers_agree() {
    let client = Client::new().await;
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(&folder.path().join("registry.db")).unwrap();
    let secrets = Secrets::memory();
    let now = Timestamp::now();
    client.demo.seed(&registry, &secrets, now).await.unwrap();
    let provider = client.demo.provider();
    let providers = Arc::new(HashMap::from([(provider.id.clone(), provider)]));
    let fleet = registry.fleet(&providers).unwrap();

    let mut seen = HashMap::<&str, Vec<String>>::new();
    let mut standings = Vec::new();
    let mut asked = 0;
    for entry in fleet.entries() {
        let state = entry.token_state(now);
        let steps = Steps::of(&entry, state);
        standings.push(Standing::of(&steps, state));
        seen.entry(state.word()).or_default().push(entry.mailbox.address.to_string());
        if let Some((_, trouble)) = steps.trouble() {
            seen.entry("stuck").or_default().push(trouble.code().to_owned());
        }
        let key = Key::refresh_token(registry.id(), entry.grant.id);
        let secret = secrets.get(&key).await.unwrap();
        assert_eq!(secret.is_some(), state != TokenState::None, "{}", entry.mailbox.address);
        if let Some(secret) = secret
            && entry.application.client_id == CLIENT_ID
        {
            let form = Form::of(&[
                ("client_id", CLIENT_ID),
                ("grant_type", "refresh_token"),
                ("refresh_token", secret.expose()),
            ]);
            let (status, body) = client.token(&form).await;
            let is_well = matches!(state, TokenState::Valid | TokenState::Due) && entry.grant.trouble.is_none();
            assert_eq!(status == 200, is_well, "{}: {body}", entry.mailbox.address);
            asked += 1;
        }
    }
    assert!(asked > 4, "{asked} tokens were tried");
    for word in ["valid", "due", "expired", "revoked"] {
        assert!(seen.contains_key(word), "{word}: {seen:?}");
    }
    assert!(seen["none"].len() >= 4);
    for code in [
        "aadsts.700082",
        "aadsts.50173",
        "aadsts.53003",
        "aadsts.90094",
        "smtp.auth_disabled.mailbox",
        "smtp.auth_disabled.tenant",
    ] {
        assert!(seen["stuck"].iter().any(|known| known == code), "{code}");
    }
    let tally = Tally::of(standings);
    assert!(tally.valid >= 5 && tally.due >= 1 && tally.stuck >= 6 && tally.todo >= 3, "{tally:?}");
    let shared = fleet.mailboxes.iter().find(|known| known.address.as_str() == "info@contoso.example").unwrap();
    assert_eq!(registry.mailboxes_of(shared.grant).unwrap().len(), 2);
    assert!(registry.history(None, 1_000).unwrap().len() > 20);
}
