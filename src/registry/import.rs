//! Many mailboxes at once.

use rusqlite::{Transaction, params};

use crate::domain::{Address, NewMailbox, Trouble};

use super::history::{self, Event};
use super::sql::Fault;
use super::{Registry, grants, mailboxes};

impl Registry {
    /// Adds all of them, each with the line of history that `event` makes for it, or none.
    ///
    /// # Errors
    /// `mailbox.exists` if the registry has one of the addresses; `application.unknown`; `registry.…`.
    pub fn add_mailboxes(&self, mailboxes: &[NewMailbox], event: impl Fn(&Address) -> Event) -> Result<(), Trouble> {
        self.write(|transaction| {
            for mailbox in mailboxes {
                add(transaction, mailbox)?;
            }
            // Earlier lines would be forgotten at once.
            for mailbox in mailboxes.iter().skip(mailboxes.len().saturating_sub(history::KEPT as usize)) {
                history::add(transaction, &event(&mailbox.address))?;
            }
            history::forget_oldest(transaction)
        })
    }
}

fn add(transaction: &Transaction<'_>, mailbox: &NewMailbox) -> Result<(), Fault> {
    let NewMailbox { address, application, account, note } = mailbox;
    let grant = grants::find_or_make(transaction, application, account)?;
    let added = transaction
        .prepare_cached(
            "INSERT INTO mailboxes (address, folded, grant_id, note) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(params![address.as_str(), address.folded(), grant.0, note.as_str()])?;
    if added == 0 { mailboxes::refuse_taken(transaction, address, None) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{address, at, name, new_mailbox as new, with_mailbox};
    use super::super::history::Happened;
    use super::*;

    fn added(mailbox: &Address) -> Event {
        let (what, command) = (Happened::Added, "import".to_owned());
        Event { at: at(7), mailbox: mailbox.clone(), what, detail: String::new(), command }
    }

    #[test]
    fn all_are_added_with_their_notes_and_a_line_of_history_each() {
        let (_folder, registry, own) = with_mailbox();
        let shared = [new("ap@contoso.com", "Billing@contoso.com"), new("hr@contoso.com", "hr@contoso.com")];
        registry.add_mailboxes(&shared, added).unwrap();
        let ap = registry.mailbox_at(&address("ap@contoso.com")).unwrap();
        assert_eq!((ap.grant, ap.note.as_str()), (own.grant, "third floor"));
        let wanted = ["hr@contoso.com", "ap@contoso.com"].map(|mailbox| added(&address(mailbox)));
        assert_eq!(registry.history(None, 9), Ok(wanted.to_vec()));
    }

    #[test]
    fn nothing_is_added_if_one_cannot_be() {
        let (_folder, registry, own) = with_mailbox();
        let unknown = NewMailbox { application: name("Printer"), ..new("ap@contoso.com", "ap@contoso.com") };
        let taken = new("Billing@contoso.com", "x@contoso.com");
        for (wrong, code) in [(unknown, "application.unknown"), (taken, "mailbox.exists")] {
            let outcome = registry.add_mailboxes(&[new("hr@contoso.com", "hr@contoso.com"), wrong], added);
            assert_eq!(outcome.unwrap_err().code(), code);
            let fleet = registry.fleet(&std::sync::Arc::default()).unwrap();
            assert_eq!((fleet.mailboxes, fleet.grants.len()), (vec![own.clone()], 1));
            assert_eq!(registry.history(None, 9), Ok(vec![]));
        }
    }

    #[test]
    fn of_more_than_history_keeps_it_keeps_the_last() {
        let (_folder, registry, _) = with_mailbox();
        registry.note(&added(&address("old@contoso.com"))).unwrap();
        let many: Vec<NewMailbox> =
            (1..=10_002).map(|number| new(&format!("{number}@contoso.com"), "x@contoso.com")).collect();
        registry.add_mailboxes(&many, added).unwrap();
        let lines = registry.history(None, usize::MAX).unwrap();
        let ends = [lines.first(), lines.last()].map(|line| line.unwrap().mailbox.as_str());
        assert_eq!((lines.len(), ends), (10_000, ["10002@contoso.com", "3@contoso.com"]));
    }

    #[test]
    fn an_import_of_nothing_forgets_nothing() {
        let (_folder, registry, own) = with_mailbox();
        registry
            .write(|t| Ok(t.execute("UPDATE sqlite_sequence SET seq = 99999 WHERE name = 'mailboxes'", [])?))
            .unwrap();
        registry.note(&added(&address("old@contoso.com"))).unwrap();
        registry.add_mailbox(&address("z@contoso.com"), &own.application, &address("z@contoso.com")).unwrap();
        registry.add_mailboxes(&[], added).unwrap();
        assert_eq!(registry.history(None, 9).unwrap().len(), 1);
    }
}
