//! What `⏎` does, from what is recorded and what runs.

use super::*;
use crate::domain::{Check, Checks, Fleet};
use crate::engine::Waiting;
use crate::tui::fixture::{self, add, all_well, application, at, change_grant, held, is, minutes_ago, now, showing};

const ONE: MailboxId = MailboxId(1);

fn mailbox() -> Subject {
    Subject::Mailbox(ONE)
}

fn mailer() -> Subject {
    Subject::Application(fixture::name("Mailer"))
}

fn trouble(remedy: Remedy) -> Trouble {
    Trouble::new("a.code", "It broke", "Because.", "Mend it.").with(remedy)
}

fn failed(remedy: Remedy) -> Check {
    Check::Failed { at: minutes_ago(1), trouble: trouble(remedy) }
}

/// One mailbox with this proof of its application, this token and this verdict of the submission server.
fn fleet(proof: Check, token: Token, smtp: Check) -> Fleet {
    let mut fleet = fixture::nothing();
    let mut mailer = application("Mailer", "contoso.example");
    mailer.proof = proof;
    let checks = Checks { smtp, ..all_well(1) };
    add(&mut fleet, &mailer, "ap@contoso.example", token, checks);
    fleet
}

fn next_for(fleet: Fleet) -> Next {
    next(&showing(fleet, (120, 40)))
}

#[test]
fn before_there_is_a_mailbox_it_is_about_getting_one() {
    assert_eq!(next(&fixture::blank((120, 40))), Next::Wait, "the registry is being read");
    assert_eq!(next_for(fixture::nothing()), Next::NewApplication);
    let mut fleet = fixture::fleet();
    fleet.mailboxes.clear();
    assert_eq!(next_for(fleet), Next::NewMailbox);
}

#[test]
fn it_is_the_first_step_that_is_not_done() {
    let ok = || Check::Ok { at: minutes_ago(1) };
    for (proof, token, smtp, wanted) in [
        (Check::Unknown, Token::None, Check::Unknown, Next::ProveAndSignIn(fixture::name("Mailer"))),
        (Check::Unknown, held(3, 1), Check::Unknown, Next::Prove(fixture::name("Mailer"))),
        (ok(), Token::None, Check::Unknown, Next::OpenBrowser(mailbox())),
        (ok(), held(3, 1), Check::Unknown, Next::Check(ONE)),
        (ok(), held(3, 1), ok(), Next::Check(ONE)),
        (ok(), held(99, 99), ok(), Next::OpenBrowser(mailbox())),
    ] {
        let case = format!("{proof:?} {token:?} {smtp:?}");
        assert_eq!(next_for(fleet(proof, token, smtp)), wanted, "{case}");
    }
}

#[test]
fn a_trouble_brings_its_own_remedy() {
    let line = "Set-CASMailbox".to_owned();
    let page = "https://entra.microsoft.com".to_owned();
    for (remedy, wanted) in [
        (Remedy::None, Next::Check(ONE)),
        (Remedy::Retry { not_before: None }, Next::Check(ONE)),
        (Remedy::SignIn, Next::OpenBrowser(mailbox())),
        (Remedy::ChooseAccount, Next::OpenBrowser(mailbox())),
        (Remedy::AdminConsent, Next::OpenBrowser(mailer())),
        (Remedy::PowerShell(line.clone()), Next::PowerShell(line)),
        (Remedy::Page(page.clone()), Next::Page(page)),
        (Remedy::EditApplication, Next::EditApplication),
    ] {
        let fleet = fleet(Check::Ok { at: now() }, held(3, 1), failed(remedy.clone()));
        assert_eq!(next_for(fleet), wanted, "{remedy:?}");
    }
}

#[test]
fn a_trouble_without_a_remedy_is_tried_again_where_it_happened() {
    let unproved = fleet(failed(Remedy::None), Token::None, Check::Unknown);
    assert_eq!(next_for(unproved), Next::Prove(fixture::name("Mailer")));
    for (step, token, wanted) in [
        (Step::Authorize, Token::None, Next::OpenBrowser(mailbox())),
        (Step::Token, Token::None, Next::OpenBrowser(mailbox())),
        (Step::Token, held(3, 1), Next::Check(ONE)),
    ] {
        let mut fleet = fleet(Check::Ok { at: now() }, token.clone(), Check::Unknown);
        change_grant(&mut fleet, ONE, |grant| grant.trouble = Some((step, trouble(Remedy::None))));
        assert_eq!(next_for(fleet), wanted, "{step:?} {token:?}");
    }
}

#[test]
fn what_runs_is_waited_for_unless_a_person_is_waited_for() {
    let since = now();
    let waiting: Waiting = fixture::waiting();
    let asking = Work::Asking { state: "a-state".to_owned(), username: "alex.wu@contoso.example".to_owned(), since };
    let billing = Subject::Mailbox(is::BILLING);
    for (subject, work, wanted) in [
        (&billing, Work::SigningIn(waiting.clone()), Next::BrowserAgain(billing.clone())),
        (&mailer(), Work::Consenting(waiting), Next::BrowserAgain(mailer())),
        (&billing, asking, Next::ChooseAccount),
        (&mailer(), Work::Proving { since }, Next::Wait),
        (&billing, Work::Exchanging { since }, Next::Wait),
        (&billing, Work::Storing { since }, Next::Wait),
        (&billing, Work::Refreshing { since }, Next::Wait),
        (&billing, Work::CheckingSmtp { since }, Next::Wait),
    ] {
        let mut model = at(is::BILLING);
        model.works.insert(subject.clone(), work.clone());
        assert_eq!(next(&model), wanted, "{work:?}");
    }
}

#[test]
fn where_all_is_done_it_is_what_imap_and_pop_lack() {
    let line = |what: &str| Remedy::PowerShell(what.to_owned());
    let ok = || Check::Ok { at: minutes_ago(1) };
    for (imap, pop, wanted) in [
        (ok(), ok(), Next::Check(ONE)),
        (failed(line("one")), ok(), Next::PowerShell("one".to_owned())),
        (failed(line("one")), failed(line("two")), Next::PowerShell("one\ntwo".to_owned())),
        (ok(), failed(Remedy::SignIn), Next::OpenBrowser(mailbox())),
        (failed(Remedy::None), ok(), Next::Check(ONE)),
    ] {
        let mut fleet = fleet(ok(), held(3, 1), ok());
        let checks = &mut fleet.mailboxes[0].checks;
        (checks.imap, checks.pop) = (imap, pop);
        assert_eq!(next_for(fleet), wanted);
    }
}
