//! The registry as one picture, and what is new in it since somebody looked.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use rusqlite::{Connection, Transaction};

use crate::domain::{Fleet, Grant, GrantId, Map, News, Provider, Trouble};

use super::sql::Fault;
use super::{Registry, applications, grants, mailboxes};

/// A point in a registry's life, after which news can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(i64);

/// What is to be seen that was not seen before.
#[derive(Debug, Clone)]
pub enum Sight {
    /// Nothing.
    Same,
    /// Some mailboxes are in another state. None came, went or belongs elsewhere.
    News(News),
    /// Everything, since more changed than that.
    Whole(Fleet),
}

impl Registry {
    /// Everything, in one read transaction, mailboxes sorted by address.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn fleet(&self, providers: &Arc<HashMap<String, Provider>>) -> Result<Fleet, Trouble> {
        self.read(|transaction| self.whole(transaction, providers))
    }

    /// What is new since `seen`, whichever process changed it, and the revision to ask with next.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn look(
        &self,
        seen: Option<Revision>,
        providers: &Arc<HashMap<String, Provider>>,
    ) -> Result<(Revision, Sight), Trouble> {
        self.read(|transaction| {
            let (newest, last_whole) = changes(transaction)?;
            let sight = match seen {
                Some(seen) if seen == newest => Sight::Same,
                Some(seen) if seen >= last_whole => Sight::News(News {
                    mailboxes: mailboxes::changed_since(transaction, seen.0)?,
                    grants: grants::changed_since(transaction, seen.0)?,
                }),
                _ => Sight::Whole(self.whole(transaction, providers)?),
            };
            Ok((newest, sight))
        })
    }

    /// Everything, as `transaction` sees it. Mailboxes and grants are read at once, since a fleet of
    /// thousands takes some time for each.
    fn whole(&self, transaction: &Transaction<'_>, providers: &Arc<HashMap<String, Provider>>) -> Result<Fleet, Fault> {
        let (newest, _) = changes(transaction)?;
        thread::scope(|scope| {
            let beside = scope.spawn(|| self.grants_at(newest));
            let mailboxes = mailboxes::all(transaction)?;
            let grants = match beside.join() {
                Ok(Ok(Some(grants))) => grants,
                // The file has changed in between, or another connection was too much to ask.
                _ => grants::all(transaction)?,
            };
            let applications = applications::all(transaction)?.into_iter().map(|it| (it.name.clone(), it)).collect();
            Ok(Fleet { applications, grants, mailboxes, providers: Arc::clone(providers) })
        })
    }

    /// The grants as they were after `wanted`, by another connection; `None` if there were changes since.
    fn grants_at(&self, wanted: Revision) -> Result<Option<Map<GrantId, Grant>>, Fault> {
        let mut beside = self.another_reader()?;
        let transaction = beside.transaction()?;
        let (newest, _) = changes(&transaction)?;
        if newest == wanted { grants::all(&transaction).map(Some) } else { Ok(None) }
    }
}

/// The newest revision, and that of the newest change that is told as a whole.
fn changes(connection: &Connection) -> Result<(Revision, Revision), Fault> {
    let mut statement = connection.prepare_cached("SELECT newest, whole FROM changes")?;
    Ok(statement.query_row([], |row| Ok((Revision(row.get(0)?), Revision(row.get(1)?))))?)
}

#[cfg(test)]
mod tests {
    use super::super::Protocol;
    use super::super::fixture::{address, application, at, fresh, name, new_mailbox};
    use super::*;
    use crate::domain::{Check, Mailbox, Token};

    /// Three mailboxes, of which two share a grant.
    fn three() -> (tempfile::TempDir, Registry, Vec<Mailbox>) {
        let (folder, registry) = fresh();
        registry.add_application(&application("Mailer")).unwrap();
        let add = |mailbox, account| registry.add_mailbox(&address(mailbox), &name("Mailer"), &address(account));
        let mailboxes = [("a@x", "a@x"), ("b@x", "c@x"), ("c@x", "c@x")].map(|(m, a)| add(m, a).unwrap());
        (folder, registry, mailboxes.to_vec())
    }

    fn look(registry: &Registry, seen: Revision) -> (Revision, Sight) {
        registry.look(Some(seen), &Arc::default()).unwrap()
    }

    fn whole_at(registry: &Registry) -> (Revision, Fleet) {
        match registry.look(None, &Arc::default()).unwrap() {
            (revision, Sight::Whole(fleet)) => (revision, fleet),
            (_, other) => panic!("the first look gives {other:?}"),
        }
    }

    #[test]
    fn everything_is_in_it_and_mailboxes_are_sorted() {
        let (_folder, registry) = fresh();
        registry.add_application(&application("Mailer")).unwrap();
        registry.add_application(&application("Printer")).unwrap();
        for (mailbox, account) in [("c@x", "c@x"), ("A@x", "c@x"), ("b@x", "b@x")] {
            registry.add_mailbox(&address(mailbox), &name("Mailer"), &address(account)).unwrap();
        }
        let fleet = registry.fleet(&Arc::default()).unwrap();
        assert_eq!((fleet.applications.len(), fleet.grants.len()), (2, 2));
        let addresses: Vec<&str> = fleet.mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect();
        assert_eq!(addresses, ["A@x", "b@x", "c@x"]);
        assert_eq!(fleet.entries().count(), 3);
    }

    #[test]
    fn news_are_the_mailboxes_that_a_check_or_a_refresh_touched() {
        let (folder, registry, boxes) = three();
        let other = Registry::open(&folder.path().join("registry.db")).unwrap();
        let (revision, mut fleet) = whole_at(&registry);
        assert!(matches!(look(&registry, revision), (same, Sight::Same) if same == revision));

        other.record_check(boxes[0].id, Protocol::Imap, &Check::Ok { at: at(5) }).unwrap();
        other.record_use(boxes[1].grant, at(6)).unwrap();
        let (revision, sight) = look(&registry, revision);
        let Sight::News(news) = sight else { panic!("{sight:?}") };
        assert_eq!((news.mailboxes.len(), news.grants.len()), (3, 2), "one checked, two through their grant");
        assert_eq!(fleet.take(&news).len(), 3);
        assert_eq!(fleet.mailboxes, registry.fleet(&Arc::default()).unwrap().mailboxes);
        assert_eq!(fleet.grants, registry.fleet(&Arc::default()).unwrap().grants);
        assert!(matches!(fleet.grants[&boxes[2].grant].token, Token::Held { .. }));

        registry.record_check(boxes[2].id, Protocol::Smtp, &Check::Ok { at: at(7) }).unwrap();
        let (_, Sight::News(news)) = look(&registry, revision) else { panic!("no news") };
        assert_eq!(news.mailboxes.iter().map(|mailbox| mailbox.id).collect::<Vec<_>>(), [boxes[2].id]);
    }

    #[test]
    fn what_no_screen_shows_is_no_news() {
        let (_folder, registry, boxes) = three();
        let (revision, _) = whole_at(&registry);
        registry.cache_access_token(boxes[0].grant, b"sealed", at(5)).unwrap();
        assert!(registry.take_lease(boxes[0].grant, "holder", at(5), at(6)).unwrap());
        assert!(matches!(look(&registry, revision), (_, Sight::Same)));
    }

    #[test]
    fn whatever_comes_goes_or_moves_is_seen_as_a_whole() {
        let (_folder, registry, boxes) = three();
        let changes: [&dyn Fn(); 6] = [
            &|| drop(registry.add_mailbox(&address("d@x"), &name("Mailer"), &address("d@x")).unwrap()),
            &|| drop(registry.remove_mailbox(boxes[0].id).unwrap()),
            &|| registry.assign_grant(boxes[1].id, registry.mailbox_at(&address("d@x")).unwrap().grant).unwrap(),
            &|| drop(registry.change_mailbox(boxes[1].id, &new_mailbox("e@x", "e@x")).unwrap()),
            &|| registry.add_application(&application("Printer")).unwrap(),
            &|| registry.remove_application(&name("Printer")).unwrap(),
        ];
        for (number, change) in changes.iter().enumerate() {
            let (revision, _) = whole_at(&registry);
            change();
            assert!(matches!(look(&registry, revision), (_, Sight::Whole(_))), "change {number}");
        }
    }
}
