use super::*;

fn user() -> Address {
    Address::parse("billing@contoso.com").unwrap()
}

/// Texts as administrators report them.
const SMTP: &[(u16, &str, &str)] = &[
    (
        535,
        "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [CP6P284CA0086.BRAP284.PROD.OUTLOOK.COM]",
        "smtp.auth_disabled.tenant",
    ),
    (
        535,
        "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.",
        "smtp.auth_disabled.mailbox",
    ),
    (
        535,
        "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
        "smtp.security_defaults",
    ),
    (
        535,
        "5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
        "smtp.conditional_access",
    ),
    (535, "5.7.139 Authentication unsuccessful, basic authentication is disabled.", "smtp.basic_disabled"),
    (535, "5.7.139 Authentication unsuccessful, the user credentials were incorrect.", "smtp.credentials"),
    (535, "5.7.139 Authentication unsuccessful, account locked.", "smtp.account_locked"),
    (
        535,
        "5.7.139 Authentication unsuccessful, the organization configuration doesn't allow this authentication request",
        "smtp.organization",
    ),
    (535, "5.7.3 Authentication unsuccessful [AM0PR01CA0101.eurprd01.prod.exchangelabs.com]", "smtp.refused"),
    (504, "5.7.4 Unrecognized authentication type", "smtp.no_xoauth2"),
    (550, "5.7.30 Basic authentication is not supported for Client Submission.", "smtp.basic_retired"),
    (530, "5.7.57 Client not authenticated to send mail", "smtp.not_authenticated"),
    (430, "4.2.0 STOREDRV; mailbox logon failure; failure code MapiExceptionLogonFailed", "smtp.mailbox_logon"),
    (554, "5.2.252 SendAsDenied; a@contoso.com not allowed to send as b@contoso.com", "smtp.send_as"),
    (550, "5.7.60 SMTP; Client does not have permissions to send as this sender", "smtp.send_as"),
    (550, "5.1.8 Access denied, bad outbound sender", "smtp.blocked_sender"),
    (432, "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending", "smtp.concurrent"),
    (432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "smtp.concurrent"),
    (451, "4.7.0 Temporary server error", "smtp.temporary"),
    (421, "4.3.2 Service not available", "smtp.throttled"),
    (454, "4.7.0 Too many login attempts, please try again later.", "smtp.throttled"),
    (554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", "smtp.quota"),
    (535, "5.7.8 Username and Password not accepted", "smtp.refused"),
    (250, "ok", "smtp.unexpected"),
];

#[test]
fn every_known_text_has_its_code_and_is_quoted() {
    for (code, text, expected) in SMTP {
        let trouble = smtp(&user(), *code, text).trouble;
        assert_eq!(trouble.code(), *expected, "{text}");
        assert!(trouble.why().contains(format!("{code} {text}").trim_end_matches('.')), "{trouble}");
        assert!(!trouble.why().contains('…') && !trouble.next().is_empty(), "{trouble}");
    }
}

#[test]
fn disabled_smtp_auth_comes_with_the_line_that_enables_it() {
    for (code, text, _) in SMTP.iter().take(2) {
        let line = "Set-CASMailbox -Identity 'billing@contoso.com' -SmtpClientAuthenticationDisabled $false";
        let trouble = smtp(&user(), *code, text).trouble;
        assert_eq!(*trouble.remedy(), Remedy::PowerShell(line.to_owned()));
        assert!(trouble.what().contains("billing@contoso.com"));
    }
}

#[test]
fn only_who_asks_to_be_asked_less_is_given_a_pause() {
    for (code, text, _) in SMTP {
        let asks = ["concurrent", "sender thread", "Service not available", "Too many"];
        let expected = asks.iter().any(|words| text.contains(words)).then_some(Pause::Unsaid);
        assert_eq!(smtp(&user(), *code, text).pause, expected, "{code} {text}");
    }
}

#[test]
fn what_imap_and_pop_share_is_told_in_the_words_of_each() {
    let asked = [Asked::Greeting, Asked::StartTls, Asked::Mechanism, Asked::Token, Asked::Inbox];
    let texts = reading_table::RULINGS.iter().filter_map(|ruling| ruling.says.first()).chain([&"no"]);
    for (asked, text) in texts.flat_map(|text| asked.map(|asked| (asked, text))) {
        for (refusal, family, other) in
            [(imap(&user(), asked, text), "imap.", "POP"), (pop(&user(), asked, text), "pop.", "IMAP")]
        {
            let trouble = format!("{} {}", refusal.trouble, refusal.trouble.code());
            assert!(refusal.trouble.code().starts_with(family), "{trouble}");
            assert!(!trouble.contains(['{', '}']) && !trouble.contains(other), "{trouble}");
        }
    }
    let off = imap(&user(), Asked::Inbox, "NO User is authenticated but not connected.").trouble;
    let line = "Set-CASMailbox -Identity 'billing@contoso.com' -ImapEnabled $true";
    assert_eq!(*off.remedy(), Remedy::PowerShell(line.to_owned()));
}

#[test]
fn an_address_cannot_leave_its_quotes_in_powershell() {
    for (address, quoted) in [
        ("o'brien@contoso.com", "'o''brien@contoso.com'"),
        ("a'$(calc)'@contoso.com", ""),
        ("a’&calc‘@contoso.com", "'a’’&calc‘‘@contoso.com'"),
        ("$env`n@contoso.com", "'$env`n@contoso.com'"),
    ] {
        match Address::parse(address) {
            Ok(address) => assert!(enable_smtp_auth(&address).contains(&format!(" {quoted} "))),
            Err(_) => assert_eq!(quoted, "", "{address} should be an address"),
        }
    }
}

#[test]
fn a_suggested_wait_is_taken_but_not_for_ever() {
    for (text, expected) in [
        ("Suggested Backoff Time: 92415 milliseconds", Some(Duration::from_millis(92_415))),
        ("suggested backoff time:5 milliseconds", Some(Duration::from_millis(5))),
        ("Suggested Backoff Time: 99999999999999999999999 milliseconds", Some(LONGEST_WAIT)),
        ("Suggested Backoff Time: soon", None),
        ("no", None),
    ] {
        assert_eq!(suggested_wait(text), expected, "{text}");
    }
}

#[test]
fn a_page_of_text_is_cut_and_the_verdict_still_readable() {
    let page = format!("5.7.3 {}", "word ".repeat(5_000));
    let trouble = smtp(&user(), 535, &page).trouble;
    assert!(trouble.why().ends_with("…”."), "{trouble}");
    assert!(trouble.why().chars().count() < 600);
}
