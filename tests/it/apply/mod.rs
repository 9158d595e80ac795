//! Applying for a number (issue 4, FUNCTIONS 1, 3, 4): the whole way, and everything that can go wrong on it.

mod applicant;
mod bounds;
mod chip;
mod hand_over;
mod known;
mod order;
pub mod passport;
mod race;
mod recovery;
mod recovery_pages;
mod refused;
mod services;
mod visitor;
mod voucher;
mod way;

pub use applicant::{Applicant, PIN, house, stranger};
pub use services::{Citizen, SAME, Services};
pub use visitor::Visitor;

/// An adult with a resident card, whom the registry knows.
pub fn lin(services: &Services) -> Citizen {
    let lin = Citizen::with_card("林安然", "1990-03-15", 100);
    services.knows(&lin, "ref-lin");
    lin
}
