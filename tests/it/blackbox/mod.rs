//! The product from outside: an unmodified OAuth library, a browser without JavaScript, and whatever else may knock.

mod acr;
mod apps;
mod bad_access_token;
mod bad_authorize;
mod bad_redirect;
mod bad_token;
mod client_auth;
mod cors;
mod discovery;
mod every_error;
mod form_post;
mod forms;
mod hints;
mod login;
mod logout;
mod me;
mod methods;
mod pkce;
mod prompt;
mod registration;
mod sealed;
mod silence;
mod sizes;
mod statics;
mod tokens;
mod ways_out;
