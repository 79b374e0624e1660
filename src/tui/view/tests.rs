//! What the person sees: at every size, in every theme, in every state.

mod pictures;
mod sizes;
mod themes;

use jiff::SignedDuration;

use crate::domain::Secret;
use crate::engine::Field;
use crate::tui::fixture::{address, at, demo_at, errand, is, name, now, press};
use crate::tui::model::Model;
use crate::tui::overlay::{Confirmation, Overlay, Question, WrongAccount};

/// The dashboard with each of the overlays.
fn overlays() -> Vec<Model> {
    let mut models: Vec<Model> = ["?", "w", "n", "N", "c", "d", "A", "o"]
        .into_iter()
        .map(|key| {
            let mut model = at(is::AP);
            press(&mut model, key);
            model
        })
        .collect();
    let until = now() + SignedDuration::from_secs(15);
    let asked = vec![(is::BILLING, address("billing@contoso.example")), (is::LEGAL, address("legal@contoso.example"))];
    let others = [
        Overlay::Reveal(Field::AccessToken, Secret::new("eyJ0".repeat(2_000)), until),
        Overlay::Question(
            Question::WrongAccount(WrongAccount {
                state: "a-state".to_owned(),
                mailbox: is::BILLING,
                expected: address("billing@contoso.example"),
                username: "alex.wu@contoso.example".to_owned(),
            }),
            1,
        ),
        Overlay::Question(Question::WhichSignIn(asked), 1),
        Overlay::Confirm(Confirmation::RemoveMailboxes(vec![is::AP, is::HR])),
        Overlay::Confirm(Confirmation::RemoveApplication(name("Mailer"))),
        Overlay::Link(errand(is::BILLING)),
    ];
    models.extend(others.into_iter().map(|overlay| {
        let mut model = demo_at(is::BILLING);
        model.overlay = Some(overlay);
        model
    }));
    models
}
