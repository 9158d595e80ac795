//! The rack under threads: what a unit test of a pure room cannot ask.

use hufu::authn::{PinHash, Rack};
use std::thread;

#[test]
fn everybody_who_entered_is_served_by_fewer_buffers() {
    let rack = Rack::new(1, 7);
    let hash = rack.enter().expect("a place").hash(&[1; 32], 1, [2; 16]);
    let places: Vec<_> = (0..8).map(|_| rack.enter().expect("a place")).collect();
    assert!(rack.enter().is_err());
    thread::scope(|scope| {
        for (n, place) in (0_u8..).zip(places) {
            let hash = &hash;
            scope.spawn(move || assert_eq!(place.verify(&[n % 2; 32], hash), n % 2 == 1));
        }
    });
    assert_eq!(rack.load().0, 0);
}

/// PROTOCOL 21: "unknown numbers cost the same hash". That the rack itself costs next to nothing is measured by
/// `cargo xtask bench`, beside the bare hash.
#[test]
fn a_decoy_has_the_cost_of_a_real_hash() {
    let real = Rack::new(1, 0).enter().expect("a place").hash(&[1; 32], 1, [2; 16]);
    let cost = |hash: &PinHash| -> Vec<String> { hash.to_phc().split('$').take(4).map(str::to_owned).collect() };
    assert_eq!(cost(&real), cost(&PinHash::decoy(1)));
    assert!(cost(&real).concat().contains("m=19456,t=2,p=1"));
}
