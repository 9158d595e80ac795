//! A service that is down, slow, lying or long-winded: what is tried again, what is given up, and what is never done twice.

use super::{Asker, key, known, phone};
use hufu::flow::ports::{FaceNonce, FaceReference, FaceSample, Notice, PortError, RegistryAnswer, Sending};
use hufu::outside::ports::{FAILURES, REST};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::net::TcpListener;
use std::time::Duration;
use url::Url;

#[tokio::test]
async fn what_was_not_heard_is_sent_again_twice() {
    let asker = Asker::new();
    for (number, trouble, times, answered) in
        [(1, "5xx", 2, true), (2, "down", 2, true), (3, "5xx", 3, false), (4, "down", 3, false)]
    {
        asker.line.steer("registry", trouble, Some(times)).await;
        let answer = asker.ports.registry.look_up(&known(), key(number)).await;
        match (answered, trouble) {
            (true, _) => assert!(matches!(answer, Ok(RegistryAnswer::Yes(_))), "{trouble}: {answer:?}"),
            (false, "5xx") => assert_eq!(answer, Err(PortError::Status(503))),
            (false, _) => assert_eq!(answer, Err(PortError::Unreachable)),
        }
    }
}

/// The message went out, and the answer was lost: the second try must not send another.
#[tokio::test]
async fn what_is_sent_again_is_done_once() {
    let asker = Asker::new();
    let to = phone("+86 199 0000 2003");
    asker.line.steer("phone", "lost", Some(2)).await;
    assert_eq!(asker.ports.phone.send(&to, "once", key(1)).await, Ok(Sending::Accepted));
    assert_eq!(asker.line.inbox(to.expose()).await.len(), 1);
    assert_eq!(asker.ports.phone.send(&to, "once", key(1)).await, Ok(Sending::Accepted), "the same question");
    assert_eq!(asker.line.inbox(to.expose()).await.len(), 1);
    assert_eq!(asker.ports.phone.send(&to, "another", key(1)).await, Err(PortError::Status(422)), "another one");
    assert_eq!(asker.ports.phone.send(&to, "once", key(2)).await, Ok(Sending::Accepted), "meant twice");
    assert_eq!(asker.line.inbox(to.expose()).await.len(), 2);
}

#[tokio::test]
async fn a_lying_long_winded_or_redirecting_service_has_said_nothing() {
    let asker = Asker::new();
    for (number, trouble, expected) in [
        (1, "lying", PortError::Nonsense("its answer is not the contract's")),
        (2, "oversized", PortError::Nonsense("its answer is longer than 16 KiB")),
        (3, "redirecting", PortError::Status(307)),
    ] {
        asker.line.steer("registry", trouble, Some(1)).await;
        assert_eq!(asker.ports.registry.look_up(&known(), key(number)).await, Err(expected), "and not tried again");
        assert!(matches!(asker.ports.registry.look_up(&known(), key(number + 10)).await, Ok(RegistryAnswer::Yes(_))));
    }
    for (port, number) in [("phone", 21), ("notification", 22), ("card", 23), ("face", 24)] {
        asker.line.steer(port, "lying", None).await;
        let answer = ask(&asker, port, number).await;
        assert!(matches!(answer, Err(PortError::Nonsense(_))), "{port}: {answer:?}");
    }
}

async fn ask(asker: &Asker, port: &str, number: u64) -> Result<(), PortError> {
    let (to, back) = (phone("+86 199 0000 2004"), Url::parse("https://id.example.org/").expect("a URL"));
    let sample = FaceSample::new(vec![1]).expect("a sample");
    let nonce = FaceNonce::random(&mut StdRng::seed_from_u64(1));
    let (ports, key) = (&asker.ports, key(number));
    match port {
        "phone" => ports.phone.send(&to, "x", key).await.map(drop),
        "notification" => ports.notification.notify(&to, Notice { text: "x" }, key).await,
        "card" => ports.card.begin(&back, key).await.map(drop),
        "face" => ports.face.compare(&sample, FaceReference::Chip(b"x"), nonce, key).await.map(drop),
        _ => ports.registry.look_up(&known(), key).await.map(drop),
    }
}

#[tokio::test]
async fn a_slow_service_is_not_waited_for() {
    let asker = Asker::new();
    asker.line.steer("registry", "slow", None).await;
    let query = known();
    let waiting = asker.ports.registry.look_up(&query, key(1));
    let answer = tokio::time::timeout(Duration::from_secs(12), waiting).await.expect("given up after 5 s");
    assert_eq!(answer, Err(PortError::Slow));
}

#[tokio::test]
async fn a_service_that_is_not_there_cannot_be_reached() {
    let mut asker = Asker::new();
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
    asker.line.url = format!("http://{}", nobody.local_addr().expect("bound"));
    drop(nobody);
    let ports = asker.line.ports(&asker.clock);
    assert_eq!(ports.registry.look_up(&known(), key(1)).await, Err(PortError::Unreachable));
}

#[tokio::test]
async fn the_breaker_opens_after_failures_in_a_row_and_closes_by_a_trial() {
    let asker = Asker::new();
    let ask = async |number| asker.ports.registry.look_up(&known(), key(number)).await;
    asker.line.steer("registry", "lying", None).await;
    for number in 0..u64::from(FAILURES) {
        assert!(matches!(ask(number).await, Err(PortError::Nonsense(_))));
    }
    assert_eq!(ask(10).await, Err(PortError::LeftAlone));
    asker.line.steer("registry", "up", None).await;
    asker.clock.pass(REST - Duration::from_secs(1));
    assert_eq!(ask(11).await, Err(PortError::LeftAlone), "one second early");
    assert!(asker.ports.phone.send(&phone("+86 199 0000 2005"), "x", key(1)).await.is_ok(), "the others are not meant");

    asker.clock.pass(Duration::from_secs(1));
    asker.line.steer("registry", "lying", Some(1)).await;
    assert!(matches!(ask(12).await, Err(PortError::Nonsense(_))), "the trial");
    assert_eq!(ask(13).await, Err(PortError::LeftAlone), "it failed");
    asker.clock.pass(REST);
    assert!(matches!(ask(14).await, Ok(RegistryAnswer::Yes(_))));
    assert!(matches!(ask(15).await, Ok(RegistryAnswer::Yes(_))), "closed");
}

/// A person who types nonsense must not be able to shut the service for all.
#[tokio::test]
async fn refused_questions_do_not_open_the_breaker() {
    let asker = Asker::new();
    let to = phone("+86 199 0000 2006");
    assert!(asker.ports.phone.send(&to, "x", key(1)).await.is_ok());
    for number in 0..u64::from(FAILURES) * 2 {
        let answer = asker.ports.phone.send(&to, "", key(100 + number)).await;
        assert_eq!(answer, Err(PortError::Status(400)));
    }
    assert!(asker.ports.phone.send(&to, "x", key(2)).await.is_ok());
}
