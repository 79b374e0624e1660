use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::*;

/// A clipboard in memory, that other programs write to, and that breaks on demand.
#[derive(Clone, Default)]
struct Shared {
    text: Rc<RefCell<Option<String>>>,
    breaks: Rc<Cell<u32>>,
    opened: Rc<Cell<u32>>,
}

impl Shared {
    fn put(&self, text: &str) {
        *self.text.borrow_mut() = Some(text.to_owned());
    }

    fn worker(&self) -> Worker<Self, impl Fn() -> Result<Self, String>> {
        let shared = self.clone();
        Worker::new(move || {
            shared.opened.set(shared.opened.get() + 1);
            Ok(shared.clone())
        })
    }

    fn fail(&self) -> Result<(), String> {
        match self.breaks.get() {
            0 => Ok(()),
            left => {
                self.breaks.set(left - 1);
                Err("It broke.".to_owned())
            }
        }
    }
}

impl Board for Shared {
    fn read(&mut self) -> Result<Option<Secret>, String> {
        self.fail()?;
        Ok(self.text.borrow().clone().map(Secret::new))
    }

    fn write(&mut self, text: &Secret) -> Result<(), String> {
        self.fail()?;
        self.put(text.expose());
        Ok(())
    }

    fn clear(&mut self) -> Result<(), String> {
        *self.text.borrow_mut() = None;
        Ok(())
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// What a watcher was told since it was last asked.
fn told(texts: &mut mpsc::Receiver<Secret>) -> Vec<String> {
    std::iter::from_fn(|| texts.try_recv().ok()).map(|text| text.expose().to_owned()).collect()
}

#[test]
fn a_watcher_is_told_what_is_there_and_then_only_what_is_new() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    shared.put("first");
    let (sender, mut texts) = mpsc::channel(8);
    worker.obey(Command::Watch(sender));
    worker.look();
    shared.put("second");
    worker.look();
    worker.look();
    assert_eq!(told(&mut texts), ["first", "second"]);
}

#[test]
fn a_text_that_comes_back_is_new_again() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    let (sender, mut texts) = mpsc::channel(8);
    shared.put("code");
    worker.obey(Command::Watch(sender));
    worker.copy(&secret("link")).unwrap();
    worker.look();
    shared.put("code");
    worker.look();
    *shared.text.borrow_mut() = None;
    worker.look();
    shared.put("code");
    worker.look();
    assert_eq!(told(&mut texts), ["code", "code", "code"]);
}

#[test]
fn neither_our_own_text_nor_a_giant_is_told() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    worker.copy(&secret("ours")).unwrap();
    let (sender, mut texts) = mpsc::channel(8);
    worker.obey(Command::Watch(sender));
    shared.put(&"x".repeat(LONGEST_WATCHED + 1));
    worker.look();
    assert!(told(&mut texts).is_empty());
    shared.put(&"x".repeat(LONGEST_WATCHED));
    worker.look();
    assert_eq!(told(&mut texts).len(), 1);
}

#[test]
fn a_watcher_that_is_behind_gets_the_latest_when_it_has_read() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    let (sender, mut texts) = mpsc::channel(1);
    shared.put("first");
    worker.obey(Command::Watch(sender));
    shared.put("second");
    worker.look();
    assert_eq!(told(&mut texts), ["first"]);
    worker.look();
    assert_eq!(told(&mut texts), ["second"]);
}

#[test]
fn nobody_looks_when_nobody_watches() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    let (sender, texts) = mpsc::channel(1);
    worker.obey(Command::Watch(sender));
    drop(texts);
    worker.look();
    assert!(worker.watches.is_empty());
}

#[test]
fn only_our_own_text_is_cleared() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    shared.put("before");
    assert!(!worker.clear_if_ours().unwrap());
    worker.copy(&secret("ours")).unwrap();
    shared.put("foreign");
    assert!(!worker.clear_if_ours().unwrap());
    assert_eq!(shared.text.borrow().as_deref(), Some("foreign"));
    worker.copy(&secret("ours")).unwrap();
    assert!(worker.clear_if_ours().unwrap());
    assert_eq!(*shared.text.borrow(), None);
    assert!(!worker.clear_if_ours().unwrap());
}

#[test]
fn a_clipboard_that_breaks_is_opened_again() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    worker.copy(&secret("one")).unwrap();
    shared.breaks.set(1);
    worker.copy(&secret("two")).unwrap();
    assert_eq!((shared.opened.get(), shared.text.borrow().as_deref()), (2, Some("two")));
    shared.breaks.set(2);
    let trouble = worker.copy(&secret("s3cret")).unwrap_err();
    assert_eq!(trouble.code(), "clipboard.unavailable");
    assert!(!trouble.to_string().contains("s3cret"));
    assert!(worker.clear_if_ours().unwrap());
}

#[test]
fn a_clipboard_that_is_occupied_for_a_while_is_watched_on() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    let (sender, mut texts) = mpsc::channel(8);
    shared.breaks.set(3);
    shared.put("code");
    worker.obey(Command::Watch(sender));
    assert!(told(&mut texts).is_empty());
    worker.look();
    worker.look();
    assert_eq!(told(&mut texts), ["code"]);
}

#[test]
fn nothing_is_copied_for_somebody_who_has_stopped_waiting() {
    let shared = Shared::default();
    let mut worker = shared.worker();
    let (reply, answer) = oneshot::channel();
    drop(answer);
    worker.obey(Command::Copy(secret("late"), reply));
    assert_eq!(*shared.text.borrow(), None);
}

#[test]
fn where_there_is_no_clipboard_a_watch_ends_and_a_call_says_why() {
    let mut worker: Worker<Shared, _> = Worker::new(|| Err("There is no display.".to_owned()));
    let (sender, mut texts) = mpsc::channel(1);
    worker.obey(Command::Watch(sender));
    assert_eq!(texts.try_recv().unwrap_err(), mpsc::error::TryRecvError::Disconnected);
    assert_eq!(worker.read().unwrap_err().why(), "There is no display.");
}

#[test]
fn more_than_can_be_an_answer_is_not_read() {
    let shared = Shared::default();
    shared.put(&"x".repeat(LONGEST_READ + 1));
    assert_eq!(shared.worker().read().unwrap_err().code(), "clipboard.too_large");
}
