//! Many mailboxes at once.

use rusqlite::{Transaction, params};

use crate::domain::{MailboxId, NewMailbox, Trouble};

use super::history::{self, Event};
use super::sql::Fault;
use super::{Registry, grants, mailboxes};

impl Registry {
    /// Adds mailboxes, and changes those that there are with the addresses of `changes`, by the rules of
    /// [`Registry::change_mailbox`]: all of them or none, each with the line of history that `event`
    /// makes of the mailbox as it was before, if it was, and as it is to be. Gives those that were changed.
    ///
    /// # Errors
    /// `mailbox.exists` if the registry has one of the new addresses; `mailbox.unknown` if it has not one
    /// of the others; `application.unknown`; `registry.…`.
    pub fn import_mailboxes(
        &self,
        new: &[NewMailbox],
        changes: &[NewMailbox],
        event: impl Fn(Option<&NewMailbox>, &NewMailbox) -> Event,
    ) -> Result<Vec<MailboxId>, Trouble> {
        self.write(|transaction| {
            let (mut events, mut changed) = (Vec::with_capacity(new.len()), Vec::with_capacity(changes.len()));
            for mailbox in new {
                add(transaction, mailbox)?;
                events.push(event(None, mailbox));
            }
            for to in changes {
                let mailbox = mailboxes::by_address(transaction, &to.address)?;
                changed.push(mailbox.id);
                let before = mailboxes::change(transaction, mailbox, to)?;
                events.push(event(Some(&before), to));
            }
            // Earlier lines would be forgotten at once.
            for event in events.iter().skip(events.len().saturating_sub(history::KEPT as usize)) {
                history::add(transaction, event)?;
            }
            history::forget_oldest(transaction)?;
            Ok(changed)
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
    use super::super::Protocol;
    use super::super::fixture::{address, at, name, new_mailbox as new, with_mailbox};
    use super::super::history::Happened;
    use super::*;
    use crate::domain::{Address, Check, Checks};

    fn event(before: Option<&NewMailbox>, now: &NewMailbox) -> Event {
        let what = before.map_or(Happened::Added, |_| Happened::Changed);
        Event { what, ..added(&now.address) }
    }

    fn added(mailbox: &Address) -> Event {
        let (what, command) = (Happened::Added, "import".to_owned());
        Event { at: at(7), mailbox: mailbox.clone(), what, detail: String::new(), command }
    }

    #[test]
    fn all_are_added_with_their_notes_and_a_line_of_history_each() {
        let (_folder, registry, own) = with_mailbox();
        let shared = [new("ap@contoso.com", "Billing@contoso.com"), new("hr@contoso.com", "hr@contoso.com")];
        registry.import_mailboxes(&shared, &[], event).unwrap();
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
            let outcome = registry.import_mailboxes(&[new("hr@contoso.com", "hr@contoso.com"), wrong], &[], event);
            assert_eq!(outcome.unwrap_err().code(), code);
            let fleet = registry.fleet(&std::sync::Arc::default()).unwrap();
            assert_eq!((fleet.mailboxes, fleet.grants.len()), (vec![own.clone()], 1));
            assert_eq!(registry.history(None, 9), Ok(vec![]));
        }
    }

    #[test]
    fn mailboxes_are_changed_as_one_would_be_and_all_or_none() {
        let (_folder, registry, own) = with_mailbox();
        registry.record_check(own.id, Protocol::Smtp, &Check::Ok { at: at(1) }).unwrap();
        let to = new("billing@contoso.com", "delegate@contoso.com");
        let (unknown, added) = (new("nobody@contoso.com", "x@contoso.com"), new("hr@contoso.com", "hr@contoso.com"));
        let outcome = registry.import_mailboxes(&[added], &[to.clone(), unknown], event);
        assert_eq!(outcome.unwrap_err().code(), "mailbox.unknown");
        assert_eq!(registry.fleet(&std::sync::Arc::default()).unwrap().mailboxes.len(), 1);
        assert_eq!((registry.mailbox(own.id).unwrap().grant, registry.history(None, 9)), (own.grant, Ok(vec![])));

        assert_eq!(registry.import_mailboxes(&[], std::slice::from_ref(&to), event), Ok(vec![own.id]));
        let after = registry.mailbox(own.id).unwrap();
        assert_eq!((after.address.as_str(), after.checks), (own.address.as_str(), Checks::default()));
        assert_eq!((registry.grant(after.grant).unwrap().account, after.note), (to.account, to.note));
        assert_eq!(registry.grant(own.grant).unwrap_err().code(), "grant.unknown", "nobody uses it any more");
        assert_eq!(registry.history(None, 9).unwrap()[0].what, Happened::Changed);
    }

    #[test]
    fn of_more_than_history_keeps_it_keeps_the_last() {
        let (_folder, registry, _) = with_mailbox();
        registry.note(&added(&address("old@contoso.com"))).unwrap();
        let many: Vec<NewMailbox> =
            (1..=10_002).map(|number| new(&format!("{number}@contoso.com"), "x@contoso.com")).collect();
        registry.import_mailboxes(&many, &[], event).unwrap();
        let lines = registry.history(None, usize::MAX).unwrap();
        let ends = [lines.first(), lines.last()].map(|line| line.unwrap().mailbox.as_str());
        assert_eq!((lines.len(), ends), (10_000, ["10002@contoso.com", "3@contoso.com"]));
    }

    #[test]
    fn an_import_of_nothing_forgets_nothing() {
        let (_folder, registry, _) = with_mailbox();
        registry
            .write(|t| Ok(t.execute("UPDATE sqlite_sequence SET seq = 99999 WHERE name = 'mailboxes'", [])?))
            .unwrap();
        registry.note(&added(&address("old@contoso.com"))).unwrap();
        registry.add_mailbox(&address("z@contoso.com"), &name("Mailer"), &address("z@contoso.com")).unwrap();
        registry.import_mailboxes(&[], &[], event).unwrap();
        assert_eq!(registry.history(None, 9).unwrap().len(), 1);
    }
}
