//! Panics while the dashboard is up: the loop's own gives the terminal back first; a job's is told
//! on the dashboard, which goes on.

use std::thread;

/// From now on a panic on this thread, which is the loop's, calls `give_back` before it is written
/// to standard error. Any other goes to the log, since the terminal is the dashboard's, and calls
/// `broke_off`.
pub fn watch(give_back: impl Fn() + Send + Sync + 'static, broke_off: impl Fn() + Send + Sync + 'static) {
    let own = thread::current().id();
    let write = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if thread::current().id() == own {
            give_back();
            write(panic);
        } else {
            tracing::error!(%panic, "a job broke off");
            broke_off();
        }
    }));
}
