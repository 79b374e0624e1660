//! The demo's servers, asked by a client that is written here by hand.

mod authorize;
mod client;
mod device;
mod faults;
mod mail;
mod person;
mod redeem;
mod refresh;
mod seed;
