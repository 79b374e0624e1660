//! The assembly line in the dashboard's own loop, over a real engine and the demo tenant, where `p`
//! plays the person.

#[path = "support/dashboard.rs"]
mod dashboard;

use std::time::Duration;

use dashboard::{Beginning, Dashboard};
use mailkey::demo::Options;
use mailkey::domain::{NewMailbox, Note, Token};

/// A dashboard with so many mailboxes that nobody has signed in for, all in a line whose first sign-in is open.
async fn line(of: usize) -> Dashboard {
    let options = Options { crowd: of, ..Options::default() };
    let dashboard = Dashboard::start_as(Beginning { options, ..Beginning::default() }).await;
    let fleet = dashboard.engine.fleet().await.unwrap();
    let of_contoso = fleet.applications.values().find(|application| application.tenant == "contoso.example").unwrap();
    for address in dashboard.demo.crowd().unwrap() {
        let (account, application, note) = (address.clone(), of_contoso.name.clone(), Note::default());
        dashboard.engine.add_mailbox(NewMailbox { address, application, account, note }).await.unwrap();
    }
    dashboard.press(&["/"]);
    dashboard.type_in("person-");
    dashboard.press(&["⏎"]);
    dashboard.sees(&format!("1/{of}")).await;
    dashboard.press(&["*", "⏎"]);
    opened(&dashboard, 1).await;
    dashboard
}

fn person(number: usize) -> String {
    format!("person-{number:05}@contoso.example")
}

/// Waits until a sign-in is open. Without a browser its link is shown; `esc` goes back to the line.
async fn opened(dashboard: &Dashboard, number: usize) {
    dashboard.sees(&format!("This link signs in as {}", person(number))).await;
    dashboard.press(&["esc"]);
    dashboard.sees("Signing in ").await;
}

/// Who has a token.
async fn signed_in(dashboard: &Dashboard) -> Vec<usize> {
    let fleet = dashboard.engine.fleet().await.unwrap();
    let held = |number: &usize| {
        let mailbox = fleet.mailbox_at(&person(*number));
        mailbox.is_some_and(|mailbox| matches!(fleet.grants[&mailbox.grant].token, Token::Held { .. }))
    };
    (1..=9).filter(held).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_go_through_the_line_by_nothing_but_signing_in() {
    let dashboard = line(4).await;
    for next in 2..=4 {
        dashboard.press(&["p"]);
        opened(&dashboard, next).await;
    }
    dashboard.press(&["p"]);
    dashboard.sees("The line is through: 4 signed in.").await;
    assert_eq!(signed_in(&dashboard).await, [1, 2, 3, 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn esc_stops_the_line_and_what_is_open_is_answered_late() {
    let dashboard = line(3).await;
    dashboard.press(&["p"]);
    opened(&dashboard, 2).await;
    let link = dashboard.link().await;
    dashboard.sees("Signing in 1 of 3").await;
    dashboard.press(&["esc"]);
    dashboard.sees("The line was stopped: 1 signed in, 2 left. What is open can still be answered.").await;
    dashboard.demo.play(&link).await.unwrap();
    dashboard.sees(&format!("{} signed in.", person(2))).await;
    dashboard.rests_for(Duration::from_millis(400)).await;
    assert_eq!(signed_in(&dashboard).await, [1, 2], "nothing further was opened");
    assert!(!dashboard.screen().contains("Signing in"), "{}", dashboard.screen());
}

/// The browser is signed in as somebody else: who signs in again does so once, and nothing runs on meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_holds_the_line_until_somebody_chooses() {
    let dashboard = line(3).await;
    let other = "alex.wu@contoso.example".parse().unwrap();
    dashboard.demo.play_as(&dashboard.link().await, &other).await.unwrap();
    dashboard.sees("Another account signed in").await;
    dashboard.press(&["1"]);
    opened(&dashboard, 1).await;
    assert!(dashboard.screen().contains("Signing in 0 of 3"), "{}", dashboard.screen());
    assert!(!dashboard.screen().contains("failed"), "{}", dashboard.screen());
    dashboard.press(&["p"]);
    opened(&dashboard, 2).await;
    assert_eq!(signed_in(&dashboard).await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_that_is_removed_while_its_token_is_on_the_way_holds_nobody_up() {
    let dashboard = line(3).await;
    let held = dashboard.demo.hold().await;
    dashboard.press(&["p"]);
    let fleet = dashboard.engine.fleet().await.unwrap();
    let first = fleet.mailbox_at(&person(1)).unwrap().id;
    dashboard.wait_for(|| dashboard.demo.requests().authorization_code == 1).await;
    dashboard.engine.remove_mailbox(first).await.unwrap();
    drop(held);
    opened(&dashboard, 2).await;
    dashboard.press(&["p"]);
    opened(&dashboard, 3).await;
    dashboard.press(&["p"]);
    dashboard.sees("The line is through: 2 signed in").await;
    assert_eq!(signed_in(&dashboard).await, [2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_removed_while_it_waits_for_its_person_holds_nobody_up() {
    let dashboard = line(2).await;
    let link = dashboard.link().await;
    let fleet = dashboard.engine.fleet().await.unwrap();
    dashboard.engine.remove_mailbox(fleet.mailbox_at(&person(1)).unwrap().id).await.unwrap();
    opened(&dashboard, 2).await;
    // Whoever still has the browser open is too late.
    drop(dashboard.demo.play(&link).await);
    dashboard.press(&["p"]);
    dashboard.sees("The line is through: 1 signed in").await;
    assert_eq!(signed_in(&dashboard).await, [2]);
    assert_eq!(dashboard.demo.requests().authorization_code, 1);
}
