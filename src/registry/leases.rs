//! Leases: of all processes, only one refreshes a grant at a time.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use crate::domain::{GrantId, Trouble};

use super::sql::time;
use super::{Registry, discarded, grants};

/// Nobody's lease runs so much longer than a new one: the clock has been set back since it was taken.
const TOO_LONG: SignedDuration = SignedDuration::from_mins(1);

impl Registry {
    /// Takes the right to refresh a grant, unless somebody else's runs beyond `now`. One's own is
    /// renewed. Whoever holds it may store a secret, so that the grant's number will go through
    /// [`Registry::discarded`].
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn take_lease(&self, id: GrantId, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool, Trouble> {
        self.write_lightly(|transaction| {
            grants::by_id(transaction, id)?;
            let taken = transaction
                .prepare_cached(
                    "INSERT INTO leases (grant_id, holder, until) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (grant_id) DO UPDATE SET holder = excluded.holder, until = excluded.until \
                     WHERE leases.holder = excluded.holder OR leases.until <= ?4 OR leases.until > ?5",
                )?
                .execute(params![id.0, holder, time(until), time(now), time(until + TOO_LONG)])?;
            discarded::expect_secret(transaction, id)?;
            Ok(taken == 1)
        })
    }

    /// Gives the right back, if `holder` has it.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn release_lease(&self, id: GrantId, holder: &str) -> Result<(), Trouble> {
        self.write_lightly(|transaction| {
            transaction.execute("DELETE FROM leases WHERE grant_id = ?1 AND holder = ?2", params![id.0, holder])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::super::fixture::{at, with_mailbox};
    use super::*;

    #[test]
    fn a_lease_is_one_holders_until_it_ends() {
        let (folder, registry, mailbox) = with_mailbox();
        let other = Registry::open(&folder.path().join("registry.db")).unwrap();
        let id = mailbox.grant;
        assert_eq!(registry.take_lease(id, "one", at(0), at(30)), Ok(true));
        assert_eq!(other.take_lease(id, "two", at(29), at(60)), Ok(false));
        assert_eq!(registry.take_lease(id, "one", at(29), at(40)), Ok(true), "renewed");
        assert_eq!(other.take_lease(id, "two", at(39), at(60)), Ok(false));
        assert_eq!(other.take_lease(id, "two", at(40), at(60)), Ok(true), "over");
        registry.release_lease(id, "one").unwrap();
        assert_eq!(registry.take_lease(id, "one", at(41), at(70)), Ok(false), "not one's own to give back");
        other.release_lease(id, "two").unwrap();
        assert_eq!(registry.take_lease(id, "one", at(41), at(70)), Ok(true));
    }

    #[test]
    fn a_lease_of_a_clock_that_ran_ahead_holds_nobody_up() {
        let (_folder, registry, mailbox) = with_mailbox();
        assert_eq!(registry.take_lease(mailbox.grant, "who died", at(3_600), at(3_630)), Ok(true));
        assert_eq!(registry.take_lease(mailbox.grant, "two", at(0), at(30)), Ok(true));
        assert_eq!(registry.take_lease(mailbox.grant, "three", at(-10), at(20)), Ok(false), "as slow as machines are");
    }

    #[test]
    fn of_many_at_once_one_gets_it() {
        let (folder, _registry, mailbox) = with_mailbox();
        let path = folder.path().join("registry.db");
        let start = Barrier::new(8);
        let take = |holder: usize| {
            let registry = Registry::open(&path).unwrap();
            start.wait();
            registry.take_lease(mailbox.grant, &holder.to_string(), at(0), at(30)).unwrap()
        };
        let taken = thread::scope(|scope| {
            let take = &take;
            let threads: Vec<_> = (0..8).map(|holder| scope.spawn(move || take(holder))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|taken| *taken).count()
        });
        assert_eq!(taken, 1);
    }
}
