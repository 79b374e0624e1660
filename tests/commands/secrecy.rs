//! No secret is where it should not be, however much is logged.

use mailkey::domain::Secret;
use mailkey::secrets::{Key, Secrets};

use super::at_home;
use super::program::{Home, parameter};

const BILLING: &str = "billing@contoso.example";

#[test]
fn no_secret_is_said_logged_or_written() {
    at_home("secrecy::no_secret_is_said_logged_or_written", |home| {
        home.add(&["billing", "sales"]);
        let logged = |arguments: &[&str]| {
            let mut command = home.command(arguments);
            command.env("MAILKEY_LOG", "trace").stdin(std::process::Stdio::piped());
            command
        };
        let mut signin = home.start(&mut logged(&["signin", BILLING, "--print"]));
        let link = signin.line().trim().parse().unwrap();
        let answer = home.play(&link);
        signin.end().well();
        let first_refresh = home.refresh_token("billing").unwrap();
        home.expire_cache("billing");
        let access = home.start(&mut logged(&["token", BILLING])).end().well().out;

        let mut second = home.start(&mut logged(&["signin", "sales@contoso.example", "--print"]));
        let pasted = home.copied_answer(&second.line().trim().parse().unwrap());
        let mut redeem = home.start(&mut logged(&["redeem"]));
        redeem.write(pasted.as_str());
        redeem.close_input();
        redeem.end().well();
        second.end().well();
        for field in ["refresh-token", "access-token", "xoauth2", "curl", "json"] {
            home.start(&mut logged(&["get", BILLING, field])).end().well();
        }
        home.start(&mut logged(&["app", "check", "Mailer"])).end().well();

        let secrets = [
            ("the first refresh token", first_refresh),
            ("the second refresh token", home.refresh_token("billing").unwrap()),
            ("the other refresh token", home.refresh_token("sales").unwrap()),
            ("the access token", Secret::new(access.trim_end())),
            ("the code", Secret::new(parameter(&answer, "code"))),
            ("the pasted code", Secret::new(parameter(&pasted, "code"))),
            ("the seal key", seal_key(home)),
        ];
        let log = std::fs::read(home.file("mailkey.log")).unwrap();
        assert!(log.len() > 1_000, "the log was written: {}", String::from_utf8_lossy(&log));
        let said = home.said.lock().unwrap().clone().into_bytes();
        let files = everything_in(home);
        for (name, secret) in &secrets {
            assert!(!holds(&log, secret), "{name} is in the log");
            assert!(!holds(&said, secret), "{name} was said on standard error");
            assert!(!holds(&files, secret), "{name} is in a file");
        }
    });
}

#[test]
fn no_process_has_a_secret_among_its_arguments_or_in_its_environment() {
    let name = "secrecy::no_process_has_a_secret_among_its_arguments_or_in_its_environment";
    at_home(name, |home| {
        home.add(&["billing"]);
        home.sign_in("billing");
        let refresh = home.refresh_token("billing").unwrap();
        let seen = home.file("seen");
        let script = home.file("browser.sh");
        let text = format!(
            "#!/bin/sh\n{{ tr '\\0' '\\n' < /proc/$$/cmdline; env; }} > '{0}.part'\nmv '{0}.part' '{0}'\n",
            seen.display()
        );
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let running = home.start(home.command(&["signin", BILLING]).env("BROWSER", &script));
        super::keyring_session::wait_until("the browser is opened", || seen.exists());
        let own = std::fs::read(format!("/proc/{}/cmdline", running.id())).unwrap();
        let browsers = std::fs::read(&seen).unwrap();
        let sign_ins = home.registry().open_sign_ins(jiff::Timestamp::now()).unwrap();
        let verifier = verifier(home, &sign_ins[0]);
        for secret in [refresh, verifier, seal_key(home)] {
            assert!(!holds(&own, &secret) && !holds(&browsers, &secret));
        }
    });
}

fn seal_key(home: &Home) -> Secret {
    let registry = home.registry();
    let key = Key::seal(registry.id(), &registry.seal_key_record().unwrap().unwrap().id);
    home.runtime.block_on(Secrets::keyring().get(&key)).unwrap().unwrap()
}

fn verifier(home: &Home, sign_in: &mailkey::registry::SignIn) -> Secret {
    let key = mailkey::secrets::seal::SealKey::from_secret(&seal_key(home)).unwrap();
    let context = format!("sign-in/{}/verifier", sign_in.state);
    key.open(&context, &sign_in.sealed_verifier).unwrap()
}

fn everything_in(home: &Home) -> Vec<u8> {
    let files = std::fs::read_dir(home.path()).unwrap();
    files.filter_map(|file| std::fs::read(file.unwrap().path()).ok()).flatten().collect()
}

fn holds(bytes: &[u8], secret: &Secret) -> bool {
    assert!(secret.len() > 20, "too short to be a secret");
    bytes.windows(secret.len()).any(|window| window == secret.expose().as_bytes())
}
