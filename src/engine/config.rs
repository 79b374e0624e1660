//! The configuration file, and the providers that mailkey brings along in the same format.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use url::Url;

use crate::domain::provider::{Dialect, Endpoints};
use crate::domain::{MailServer, Provider, StoreKind, Trouble};

/// The default configuration, as `mailkey` documents it.
pub const DEFAULT: &str = include_str!("../../assets/config.toml");
const PROVIDERS: &str = include_str!("../../assets/providers.toml");

/// What an installation is set to.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where a new registry is to keep its secrets. Where they are, the registry itself says.
    pub store: StoreKind,
    /// The file that holds the passphrase of the sealed secrets.
    pub passphrase_file: Option<PathBuf>,
    /// Requests at once.
    pub parallel: usize,
    /// How long each step of a connection may take.
    pub timeout: Duration,
    /// When a copied secret is cleared.
    pub clear_after: Duration,
    /// How often an open dashboard refreshes what falls due; `None`: never.
    pub keep_alive: Option<Duration>,
    /// The providers, by id.
    pub providers: Arc<HashMap<String, Provider>>,
}

impl Settings {
    /// Reads the configuration at `path`; without a file, the defaults hold.
    ///
    /// # Errors
    /// `config.unreadable`; `config.malformed` names line and key.
    pub fn load(path: &Path) -> Result<Self, Trouble> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Trouble::new(
                    "config.unreadable",
                    format!("{} cannot be read", path.display()),
                    error.to_string(),
                    "Mend the file's permissions or its text (UTF-8), or move it away.",
                ));
            }
        };
        Self::parse(&text, path)
    }

    /// Reads a configuration; relative paths in it start at the folder of `path`.
    ///
    /// # Errors
    /// `config.malformed` names line and key.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Trouble> {
        let malformed = |why: String| {
            Trouble::new(
                "config.malformed",
                format!("{} is not as it should be", path.display()),
                why,
                "Mend that line. The README lists every key.",
            )
        };
        let file: File = toml::from_str(text).map_err(|error| malformed(at_line(text, &error)))?;
        let mut providers = built_in().map_err(&malformed)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for (id, table) in file.provider {
            let provider =
                table.into_provider(&id, folder).map_err(|why| malformed(format!("[provider.{id}]: {why}")))?;
            providers.insert(id, provider);
        }
        Ok(Self {
            store: file.secrets.store,
            passphrase_file: file.secrets.passphrase_file.map(|file| folder.join(file)),
            parallel: file.network.parallel,
            timeout: file.network.timeout,
            clear_after: file.clipboard.clear_after,
            keep_alive: file.keep_alive.enabled.then_some(file.keep_alive.every),
            providers: Arc::new(providers),
        })
    }
}

fn built_in() -> Result<HashMap<String, Provider>, String> {
    let file: File = toml::from_str(PROVIDERS).map_err(|error| error.to_string())?;
    file.provider
        .into_iter()
        .map(|(id, table)| table.into_provider(&id, Path::new("")).map(|provider| (id.clone(), provider)))
        .collect()
}

fn at_line(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    match line {
        Some(line) => format!("Line {line}: {}.", error.message()),
        None => format!("{}.", error.message()),
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct File {
    secrets: SecretsTable,
    network: NetworkTable,
    clipboard: ClipboardTable,
    keep_alive: KeepAliveTable,
    provider: BTreeMap<String, ProviderTable>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct SecretsTable {
    store: StoreKind,
    passphrase_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NetworkTable {
    #[serde(deserialize_with = "parallel")]
    parallel: usize,
    #[serde(deserialize_with = "duration")]
    timeout: Duration,
}

impl Default for NetworkTable {
    fn default() -> Self {
        Self { parallel: 16, timeout: Duration::from_secs(20) }
    }
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ClipboardTable {
    #[serde(deserialize_with = "duration")]
    clear_after: Duration,
}

impl Default for ClipboardTable {
    fn default() -> Self {
        Self { clear_after: Duration::from_secs(45) }
    }
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct KeepAliveTable {
    enabled: bool,
    #[serde(deserialize_with = "interval")]
    every: Duration,
}

impl Default for KeepAliveTable {
    fn default() -> Self {
        Self { enabled: false, every: Duration::from_secs(6 * 60 * 60) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderTable {
    title: Option<String>,
    #[serde(default = "microsoft")]
    dialect: Dialect,
    authority: Option<String>,
    authorize_url: Option<String>,
    token_url: Option<String>,
    device_url: Option<String>,
    admin_consent_url: Option<String>,
    discovery_url: Option<String>,
    scopes: Vec<String>,
    #[serde(default)]
    authorize_parameters: BTreeMap<String, String>,
    #[serde(default)]
    needs_client_secret: bool,
    idle_limit_days: Option<u32>,
    smtp: String,
    imap: Option<String>,
    pop: Option<String>,
    portal: Option<String>,
    ca_file: Option<PathBuf>,
}

impl ProviderTable {
    fn into_provider(self, id: &str, folder: &Path) -> Result<Provider, String> {
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
            return Err("a provider's name is made of letters, digits, '-', '_' and '.'".to_owned());
        }
        let endpoints = self.endpoints()?;
        let server = |key: &str, text: &str, schemes: [&str; 2]| {
            let server = MailServer::parse(text).map_err(|why| format!("{key}: {why}"))?;
            let fits = schemes.iter().any(|scheme| text.starts_with(&format!("{scheme}://")));
            if fits { Ok(server) } else { Err(format!("{key}: it begins with {}:// or {}://", schemes[0], schemes[1])) }
        };
        Ok(Provider {
            id: id.to_owned(),
            title: self.title.unwrap_or_else(|| id.to_owned()),
            dialect: self.dialect,
            endpoints,
            scopes: self.scopes,
            authorize_parameters: self.authorize_parameters,
            needs_client_secret: self.needs_client_secret,
            idle_limit_days: self.idle_limit_days,
            smtp: server("smtp", &self.smtp, ["smtp", "smtps"])?,
            imap: self.imap.map(|text| server("imap", &text, ["imap", "imaps"])).transpose()?,
            pop: self.pop.map(|text| server("pop", &text, ["pop", "pops"])).transpose()?,
            portal: self
                .portal
                .map(|text| Url::parse(&text).map_err(|_| format!("portal: “{text}” is not a URL")))
                .transpose()?,
            ca_file: self.ca_file.map(|file| folder.join(file)),
        })
    }

    /// Single URLs go before the authority's layout (Microsoft identity platform v2).
    fn endpoints(&self) -> Result<Endpoints, String> {
        let below = |path: &str| {
            self.authority.as_deref().map(|authority| format!("{}/{path}", authority.trim_end_matches('/')))
        };
        let pick = |own: &Option<String>, path: &str| own.clone().or_else(|| below(path));
        let missing = |key: &str| format!("there is neither an authority nor {key}");
        let endpoints = Endpoints {
            authorize: pick(&self.authorize_url, "{tenant}/oauth2/v2.0/authorize")
                .ok_or_else(|| missing("authorize_url"))?,
            token: pick(&self.token_url, "{tenant}/oauth2/v2.0/token").ok_or_else(|| missing("token_url"))?,
            device: pick(&self.device_url, "{tenant}/oauth2/v2.0/devicecode"),
            admin_consent: pick(&self.admin_consent_url, "{tenant}/v2.0/adminconsent"),
            discovery: pick(&self.discovery_url, "{tenant}/v2.0/.well-known/openid-configuration"),
        };
        let optional = [&endpoints.device, &endpoints.admin_consent, &endpoints.discovery];
        for url in [&endpoints.authorize, &endpoints.token].into_iter().chain(optional.into_iter().flatten()) {
            encrypted_or_local(url)?;
        }
        Ok(endpoints)
    }
}

fn encrypted_or_local(text: &str) -> Result<(), String> {
    let url = Url::parse(&text.replace("{tenant}", "tenant")).map_err(|_| format!("“{text}” is not a URL"))?;
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if local => Ok(()),
        "http" => Err(format!("“{text}” would send tokens unencrypted; http:// is taken on this machine only")),
        scheme => Err(format!("“{text}” begins with {scheme}://, not https://")),
    }
}

fn microsoft() -> Dialect {
    Dialect::Microsoft
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let sensible = Duration::from_millis(100)..=Duration::from_secs(3600);
    let wanted = |text: &str| format!("“{text}” is not a duration between 100ms and 1h, such as \"20s\"");
    span(deserializer, sensible, wanted)
}

/// A token has two weeks from the day on which it falls due.
fn interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let sensible = Duration::from_secs(60)..=Duration::from_secs(7 * 24 * 3600);
    let wanted = |text: &str| format!("“{text}” is not a duration between 1min and 7d, such as \"6h\"");
    span(deserializer, sensible, wanted)
}

fn span<'de, D: Deserializer<'de>>(
    deserializer: D,
    sensible: RangeInclusive<Duration>,
    wanted: impl Fn(&str) -> String,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = || serde::de::Error::custom(wanted(&text));
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let duration = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" | "min" => Duration::from_secs(number.saturating_mul(60)),
        "h" => Duration::from_secs(number.saturating_mul(3600)),
        "d" => Duration::from_secs(number.saturating_mul(24 * 3600)),
        _ => return Err(wrong()),
    };
    if sensible.contains(&duration) { Ok(duration) } else { Err(wrong()) }
}

fn parallel<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = usize::deserialize(deserializer)?;
    if (1..=256).contains(&number) {
        Ok(number)
    } else {
        Err(serde::de::Error::custom("parallel is a number from 1 to 256"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, Trouble> {
        Settings::parse(text, Path::new("folder/config.toml"))
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let (documented, none) = (parse(DEFAULT).unwrap(), parse("").unwrap());
        assert_eq!(
            (documented.parallel, documented.timeout, documented.clear_after),
            (none.parallel, none.timeout, none.clear_after)
        );
        assert_eq!(none.providers.len(), 5);
        let with_example = DEFAULT
            .replace("\n# ", "\n")
            .replace("\nA provider", "\n# A provider")
            .replace("\nmailkey's", "\n# mailkey's")
            .replace("# # or one", "# or one");
        let lab = parse(&with_example).unwrap().providers["lab"].clone();
        assert_eq!(lab.endpoints.token, "https://localhost:8443/{tenant}/oauth2/v2.0/token");
        assert_eq!(lab.ca_file, Some(PathBuf::from("folder/ca.pem")));
    }

    #[test]
    fn a_typo_is_named_with_its_line() {
        let trouble = parse("[network]\nparalel = 3\n").unwrap_err();
        assert_eq!(trouble.code(), "config.malformed");
        assert!(trouble.why().contains("Line 2") && trouble.why().contains("paralel"), "{}", trouble.why());
        assert!(parse("[network]\n\ntimeout = \"soon\"").unwrap_err().why().contains("Line 3"));
    }

    #[test]
    fn keep_alive_is_off_unless_it_is_asked_for() {
        let keep_alive = |text: &str| parse(text).map(|settings| settings.keep_alive);
        assert_eq!(keep_alive("[keep_alive]\nevery = \"2h\""), Ok(None));
        assert_eq!(keep_alive("[keep_alive]\nenabled = true"), Ok(Some(Duration::from_secs(6 * 3600))));
        assert_eq!(
            keep_alive("[keep_alive]\nenabled = true\nevery = \"1d\""),
            Ok(Some(Duration::from_secs(24 * 3600)))
        );
        for every in ["8d", "5s", "1h30m", "soon"] {
            let trouble = keep_alive(&format!("[keep_alive]\nevery = \"{every}\"")).unwrap_err();
            assert!(trouble.why().contains("between 1min and 7d"), "{}", trouble.why());
        }
    }

    #[test]
    fn http_is_refused_off_loopback() {
        let provider = |authority: &str| {
            format!("[provider.x]\nauthority = \"{authority}\"\nscopes = []\nsmtp = \"smtp://localhost\"\n")
        };
        assert!(parse(&provider("http://localhost:1")).is_ok());
        assert!(parse(&provider("http://127.0.0.1:1")).is_ok());
        assert!(parse(&provider("http://login.example.com")).unwrap_err().why().contains("unencrypted"));
        assert!(parse(&provider("ftp://localhost")).is_err());
    }

    #[test]
    fn a_mail_server_of_the_wrong_kind_is_refused() {
        let text = "[provider.x]\nauthority = \"https://x.example\"\nscopes = []\nsmtp = \"imaps://localhost\"\n";
        assert!(parse(text).unwrap_err().why().contains("smtp"));
    }
}
