//! mailkey takes Microsoft 365 mailboxes to OAuth 2.0: the rooms of the house.

pub mod cli;
pub mod demo;
pub mod desktop;
pub mod domain;
pub mod engine;
pub mod mail;
pub mod oauth;

pub mod registry;
pub mod secrets;
pub mod tui;
