//! Whose panic ends the dashboard. Alone in its program, since the hook is the whole program's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mailkey::tui::panics;

#[test]
fn the_loops_gives_the_terminal_back_and_a_jobs_does_not() {
    let counts: [Arc<AtomicUsize>; 3] = Default::default();
    let [written, given_back, broken_off] = counts.clone().map(|count| {
        move || {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    std::panic::set_hook(Box::new(move |_| written()));
    panics::watch(given_back, broken_off);
    let so_far = || counts.each_ref().map(|count| count.load(Ordering::SeqCst));

    std::thread::spawn(|| panic!("a job's")).join().unwrap_err();
    assert_eq!(so_far(), [0, 0, 1], "the screen is left alone");
    std::panic::catch_unwind(|| panic!("the loop's")).unwrap_err();
    assert_eq!(so_far(), [1, 1, 1]);
}
