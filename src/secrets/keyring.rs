//! The operating system's keyring. One thread of its own makes all the calls, since a call may
//! block for as long as a person takes to unlock the keyring; whoever asks waits for a limited time.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use keyring_core::CredentialStore;
use tokio::sync::oneshot;

use crate::domain::{Remedy, Trouble};

use super::platform;
use super::vault::Vault;

/// How a connection to the keyring is made.
pub(super) type Connect = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// A thread that is at one call for longer than this is left to itself, and another takes its
/// place. No earlier: each new one may open another prompt on the desktop.
const HUNG: Duration = Duration::from_secs(300);

/// The keyring, asked from anywhere.
pub(super) struct Keyring {
    connect: Connect,
    patience: Duration,
    hung: Duration,
    worker: Mutex<Option<Worker>>,
}

/// The thread that makes the calls, as long as it lives.
struct Worker {
    jobs: mpsc::Sender<Job>,
    busy_since: Arc<Mutex<Option<Instant>>>,
}

/// One thing to do, unless nobody waits for it any more.
struct Job {
    abandoned: Arc<AtomicBool>,
    run: Box<dyn FnOnce(&mut Vault) + Send>,
}

impl Keyring {
    /// The keyring of this system. A call is given up after `patience`.
    pub(super) fn new(patience: Duration) -> Self {
        Self::on(Arc::new(platform::connect), patience, HUNG)
    }

    fn on(connect: Connect, patience: Duration, hung: Duration) -> Self {
        Self { connect, patience, hung, worker: Mutex::new(None) }
    }

    /// Has `work` done on the keyring's thread.
    ///
    /// # Errors
    /// What `work` gives; `keyring.timeout` if it takes too long. It is then broken off before the
    /// next entry that it would touch, or never begun.
    pub(super) async fn ask<T, W>(&self, work: W) -> Result<T, Trouble>
    where
        T: Send + 'static,
        W: FnOnce(&mut Vault) -> Result<T, Trouble> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let abandoned = Arc::new(AtomicBool::new(false));
        self.hand_over(Job {
            abandoned: Arc::clone(&abandoned),
            // Whoever asked may be gone; what they asked for is done all the same.
            run: Box::new(move |vault| drop(reply.send(work(vault)))),
        })?;
        match tokio::time::timeout(self.patience, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(stopped("The keyring's thread stopped in the middle of the call.")),
            Err(_) => {
                abandoned.store(true, Ordering::Relaxed);
                Err(timed_out(self.patience))
            }
        }
    }

    /// Gives a job to the thread; to a new one if there is none, it has died, or it hangs.
    fn hand_over(&self, job: Job) -> Result<(), Trouble> {
        let mut slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let job = match slot.take_if(|worker| !worker.is_busy_beyond(self.hung)) {
            Some(worker) => match worker.jobs.send(job) {
                Ok(()) => {
                    *slot = Some(worker);
                    return Ok(());
                }
                Err(mpsc::SendError(job)) => job,
            },
            None => job,
        };
        let worker = Worker::start(&self.connect)?;
        worker.jobs.send(job).map_err(|_| stopped("The keyring's thread stopped at once."))?;
        *slot = Some(worker);
        Ok(())
    }
}

impl Worker {
    fn start(connect: &Connect) -> Result<Self, Trouble> {
        let (jobs, queue) = mpsc::channel();
        let busy_since = Arc::new(Mutex::new(None));
        let (connect, clock) = (Arc::clone(connect), Arc::clone(&busy_since));
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || work_off(&queue, Vault::new(connect), &clock))
            .map_err(|error| stopped(&format!("No thread could be started for it: {error}.")))?;
        Ok(Self { jobs, busy_since })
    }

    fn is_busy_beyond(&self, limit: Duration) -> bool {
        let since = *self.busy_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() > limit)
    }
}

fn work_off(queue: &mpsc::Receiver<Job>, mut vault: Vault, clock: &Mutex<Option<Instant>>) {
    let mark = |moment| *clock.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    while let Ok(job) = queue.recv() {
        mark(Some(Instant::now()));
        vault.work_for(job.abandoned);
        (job.run)(&mut vault);
        mark(None);
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("patience", &self.patience).finish_non_exhaustive()
    }
}

/// `keyring.timeout`.
pub(super) fn timed_out(patience: Duration) -> Trouble {
    Trouble::new(
        "keyring.timeout",
        format!("The keyring did not answer within {} seconds", patience.as_secs_f32()),
        "It may be waiting for somebody to unlock it: a prompt may be open on the desktop of this machine.",
        "Answer the prompt if there is one, then try again.",
    )
    .with(Remedy::Retry { not_before: None })
}

fn stopped(why: &str) -> Trouble {
    Trouble::new("keyring.failed", "The keyring could not be used", why, "Try again.")
        .with(Remedy::Retry { not_before: None })
}

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::collections::HashMap;
    use std::sync::Condvar;
    use std::sync::atomic::AtomicUsize;

    use keyring_core::api::CredentialStoreApi;
    use keyring_core::{Entry, Error, mock};

    use super::super::pieces;
    use super::*;
    use crate::domain::Secret;

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(60);

    fn platform_failure(text: &'static str) -> Error {
        Error::PlatformFailure(text.into())
    }

    async fn put(keyring: &Keyring, text: &'static str) -> Result<(), Trouble> {
        keyring.ask(move |entries| pieces::put(entries, "key", &Secret::new(text))).await
    }

    async fn get(keyring: &Keyring) -> Result<Option<Secret>, Trouble> {
        keyring.ask(|entries| pieces::get(entries, "key")).await
    }

    /// A keyring behind a locked door: calls wait until somebody opens it.
    #[derive(Clone)]
    struct Locked {
        inner: Arc<CredentialStore>,
        open: Arc<(Mutex<bool>, Condvar)>,
    }

    impl Locked {
        fn new() -> Self {
            let inner: Arc<CredentialStore> = mock::Store::new().unwrap();
            Self { inner, open: Arc::default() }
        }

        fn connect(&self) -> Connect {
            let store = self.clone();
            Arc::new(move || Ok(Arc::new(store.clone())))
        }

        fn unlock(&self) {
            *self.open.0.lock().unwrap() = true;
            self.open.1.notify_all();
        }
    }

    impl CredentialStoreApi for Locked {
        fn vendor(&self) -> String {
            "test".into()
        }

        fn id(&self) -> String {
            "test".into()
        }

        fn build(&self, s: &str, u: &str, _: Option<&HashMap<&str, &str>>) -> keyring_core::Result<Entry> {
            let open = self.open.0.lock().unwrap();
            drop(self.open.1.wait_while(open, |open| !*open).unwrap());
            self.inner.build(s, u, None)
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    #[tokio::test]
    async fn a_keyring_that_starts_late_is_found_without_a_restart() {
        let store = mock::Store::new().unwrap();
        let tries = Arc::new(AtomicUsize::new(0));
        let connect: Connect = Arc::new(move || match tries.fetch_add(1, Ordering::Relaxed) {
            0 => Err(platform_failure("org.freedesktop.DBus.Error.ServiceUnknown")),
            _ => Ok(store.clone()),
        });
        let keyring = Keyring::on(connect, LONG, HUNG);
        assert!(put(&keyring, "token").await.is_err());
        put(&keyring, "token").await.unwrap();
        assert_eq!(get(&keyring).await.unwrap().unwrap().expose(), "token");
    }

    #[tokio::test]
    async fn a_connection_that_broke_is_made_anew_within_the_call() {
        let store = mock::Store::new().unwrap();
        let connects = Arc::new(AtomicUsize::new(0));
        let (handle, counter) = (Arc::clone(&store), Arc::clone(&connects));
        let connect: Connect = Arc::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(handle.clone())
        });
        let keyring = Keyring::on(connect, LONG, HUNG);
        put(&keyring, "token").await.unwrap();
        let entry = store.build("mailkey", "key", None).unwrap();
        let credential: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        credential.set_error(platform_failure("the service restarted"));
        assert_eq!(get(&keyring).await.unwrap().unwrap().expose(), "token");
        assert_eq!(connects.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_call_that_waits_too_long_is_given_up_and_never_carried_out_later() {
        let locked = Locked::new();
        let keyring = Keyring::on(locked.connect(), SHORT, HUNG);
        // The first is in the middle of it, the second still queues behind it.
        let (first, second) = tokio::join!(put(&keyring, "first"), put(&keyring, "second"));
        assert_eq!(first.unwrap_err().code(), "keyring.timeout");
        assert_eq!(second.unwrap_err().code(), "keyring.timeout");
        locked.unlock();
        let patient = Keyring { patience: LONG, ..keyring };
        assert_eq!(get(&patient).await, Ok(None));
        put(&patient, "third").await.unwrap();
        assert_eq!(get(&patient).await.unwrap().unwrap().expose(), "third");
    }

    #[tokio::test]
    async fn a_thread_that_hangs_is_replaced() {
        let locked = Locked::new();
        let open: Arc<CredentialStore> = mock::Store::new().unwrap();
        let (door, connects) = (locked.clone(), AtomicUsize::new(0));
        let connect: Connect = Arc::new(move || match connects.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(Arc::new(door.clone())),
            _ => Ok(Arc::clone(&open)),
        });
        let keyring = Keyring::on(connect, SHORT, Duration::ZERO);
        assert_eq!(put(&keyring, "first").await.unwrap_err().code(), "keyring.timeout");
        let patient = Keyring { patience: LONG, ..keyring };
        put(&patient, "second").await.unwrap();
        locked.unlock();
    }

    #[tokio::test]
    async fn a_thread_that_died_is_replaced() {
        let store = mock::Store::new().unwrap();
        let keyring = Keyring::on(Arc::new(move || Ok(store.clone())), LONG, HUNG);
        let died: Result<(), _> = keyring.ask(|_| panic!("a bug in a keyring's library")).await;
        assert_eq!(died.unwrap_err().code(), "keyring.failed");
        let deadline = Instant::now() + LONG;
        while put(&keyring, "token").await.is_err() {
            assert!(Instant::now() < deadline, "no other takes its place");
        }
        assert_eq!(get(&keyring).await.unwrap().unwrap().expose(), "token");
    }
}
