//! The dashboard's own loop over a real engine and the demo tenant, with a screen that is read as
//! a person reads it.

#[path = "support/dashboard.rs"]
mod dashboard;

use std::time::{Duration, Instant};

use crossterm::event::Event as Input;
use dashboard::{AFTERWARDS, Beginning, Dashboard};
use mailkey::demo::{Options, Service, Throttle};
use mailkey::domain::{Address, MailboxId};
use mailkey::engine::{Event, Field, Subject, Work};
use mailkey::tui::message::{Done, Message};
use url::Url;

/// Longer than the engine's first look at what other processes changed: then the start is over.
const STARTED: Duration = Duration::from_millis(800);
const BILLING: &str = "billing@contoso.example";
const MARIA: &str = "maria.lopez@contoso.example";

/// The address that the browser ends on where nobody listens: the answer is behind a `#`, which
/// browsers do not send, so the listener never sees it.
async fn address_bar(dashboard: &Dashboard, link: &Url) -> String {
    let pairs: Vec<(String, String)> = link.query_pairs().into_owned().collect();
    let mut link = link.clone();
    let others = pairs.iter().filter(|(name, _)| name != "response_mode");
    link.query_pairs_mut().clear().extend_pairs(others).append_pair("response_mode", "fragment");
    dashboard.demo.play(&link).await.unwrap().as_str().replace('#', "?")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_signs_in_hands_free() {
    let dashboard = Dashboard::start().await;
    dashboard.go_to(BILLING).await;
    dashboard.begins_to_sign_in().await;
    dashboard.sees("Listening on localhost").await;
    dashboard.press(&["p"]);
    dashboard.sees("●●●●").await;
    dashboard.sees("billing@contoso.example signed in.").await;
    dashboard.sees("SMTP accepted just now").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_signs_in_by_paste() {
    let dashboard = Dashboard::start().await;
    dashboard.go_to(BILLING).await;
    dashboard.press(&["⏎"]);
    let link = dashboard.link().await;
    let address = address_bar(&dashboard, &link).await;
    dashboard.sees(&link.as_str()[..120]).await;
    dashboard.paste(&address);
    dashboard.sees("billing@contoso.example signed in.").await;
    dashboard.sees("●●●●").await;
    dashboard.paste(&address);
    dashboard.sees("answer.used").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_imported_from_a_paste_after_a_look_at_it() {
    let dashboard = Dashboard::start().await;
    dashboard.go_to(BILLING).await;
    dashboard.press(&["i"]);
    dashboard.sees("Import mailboxes").await;
    dashboard
        .paste("address;note\nsecond@contoso.example;second floor\nbilling@contoso.example;\nthird@contoso.example;\n");
    dashboard.sees("4 lines were pasted").await;
    dashboard.press(&["⏎"]);
    dashboard.sees("2 new").await;
    assert!(dashboard.screen().contains("1 known already"), "{}", dashboard.screen());
    dashboard.press(&["⏎"]);
    dashboard.sees("2 mailboxes were imported").await;
    dashboard.sees("20 mailboxes").await;
    // The imported ones are selected, within the filter.
    dashboard.press(&["esc", "esc", "/"]);
    dashboard.type_in("note:floor");
    dashboard.sees("second@contoso.example").await;
    dashboard.sees("1/1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_sealed_on_a_key_and_their_history_is_read() {
    let dashboard = Dashboard::start().await;
    dashboard.go_to("ap@contoso.example").await;
    dashboard.messages.send(Message::Done(Done::WorthSealing(13))).unwrap();
    dashboard.sees("M moves them to the registry").await;
    dashboard.press(&["M"]);
    dashboard.sees("Move 13 secrets").await;
    dashboard.press(&["y"]);
    dashboard.sees("are sealed in the registry now").await;
    dashboard.press(&["c", "↓", "↓", "↓", "s"]);
    dashboard.sees("Gone in").await;
    dashboard.press(&["esc", "H"]);
    dashboard.sees("shown: refresh token, on the dashboard").await;
    dashboard.sees("signed in as ap@contoso.example, on the dashboard").await;
    dashboard.press(&["tab"]);
    dashboard.sees("refused: aadsts.90094").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sign_ins_come_back_in_the_other_order() {
    let dashboard = Dashboard::start().await;
    let mut addresses = Vec::new();
    for mailbox in [BILLING, "scanner-3f@contoso.example"] {
        dashboard.go_to(mailbox).await;
        dashboard.begins_to_sign_in().await;
        let link = dashboard.link().await;
        addresses.push(address_bar(&dashboard, &link).await);
    }
    assert_ne!(addresses[0], addresses[1]);
    for (address, mailbox) in addresses.iter().rev().zip(["scanner-3f@contoso.example", BILLING]) {
        dashboard.paste(address);
        dashboard.sees(&format!("{mailbox} signed in.")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_is_asked_about_before_anything_is_kept() {
    let dashboard = Dashboard::start().await;
    dashboard.go_to(BILLING).await;
    dashboard.press(&["⏎"]);
    let link = dashboard.link().await;
    let other = "alex.wu@contoso.example".parse().unwrap();
    dashboard.demo.play_as(&link, &other).await.unwrap();
    dashboard.sees("Another account signed in").await;
    dashboard.sees("Nothing is stored yet for billing@contoso.example.").await;
    dashboard.press(&["3"]);
    dashboard.sees_no_more("Another account signed in").await;
    dashboard.sees("signin.wrong_account").await;
    let fleet = dashboard.engine.fleet().await.unwrap();
    let billing = fleet.entries().find(|entry| entry.mailbox.address.as_str() == BILLING).unwrap();
    assert_eq!(billing.grant.token, mailkey::domain::Token::None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn esc_stops_a_sign_in_and_its_answer_comes_too_late() {
    let dashboard = Dashboard::start().await;
    dashboard.go_to(BILLING).await;
    dashboard.press(&["⏎"]);
    let link = dashboard.link().await;
    let address = address_bar(&dashboard, &link).await;
    dashboard.press(&["esc", "esc"]);
    dashboard.sees("The sign-in was stopped").await;
    dashboard.sees("◇ ready").await;
    dashboard.paste(&address);
    dashboard.sees("(signin.cancelled)").await;
    dashboard.sees("◇ ready").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_for_a_mailbox_that_was_removed_brings_nothing_back() {
    let dashboard = Dashboard::start().await;
    dashboard.go_to(BILLING).await;
    dashboard.press(&["⏎"]);
    let link = dashboard.link().await;
    let address = address_bar(&dashboard, &link).await;
    dashboard.press(&["esc", "d", "y"]);
    dashboard.sees("Nothing matches").await;
    dashboard.paste(&address);
    dashboard.sees("(answer.").await;
    assert_eq!(dashboard.demo.requests().authorization_code, 0, "the code is not even tried");
    let fleet = dashboard.engine.fleet().await.unwrap();
    assert!(fleet.mailboxes.iter().all(|mailbox| mailbox.address.as_str() != BILLING));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smtp_auth_is_switched_on_and_checked_again() {
    let dashboard = Dashboard::start().await;
    dashboard.go_to("hr@contoso.example").await;
    dashboard.sees("SMTP AUTH is switched off").await;
    dashboard.press(&["⏎"]);
    assert!(dashboard.handed_over().await.starts_with("Set-CASMailbox -Identity 'hr@contoso.example'"));
    dashboard.demo.set_smtp_auth(&"hr@contoso.example".parse().unwrap(), true);
    dashboard.press(&["r"]);
    dashboard.sees("●●●●").await;
    dashboard.sees("SMTP accepted just now").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_fleet_is_checked_with_progress() {
    let slow = Beginning {
        options: Options { delay: Duration::from_millis(40), ..Options::default() },
        parallel: 2,
        ..Beginning::default()
    };
    let dashboard = Dashboard::start_as(slow).await;
    dashboard.press(&["R"]);
    dashboard.sees("13 mailboxes were checked,").await;
    assert!(dashboard.screen().contains("need attention"), "{}", dashboard.screen());
    for shown in [" s left", "esc stop the check"] {
        assert!(dashboard.saw(shown), "{shown} was never shown");
    }
    let steps = dashboard.saw_between("Checking ", " of 13");
    assert!(steps.is_sorted() && steps.len() > 4, "{steps:?}");
    assert!(!dashboard.screen().contains("Checking"), "{}", dashboard.screen());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn esc_stops_a_check_of_the_whole_fleet() {
    let slow = Beginning {
        options: Options { delay: Duration::from_millis(100), ..Options::default() },
        parallel: 1,
        ..Beginning::default()
    };
    let dashboard = Dashboard::start_as(slow).await;
    dashboard.press(&["R"]);
    dashboard.sees(" of 13 ").await;
    dashboard.press(&["esc"]);
    dashboard.sees("Stopped: ").await;
    dashboard.sees_no_more("Checking").await;
    dashboard.rests_for(Duration::from_millis(400)).await;
    let asked = dashboard.demo.requests().refresh_token;
    assert!(asked < 6, "{asked} of 13 tokens were refreshed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_that_the_tenant_asks_for_is_shown_and_esc_waits_for_it_no_longer() {
    let dashboard = Dashboard::start().await;
    let pause = Duration::from_secs(600);
    dashboard.demo.throttle(Service::Token, Some(Throttle { most: 2, within: pause, pause }));
    dashboard.press(&["R"]);
    dashboard.sees(" asks for a pause until ").await;
    dashboard.sees(" of 13 ").await;
    let turned_away = dashboard.demo.turned_away(Service::Token);
    dashboard.press(&["esc"]);
    dashboard.sees("Stopped: ").await;
    assert!(!dashboard.screen().contains("asks for a pause"), "{}", dashboard.screen());
    assert_eq!(dashboard.demo.turned_away(Service::Token), turned_away, "nobody asked in the pause");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_adds_an_application_and_a_mailbox_and_signs_in() {
    let empty = Beginning { seeded: false, ..Beginning::default() };
    let dashboard = Dashboard::start_as(empty).await;
    dashboard.press(&["N"]);
    dashboard.sees("New application").await;
    dashboard.press(&["tab", "tab"]);
    dashboard.type_in("ap@contoso.example");
    dashboard.send(Input::Key(crossterm::event::KeyEvent::new(
        crossterm::event::KeyCode::Char('t'),
        crossterm::event::KeyModifiers::CONTROL,
    )));
    dashboard.sees("The tenant was found").await;
    dashboard.press(&["tab"]);
    dashboard.paste("6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18");
    dashboard.press(&["⏎"]);
    dashboard.sees("known to its provider").await;
    dashboard.press(&["n"]);
    dashboard.type_in(BILLING);
    dashboard.press(&["⏎"]);
    dashboard.sees("▌  billing@contoso.example").await;
    dashboard.sees_no_more("New mailbox").await;
    dashboard.press(&["⏎"]);
    dashboard.sees("This link signs in as billing@contoso.example").await;
    dashboard.press(&["p"]);
    dashboard.sees("●●●●").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_reports_is_two_frames_at_most() {
    let dashboard = Dashboard::start().await;
    let before = dashboard.rests_for(STARTED).await;
    let since = dashboard.engine.now();
    let reports: Vec<Message> = (0..500)
        .map(|turn| {
            let subject = Subject::Mailbox(MailboxId(1 + turn % 18));
            Message::Engine(Event::Work(subject, (turn < 482).then_some(Work::Refreshing { since })))
        })
        .collect();
    let begin = Instant::now();
    for report in reports {
        dashboard.messages.send(report).unwrap();
    }
    // A machine that took longer to send them than a frame lasts made several bursts of one.
    let bursts = 1 + begin.elapsed().as_millis() as usize / 10;
    let frames = dashboard.rests_for(STARTED).await - before;
    assert!((1..=2 * bursts).contains(&frames), "{frames} frames for {bursts} bursts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_dashboard_draws_nothing() {
    let dashboard = Dashboard::start().await;
    let before = dashboard.rests_for(STARTED).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let drawn = dashboard.draws() - before;
    assert_eq!(drawn, 0, "{}", dashboard.screen());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screen_follows_the_window() {
    let dashboard = Dashboard::start().await;
    for (width, height, wanted) in [
        (80, 24, "1 Register ●  2 Authorize ●  3 Token ●"),
        (59, 16, "mailkey needs 60x16"),
        (200, 60, "APPLICATION"),
        (120, 40, "╭ 4 SMTP AUTH ─"),
    ] {
        dashboard.send(Input::Resize(width, height));
        let lines = |screen: &str| screen.split('\n').count();
        let fits = |screen: &str| screen.contains(wanted) && lines(screen) == usize::from(height);
        dashboard.until(wanted, fits).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_come_at_once_are_all_taken_in_their_order() {
    let dashboard = Dashboard::start().await;
    dashboard.press(&["/"]);
    dashboard.type_in("orders+web");
    dashboard.press(&["⏎", "d", "n", "c", "esc", "⏎"]);
    dashboard.sees("This link signs in as orders+web@contoso.example").await;
}

/// The tenant would revoke the grant whose old token another program sends while this one is stopped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_z_waits_for_the_token_that_is_on_its_way() {
    let options = Options { delay: Duration::from_millis(500), ..Options::default() };
    let dashboard = Dashboard::start_as(Beginning { options, ..Beginning::default() }).await;
    let mailbox = dashboard.engine.mailbox_at(Address::parse(MARIA).unwrap()).await.unwrap().id;
    let token = async || dashboard.engine.credential(mailbox, Field::RefreshToken).await.unwrap();
    let before = token().await;
    dashboard.go_to(MARIA).await;
    dashboard.press(&["r"]);
    dashboard.wait_for(|| dashboard.demo.requests().refresh_token == 1).await;
    dashboard.press(&["ctrl-z"]);
    dashboard.wait_for(|| dashboard.suspended() == 1).await;
    assert_ne!(token().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_z_suspends_and_q_ends() {
    let dashboard = Dashboard::start().await;
    dashboard.press(&["ctrl-z", "j"]);
    dashboard.sees("2/18").await;
    assert_eq!(dashboard.suspended(), 1);
    assert_eq!(dashboard.screen().lines().count(), usize::from(AFTERWARDS.1), "of another size meanwhile");
    dashboard.press(&["q"]);
    dashboard.ends().await;
}
