//! The sandbox's reader of chips before a provider that is none. docs/ports/reader.md.

use crate::house::twins::TwinServer;
use crate::house::{Answers, Documents};
use url::Url;

/// A task to read, as docs/ports/reader.md has it.
const TASK: &str = r#"{"do":"read","files":["COM","DG14"],"challenge":"ASNFZ4mrze8="}"#;

/// Bounded in size and time, and no redirect is followed.
#[tokio::test]
async fn a_provider_that_does_not_speak_the_reader_api_is_left_alone() {
    let provider = Documents::start().await;
    let twins = TwinServer::beside(Url::parse(&provider.uri("")).expect("a URL"), None, None);
    let elsewhere = provider.put("/elsewhere", Answers::With(TASK.to_owned()));
    for (place, (answers, asked)) in [
        // The task is one; a task is no step.
        (Answers::With(TASK.to_owned()), 2),
        (Answers::With("<html>".to_owned()), 1),
        (Answers::Status(500), 1),
        (Answers::Redirect(elsewhere), 1),
        (Answers::Flood, 1),
        (Answers::Liar(1 << 20), 1),
        (Answers::Silence, 1),
    ]
    .into_iter()
    .enumerate()
    {
        let (path, what) = (format!("/reader/{place}"), format!("{answers:?}"));
        let ticket = provider.put(&path, answers);
        let form = [("ticket", ticket.as_str()), ("document", "copy")];
        let answer = reqwest::Client::new().post(format!("{}/reader", twins.url)).form(&form).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 502, "{what}");
        assert_eq!(answer.headers()["hufu-sandbox"], "1");
        assert_eq!(provider.asked(&path), asked, "{what}");
    }
    assert_eq!(provider.asked("/elsewhere"), 0);
}
