//! Scopes: which resource they belong to, and whether they may stand together.
//!
//! Source: entra-docs `scopes-oidc.md`; office-developer-exchange-docs
//! `how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth.md`.

use super::errors::Refusal;

/// The scopes of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scopes(Vec<Scope>);

/// One scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub resource: Resource,
    pub name: String,
}

/// Who a scope's access token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    /// OpenID Connect's own scopes, which go with any resource.
    OpenId,
    Exchange,
    Graph,
}

const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];
const MAIL: [&str; 3] = ["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"];
const GRAPH_ONLY: [&str; 4] = ["User.Read", "Mail.Read", "Mail.ReadWrite", "Mail.Send"];

impl Scopes {
    /// Reads a `scope` parameter. `application` is named in refusals.
    ///
    /// # Errors
    /// AADSTS70011, 650053 or 500011.
    pub fn parse(text: &str, application: &str) -> Result<Self, Refusal> {
        let mut scopes = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let scope = Scope::parse(word, application)?;
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        if scopes.is_empty() {
            return Err(Refusal::invalid_scope(text));
        }
        Ok(Self(scopes))
    }

    /// Whether the scope called `name` of `resource` is among them.
    pub fn has(&self, resource: Resource, name: &str) -> bool {
        self.0.iter().any(|scope| scope.resource == resource && scope.name == name)
    }

    /// The one resource that a token for these is for; Microsoft Graph if they name none.
    ///
    /// # Errors
    /// AADSTS28000 if there are two.
    pub fn resource(&self) -> Result<Resource, Refusal> {
        let first = self.first_resource();
        if self.resources().all(|resource| resource == first) {
            return Ok(first);
        }
        Err(Refusal::new(
            "invalid_request",
            28_000,
            format!(
                "Provided value for the input parameter scope is not valid because it contains more than one \
                 resource. Scope {self} is not valid."
            ),
        ))
    }

    /// The resource of the first scope that has one: a refresh for two resources means this one.
    pub fn first_resource(&self) -> Resource {
        self.resources().next().unwrap_or(Resource::Graph)
    }

    fn resources(&self) -> impl Iterator<Item = Resource> {
        self.0.iter().map(|scope| scope.resource).filter(|resource| *resource != Resource::OpenId)
    }

    /// Those of one resource.
    pub fn of(&self, resource: Resource) -> Self {
        Self(self.0.iter().filter(|scope| scope.resource == resource).cloned().collect())
    }

    /// Whether all of them are among `others`.
    pub fn are_within(&self, others: &Self) -> bool {
        self.0.iter().all(|scope| others.0.contains(scope))
    }

    /// Adds those of `others`.
    pub fn add(&mut self, others: &Self) {
        for scope in &others.0 {
            if !self.0.contains(scope) {
                self.0.push(scope.clone());
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }
}

impl Scope {
    fn parse(word: &str, application: &str) -> Result<Self, Refusal> {
        if word.len() > 200 || !word.chars().all(|c| matches!(c, '!' | '#'..='[' | ']'..='~')) {
            return Err(Refusal::invalid_scope(word));
        }
        if OPENID.contains(&word) {
            return Ok(Self::new(Resource::OpenId, word));
        }
        let (resource, name) = split(word)?;
        let known = MAIL.contains(&name) || (resource == Resource::Graph && GRAPH_ONLY.contains(&name));
        if !known {
            return Err(Refusal::new(
                "invalid_client",
                650_053,
                format!(
                    "The application '{application}' asked for scope '{name}' that doesn't exist on the resource \
                     '{}'. Contact the app vendor.",
                    resource.id()
                ),
            ));
        }
        Ok(Self::new(resource, name))
    }

    fn new(resource: Resource, name: &str) -> Self {
        Self { resource, name: name.to_owned() }
    }

    /// What it allows, for the consent page.
    pub fn meaning(&self) -> (&'static str, &'static str) {
        match self.name.as_str() {
            "IMAP.AccessAsUser.All" => (
                "Read and write access to your mail via IMAP",
                "Allows the app to read, update, create and delete mail in your mailbox over IMAP.",
            ),
            "POP.AccessAsUser.All" => (
                "Read and write access to your mail via POP",
                "Allows the app to read and delete mail in your mailbox over POP.",
            ),
            "SMTP.Send" => (
                "Send mail from your mailbox using SMTP AUTH",
                "Allows the app to send mail as you over SMTP. It cannot read your mail.",
            ),
            "offline_access" => (
                "Maintain access to data you have given it access to",
                "Allows the app to see and update the data you gave it access to, even when you are not using it.",
            ),
            "openid" | "profile" | "email" => {
                ("View your basic profile", "Allows the app to see your name and your user name.")
            }
            _ => ("Microsoft Graph", "Allows the app to use this part of Microsoft Graph as you."),
        }
    }
}

/// A bare name means Microsoft Graph.
fn split(word: &str) -> Result<(Resource, &str), Refusal> {
    let Some(rest) = word.strip_prefix("https://") else {
        if word.contains("://") {
            return Err(Refusal::invalid_scope(word));
        }
        return Ok((Resource::Graph, word));
    };
    let (host, name) = rest.split_once('/').ok_or_else(|| Refusal::invalid_scope(word))?;
    match host {
        "outlook.office.com" | "outlook.office365.com" => Ok((Resource::Exchange, name)),
        "graph.microsoft.com" => Ok((Resource::Graph, name)),
        _ => Err(Refusal::new(
            "invalid_resource",
            500_011,
            format!("The resource principal named https://{host} was not found in the tenant."),
        )),
    }
}

impl Resource {
    /// Its well-known application id.
    fn id(self) -> &'static str {
        match self {
            Self::Exchange => "00000002-0000-0ff1-ce00-000000000000",
            Self::Graph | Self::OpenId => "00000003-0000-0000-c000-000000000000",
        }
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, scope) in self.0.iter().enumerate() {
            let gap = if number > 0 { " " } else { "" };
            write!(f, "{gap}{scope}")?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = match self.resource {
            Resource::OpenId => "",
            Resource::Exchange => "https://outlook.office.com/",
            Resource::Graph => "https://graph.microsoft.com/",
        };
        write!(f, "{prefix}{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_scopes_are_refused_by_number() {
        for (text, code) in [
            ("", 70_011),
            ("https://outlook.office.com/SMTP.Send\u{7}", 70_011),
            ("ftp://outlook.office.com/SMTP.Send", 70_011),
            ("https://outlook.office.com/SMTP.SendAsApp", 650_053),
            ("Nonsense", 650_053),
            ("https://example.com/x", 500_011),
        ] {
            assert_eq!(Scopes::parse(text, "Mailer").unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn a_token_is_for_one_resource_and_a_bare_name_is_graphs() {
        let one = Scopes::parse("openid https://outlook.office365.com/SMTP.Send", "Mailer").unwrap();
        assert_eq!(one.resource(), Ok(Resource::Exchange));
        let two = Scopes::parse("SMTP.Send https://outlook.office.com/SMTP.Send", "Mailer").unwrap();
        assert_eq!(two.resource().unwrap_err().code, 28_000);
        assert_eq!(two.first_resource(), Resource::Graph);
    }
}
