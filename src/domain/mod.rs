//! The words of the trade and the rules between them: what a mailbox, a grant and a step are, and
//! when a step is done.
//!
//! Nothing here waits, draws, reads a file, talks to a network or looks at a clock: time is an
//! argument.

pub mod address;
pub mod application;
pub mod check;
pub mod fleet;
pub mod grant;
pub mod import;
pub mod mailbox;
pub mod note;
pub mod pause;
pub mod provider;
pub mod redirect_uri;
pub mod secret;
pub mod step;
pub mod store;
pub mod tally;
pub mod text;
pub mod trouble;
pub mod weeks;

pub use address::Address;
pub use application::{Application, ApplicationName};
pub use check::Check;
pub use fleet::{Entry, Fleet, Map, News};
pub use grant::{Grant, GrantId, Identity, Token, TokenEnd, TokenState};
pub use mailbox::{Checks, Mailbox, MailboxId, NewMailbox};
pub use note::Note;
pub use pause::Pause;
pub use provider::{MailServer, Provider};
pub use redirect_uri::RedirectUri;
pub use secret::Secret;
pub use step::{Step, StepState, Steps};
pub use store::{StoreKind, Whereabouts};
pub use tally::{Standing, Tally};
pub use trouble::{Remedy, Trouble};
pub use weeks::Weeks;
