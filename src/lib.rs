//! Hufu: an OpenID Connect identity provider that cannot see. The rooms, floor by floor; docs/architecture.md is the map.
pub mod cli;
pub mod config;
pub mod sandbox;

pub mod outside;
pub mod web;

pub mod flow;

pub mod store;

pub mod authn;
pub mod authorize;
pub mod code;
pub mod consent;
pub mod token;
pub mod userinfo;

pub mod client;
pub mod document;
pub mod keys;
pub mod person;

pub mod spec;
