//! What the person sees: at every size, in every theme, in every state.

mod pictures;
mod progress;
mod sizes;
mod themes;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::domain::Secret;
use crate::domain::import::{Defaults, plan};
use crate::engine::Field;
use crate::tui::fixture::{address, alex_for_billing, at, demo_at, errand, fleet, is, name, now, press};
use crate::tui::form::Form;
use crate::tui::import::Preview;
use crate::tui::model::Model;
use crate::tui::overlay::{Confirmation, Overlay, Question};

/// The dashboard with each of the overlays.
fn overlays() -> Vec<Model> {
    let mut models: Vec<Model> = ["?", "w", "n", "N", "i", "c", "d", "A", "o", "H"]
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
        Overlay::Question(Question::WrongAccount(alex_for_billing()), 1),
        Overlay::Question(Question::WhichSignIn(asked), 1),
        Overlay::Confirm(Confirmation::RemoveMailboxes(vec![is::AP, is::HR])),
        Overlay::Confirm(Confirmation::Seal(1_204)),
        Overlay::Confirm(Confirmation::RemoveApplication(name("Mailer"))),
        Overlay::Link(errand(is::BILLING)),
        Overlay::Import(Box::new(preview())),
    ];
    models.extend(others.into_iter().map(|overlay| {
        let mut model = demo_at(is::BILLING);
        model.overlay = Some(overlay);
        model
    }));
    models
}

/// A list with everything that a list can have.
fn preview() -> Preview {
    let list = "address,account,floor\nnew@contoso.example,,1\nnew@contoso.example,,1\nap@contoso.example,,2\n\
                hr@contoso.example,maria.lopez@contoso.example,3\nbilling,,4\nsales@contoso.example,,5,six\n";
    let defaults = Defaults { application: name("Mailer"), account: None };
    let plan = plan(list.as_bytes(), &defaults, &fleet()).unwrap();
    Preview::new(Form::import(&fleet(), None), Arc::new(plan))
}
