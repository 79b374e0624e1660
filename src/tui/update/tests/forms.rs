//! Forms: what is typed, what is wrong with it, and that it is sent once.

use crate::domain::{Fleet, NewMailbox, Note, Secret, Trouble};
use crate::engine::Event;
use crate::tui::fixture::{
    add, address, application, at, fleet, held, is, name, nothing, press, screen, showing, tell, type_in,
};
use crate::tui::form::{Field, Form, Name, Purpose, Status, Value};
use crate::tui::message::{Done, Effect, Message, Saved};
use crate::tui::model::Model;
use crate::tui::overlay::Overlay;
use crate::tui::update::update;

fn form(model: &Model) -> &Form {
    match &model.overlay {
        Some(Overlay::Form(form)) => form,
        other => panic!("{other:?} is no form"),
    }
}

fn form_mut(model: &mut Model) -> &mut Form {
    match &mut model.overlay {
        Some(Overlay::Form(form)) => form,
        other => panic!("{other:?} is no form"),
    }
}

fn current(model: &Model) -> Name {
    form(model).fields[form(model).at].name
}

fn done(model: &mut Model, done: Done) -> Vec<Effect> {
    update(model, Message::Done(done))
}

fn trouble() -> Trouble {
    Trouble::new("mailbox.exists", "It is there already", "Addresses are unique.", "Choose another.")
}

/// A fleet with two applications.
fn two_applications() -> Fleet {
    let mut fleet = fleet();
    let erp = application("Fabrikam ERP", "fabrikam.example");
    add(&mut fleet, &erp, "erp@fabrikam.example", held(2, 1), Default::default());
    fleet
}

fn new_mailbox() -> Model {
    let mut model = at(is::AP);
    press(&mut model, "n");
    model
}

fn clear(model: &mut Model) {
    for _ in 0..60 {
        press(model, "backspace");
    }
}

#[test]
fn tab_goes_round_in_the_order_of_the_lines() {
    use Name::{ClientId, ClientSecret, Provider, RedirectUri, Scopes, Tenant};
    let mut model = at(is::AP);
    press(&mut model, "N");
    let there: Vec<Name> = (0..8).map(|_| (current(&model), press(&mut model, "tab")).0).collect();
    assert_eq!(there, [Name::Name, Provider, Tenant, ClientId, RedirectUri, Scopes, ClientSecret, Name::Name]);
    assert_eq!(current(&model), Provider);
    for (key, wanted) in [("shift-tab", Name::Name), ("↑", ClientSecret), ("↓", Name::Name)] {
        press(&mut model, key);
        assert_eq!(current(&model), wanted, "{key}");
    }
}

#[test]
fn a_choice_turns_both_ways_and_takes_no_letters() {
    let mut model = showing(two_applications(), (120, 40));
    press(&mut model, "n");
    press(&mut model, "tab");
    for (key, wanted) in
        [("→", "Fabrikam ERP"), ("→", "Mailer"), ("←", "Fabrikam ERP"), ("space", "Mailer"), ("x", "Mailer")]
    {
        press(&mut model, key);
        assert_eq!(form(&model).text(Name::Application), wanted, "{key}");
    }
}

#[test]
fn a_choice_without_options_does_no_harm() {
    let mut model = new_mailbox();
    let form = form_mut(&mut model);
    form.fields[1].value = crate::tui::form::Value::Choice(vec![], 0);
    form.at = 1;
    for key in ["←", "→", "space"] {
        assert_eq!(press(&mut model, key), []);
    }
}

#[test]
fn what_is_wrong_is_said_at_the_line_that_is_wrong() {
    for (typed, line, code) in [
        (&[][..], Name::Address, "address.malformed"),
        (&["billing"], Name::Address, "address.malformed"),
        (&["new@contoso.example", "", "nobody"], Name::Account, "address.malformed"),
    ] {
        let mut model = new_mailbox();
        for text in typed {
            type_in(&mut model, text);
            press(&mut model, "tab");
        }
        assert_eq!(press(&mut model, "⏎"), [], "{typed:?}");
        assert_eq!(current(&model), line, "{typed:?}");
        assert!(matches!(&form(&model).status, Status::Wrong(trouble) if trouble.code() == code), "{typed:?}");
        type_in(&mut model, "x");
        assert_eq!(form(&model).status, Status::Open, "typing takes the complaint away");
    }
}

#[test]
fn an_application_is_checked_line_by_line() {
    let full = [("Mailer 2", 2), ("contoso.example", 1), ("an-id", 1), ("http://localhost", 1)];
    for (wrong_at, wrong, line, code) in [
        (0, "", Name::Name, "application.name"),
        (3, "http://example.com", Name::RedirectUri, "application.redirect_uri"),
        (3, "localhost", Name::RedirectUri, "application.redirect_uri"),
    ] {
        let mut model = at(is::AP);
        press(&mut model, "N");
        for (place, (text, tabs)) in full.into_iter().enumerate() {
            clear(&mut model);
            type_in(&mut model, if place == wrong_at { wrong } else { text });
            (0..tabs).for_each(|_| {
                press(&mut model, "tab");
            });
        }
        assert_eq!(press(&mut model, "⏎"), [], "{wrong}");
        assert_eq!(current(&model), line, "{wrong}");
        assert!(matches!(&form(&model).status, Status::Wrong(trouble) if trouble.code() == code), "{wrong}");
    }
}

/// A mailbox of the only application that is its own account.
fn new(mailbox: &str) -> NewMailbox {
    NewMailbox {
        address: address(mailbox),
        application: name("Mailer"),
        account: address(mailbox),
        note: Note::default(),
    }
}

#[test]
fn a_mailbox_is_its_own_account_unless_somebody_is_named() {
    for (account, wanted) in [("", "new@contoso.example"), ("maria@contoso.example", "maria@contoso.example")] {
        let mut model = new_mailbox();
        type_in(&mut model, " new@contoso.example ");
        press(&mut model, "shift-tab");
        type_in(&mut model, "third floor");
        press(&mut model, "shift-tab");
        type_in(&mut model, account);
        let note = Note::parse("third floor").unwrap();
        let wanted = NewMailbox { account: address(wanted), note, ..new("new@contoso.example") };
        assert_eq!(press(&mut model, "⏎"), [Effect::AddMailboxes(vec![wanted])]);
    }
}

#[test]
fn several_mailboxes_are_added_at_once_each_once() {
    let mut model = new_mailbox();
    type_in(&mut model, "a@contoso.example, b@contoso.example;");
    update(&mut model, Message::Paste(Secret::new("c@contoso.example\r\nA@contoso.example\n\nd@contoso.example\n")));
    assert!(screen(&model).contains("5 mailboxes"));
    let wanted = ["a", "b", "c", "d"].map(|one| new(&format!("{one}@contoso.example"))).to_vec();
    assert_eq!(press(&mut model, "⏎"), [Effect::AddMailboxes(wanted)]);
    let refused = vec![(address("b@contoso.example"), trouble()), (address("d@contoso.example"), trouble())];
    done(&mut model, Done::Added { added: vec![is::SUPPORT], refused });
    assert_eq!(form(&model).text(Name::Address), "b@contoso.example d@contoso.example", "what is left to mend");
    assert_eq!(model.list.current().unwrap().id, is::SUPPORT);
    let screen = screen(&model);
    assert!(screen.contains("1 mailbox added, 2 not."), "{screen}");
    press(&mut model, "⏎");
    done(&mut model, Done::Added { added: vec![is::AP, is::HR], refused: vec![] });
    assert!(model.overlay.is_none());
    assert!(model.notice.unwrap().text.starts_with("2 mailboxes were added."));
}

#[test]
fn one_of_several_that_is_no_address_is_named_and_none_is_added() {
    let mut model = new_mailbox();
    type_in(&mut model, "a@contoso.example oops b@contoso.example");
    assert_eq!(press(&mut model, "⏎"), []);
    assert!(screen(&model).contains("“oops” is not a mail address."));
}

#[test]
fn hints_are_in_the_words_of_the_provider() {
    let mut model = at(is::AP);
    press(&mut model, "N");
    for (provider, hint) in [("google", "apps.googleusercontent.com"), ("microsoft", "“Application (client) ID”")] {
        let form = form_mut(&mut model);
        let Field { value: Value::Choice(options, at), .. } = &mut form.fields[1] else { panic!("no choice") };
        *at = options.iter().position(|(id, _)| id == provider).unwrap();
        form.at = form.fields.iter().position(|field| field.name == Name::ClientId).unwrap();
        assert!(screen(&model).contains(hint), "{provider}");
    }
}

#[test]
fn a_form_starts_with_what_is_there() {
    let mut model = at(is::INFO);
    press(&mut model, "e");
    let sent = press(&mut model, "⏎");
    let (info, maria) = (address("info@contoso.example"), address("maria.lopez@contoso.example"));
    let note = Note::parse("third floor").unwrap();
    let to = NewMailbox { address: info, application: name("Mailer"), account: maria, note };
    assert_eq!(sent, [Effect::ChangeMailbox(is::INFO, to)]);
    let mut model = at(is::AP);
    press(&mut model, "1");
    press(&mut model, "e");
    let sent = press(&mut model, "⏎");
    let [Effect::SaveApplication(Some(old), new, None)] = &sent[..] else {
        panic!("{sent:?}");
    };
    let wanted = application("Mailer", "contoso.example");
    assert_eq!((old, &new.tenant, &new.client_id), (&wanted.name, &wanted.tenant, &wanted.client_id));
    assert_eq!(new.proof, crate::domain::Check::Unknown, "what was changed has to be proved again");
}

#[test]
fn a_client_secret_is_sent_as_a_secret_and_never_seen() {
    let mut model = showing(nothing(), (120, 40));
    press(&mut model, "N");
    press(&mut model, "shift-tab");
    type_in(&mut model, "hunter2");
    assert!(screen(&model).contains("*******"));
    assert!(!screen(&model).contains("hunter2"));
    let sent = press(&mut model, "⏎");
    assert!(matches!(&sent[..], [Effect::SaveApplication(None, _, Some(secret))] if *secret == Secret::new("hunter2")));
}

#[test]
fn a_form_is_sent_once_and_takes_no_letters_meanwhile() {
    let mut model = new_mailbox();
    type_in(&mut model, "new@contoso.example");
    assert_eq!(press(&mut model, "⏎").len(), 1);
    assert_eq!(press(&mut model, "⏎"), []);
    type_in(&mut model, "x");
    update(&mut model, Message::Paste(Secret::new("y")));
    assert_eq!(press(&mut model, "ctrl-t"), []);
    assert_eq!(press(&mut model, "⏎"), []);
    assert_eq!(form(&model).text(Name::Address), "new@contoso.example");
    done(&mut model, Done::NotSaved(trouble()));
    assert_eq!(form(&model).status, Status::Wrong(trouble()));
    assert_eq!(press(&mut model, "⏎").len(), 1, "after a refusal it can be sent again");
}

#[test]
fn what_was_saved_closes_its_own_form_only() {
    let mut model = new_mailbox();
    type_in(&mut model, "new@contoso.example");
    press(&mut model, "⏎");
    press(&mut model, "esc");
    press(&mut model, "N");
    done(&mut model, Done::Saved(Saved::Mailbox(is::AP)));
    assert_eq!(form(&model).purpose, Purpose::NewApplication);
}

#[test]
fn a_refusal_is_said_though_the_form_was_closed() {
    let mut model = new_mailbox();
    type_in(&mut model, "ap@contoso.example");
    press(&mut model, "⏎");
    press(&mut model, "esc");
    done(&mut model, Done::NotSaved(trouble()));
    assert!(model.overlay.is_none());
    assert!(model.notice.unwrap().text.contains("mailbox.exists"));
}

#[test]
fn a_new_application_is_proved_at_once() {
    let mut model = at(is::AP);
    press(&mut model, "N");
    type_in(&mut model, "Other");
    press(&mut model, "⏎");
    assert_eq!(done(&mut model, Done::Saved(Saved::Application(name("Other")))), [Effect::Prove(name("Other"))]);
    assert!(model.overlay.is_none());
}

#[test]
fn the_cursor_goes_to_a_new_mailbox_as_soon_as_it_appears() {
    let mut model = new_mailbox();
    type_in(&mut model, "new@contoso.example");
    press(&mut model, "⏎");
    let mut grown = fleet();
    let mailer = application("Mailer", "contoso.example");
    let new = add(&mut grown, &mailer, "new@contoso.example", crate::domain::Token::None, Default::default());
    done(&mut model, Done::Added { added: vec![new], refused: vec![] });
    tell(&mut model, Event::Fleet(fleet().into()));
    assert_eq!(model.list.current().unwrap().id, is::AP, "not yet");
    tell(&mut model, Event::Fleet(grown.clone().into()));
    assert_eq!(model.list.current().unwrap().id, new);
    press(&mut model, "g");
    tell(&mut model, Event::Fleet(grown.into()));
    assert_eq!(model.list.current().unwrap().id, is::AP, "once");
}

#[test]
fn the_cursor_goes_to_a_new_mailbox_that_has_appeared_already() {
    let mut model = new_mailbox();
    type_in(&mut model, "support@contoso.example");
    press(&mut model, "⏎");
    done(&mut model, Done::Added { added: vec![is::SUPPORT], refused: vec![] });
    assert_eq!(model.list.current().unwrap().id, is::SUPPORT);
    press(&mut model, "g");
    tell(&mut model, Event::Fleet(fleet().into()));
    assert_eq!(model.list.current().unwrap().id, is::AP, "once");
}

#[test]
fn a_mail_address_stands_for_the_tenant_of_its_domain() {
    let mut model = showing(nothing(), (120, 40));
    press(&mut model, "N");
    press(&mut model, "tab");
    press(&mut model, "tab");
    type_in(&mut model, "ap@contoso.example");
    let sent = press(&mut model, "⏎");
    assert!(
        matches!(&sent[..], [Effect::SaveApplication(None, new, None)] if new.tenant == "contoso.example"),
        "{sent:?}"
    );
}

#[test]
fn ctrl_t_looks_for_the_tenant_of_an_id_a_domain_or_an_address() {
    for (typed, asked) in [("contoso.example", "contoso.example"), ("ap@contoso.example", "contoso.example")] {
        let mut model = showing(nothing(), (120, 40));
        press(&mut model, "N");
        assert_eq!(press(&mut model, "ctrl-t"), [], "there is nothing to look for");
        press(&mut model, "tab");
        press(&mut model, "tab");
        type_in(&mut model, typed);
        let wanted = Effect::FindTenant("microsoft".to_owned(), asked.to_owned());
        assert_eq!(press(&mut model, "ctrl-t"), [wanted]);
        done(&mut model, Done::Tenant(Ok(("an-id".to_owned(), Some("EU".to_owned())))));
        assert_eq!(form(&model).text(Name::Tenant), "an-id");
        assert_eq!(form(&model).status, Status::FoundTenant(Some("EU".to_owned())));
    }
}

#[test]
fn a_tenant_that_is_found_too_late_overwrites_nothing() {
    let mut model = showing(nothing(), (120, 40));
    press(&mut model, "N");
    press(&mut model, "tab");
    press(&mut model, "tab");
    type_in(&mut model, "contoso.example");
    press(&mut model, "ctrl-t");
    type_in(&mut model, ".uk");
    done(&mut model, Done::Tenant(Ok(("an-id".to_owned(), None))));
    assert_eq!(form(&model).text(Name::Tenant), "contoso.example.uk");
    press(&mut model, "esc");
    assert_eq!(done(&mut model, Done::Tenant(Err(trouble()))), []);
    assert!(model.overlay.is_none());
}
