//! `mailkey app`.

use super::columns::Columns;
use super::{AddApplication, AppCommand, Exit, input, tell};
use crate::domain::{Application, ApplicationName, Check, Secret, Trouble};
use crate::engine::Engine;

/// More than any client secret has.
const MOST: usize = 16 * 1024;

/// Does what was asked with applications.
pub async fn run(command: AppCommand, engine: &Engine) -> Result<Exit, Trouble> {
    match command {
        AppCommand::Add(application) => add(engine, application).await,
        AppCommand::List => list(engine).await,
        AppCommand::Check { name } => check(engine, name).await,
        AppCommand::Remove { name } => {
            engine.remove_application(name.clone()).await?;
            tell(&format!("{name} was removed."));
            Ok(Exit::Well)
        }
    }
}

async fn add(engine: &Engine, form: AddApplication) -> Result<Exit, Trouble> {
    let secret = if form.secret_stdin { Some(read_secret().await?) } else { None };
    let name = form.name.clone();
    let application = Application {
        name: form.name,
        provider: form.provider,
        tenant: form.tenant,
        client_id: form.client_id,
        redirect_uri: form.redirect_uri,
        scopes: form.scopes,
        has_client_secret: false,
        proof: Check::Unknown,
        consent: Check::Unknown,
    };
    engine.save_application(None, application, secret).await?;
    tell(&format!("{name} was added. `mailkey app check` asks its provider whether it is known."));
    Ok(Exit::Well)
}

async fn list(engine: &Engine) -> Result<Exit, Trouble> {
    let fleet = engine.fleet().await?;
    let mut applications: Vec<&Application> = fleet.applications.values().collect();
    applications.sort_by(|a, b| a.name.cmp(&b.name));
    let mut table = Columns::new(&["NAME", "PROVIDER", "TENANT", "CLIENT ID", "STATE"]);
    for application in applications {
        let proof = match &application.proof {
            Check::Unknown => "not checked",
            Check::Ok { .. } => "known to its provider",
            Check::Failed { trouble, .. } => trouble.code(),
        };
        let Application { name, provider, tenant, client_id, .. } = application;
        table.line([name.as_str(), provider, tenant, client_id, proof]);
    }
    table.print("There is no application yet: `mailkey app add` adds one.")?;
    Ok(Exit::Well)
}

async fn check(engine: &Engine, name: ApplicationName) -> Result<Exit, Trouble> {
    engine.prove(name.clone()).await?;
    tell(&format!("{name} is known to its provider."));
    Ok(Exit::Well)
}

async fn read_secret() -> Result<Secret, Trouble> {
    input::secret(MOST).await.filter(|secret| !secret.is_empty()).ok_or_else(|| {
        Trouble::new(
            "application.client_secret",
            "There is no client secret on standard input",
            "",
            "Pipe it in: `… --secret-stdin < FILE`.",
        )
    })
}
