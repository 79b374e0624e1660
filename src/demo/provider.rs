//! The demo as a provider: for an engine in the same process, and as a configuration file for another.

use std::collections::BTreeMap;

use url::Url;

use super::servers::MailPorts;
use crate::domain::provider::{Dialect, Endpoints, Scheme};
use crate::domain::{MailServer, Provider};

const SCOPES: [&str; 3] = [
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/POP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
];
/// Its name in commands and in the registry.
pub(super) const ID: &str = "demo";
const TITLE: &str = "Contoso demo tenant";
const IDLE_LIMIT_DAYS: u32 = 90;

pub(super) fn provider(base: &str, portal: Url, mail: MailPorts) -> Provider {
    let server = |scheme, port| MailServer { scheme, host: "localhost".to_owned(), port };
    Provider {
        id: ID.to_owned(),
        title: TITLE.to_owned(),
        dialect: Dialect::Microsoft,
        endpoints: Endpoints {
            authorize: format!("{base}/{{tenant}}/oauth2/v2.0/authorize"),
            token: format!("{base}/{{tenant}}/oauth2/v2.0/token"),
            device: Some(format!("{base}/{{tenant}}/oauth2/v2.0/devicecode")),
            admin_consent: Some(format!("{base}/{{tenant}}/v2.0/adminconsent")),
            discovery: Some(format!("{base}/{{tenant}}/v2.0/.well-known/openid-configuration")),
        },
        scopes: SCOPES.map(str::to_owned).to_vec(),
        authorize_parameters: BTreeMap::new(),
        needs_client_secret: false,
        idle_limit_days: Some(IDLE_LIMIT_DAYS),
        smtp: server(Scheme::Smtp, mail.smtp),
        imap: Some(server(Scheme::Imaps, mail.imap)),
        pop: Some(server(Scheme::Pops, mail.pop)),
        portal: Some(portal),
        ca_file: None,
    }
}

pub(super) fn config_toml(base: &str, mail: MailPorts) -> String {
    let scopes = SCOPES.map(|scope| format!("\"{scope}\"")).join(", ");
    format!(
        "[provider.{ID}]\n\
         title = \"{TITLE}\"\n\
         dialect = \"microsoft\"\n\
         authority = \"{base}\"\n\
         scopes = [{scopes}]\n\
         idle_limit_days = {IDLE_LIMIT_DAYS}\n\
         smtp = \"smtp://localhost:{}\"\n\
         imap = \"imaps://localhost:{}\"\n\
         pop = \"pops://localhost:{}\"\n\
         ca_file = \"ca.pem\"\n",
        mail.smtp, mail.imap, mail.pop
    )
}
