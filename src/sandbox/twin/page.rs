//! The twins' pages: the readers and the telephone, for people who try the sandbox. They work without JavaScript.

use super::inbox::Message;
use super::people::{Paper, Somebody, called};
use crate::sandbox::chip::ChipDocument;
pub(super) use crate::sandbox::site::page::Lang;
pub(super) use askama::Template;
use url::Url;

/// `/`.
#[derive(Template)]
#[template(path = "twin/index.html")]
pub(super) struct Index {
    pub lang: Lang,
}

/// `/phone`. Form: `GET /phone` (`to`).
#[derive(Template)]
#[template(path = "twin/phone.html")]
pub(super) struct Phone<'a> {
    pub lang: Lang,
    pub to: &'a str,
    pub people: &'a [&'a Somebody],
    /// Newest first.
    pub messages: &'a [Message],
}

/// `/reader`. Form: `POST /reader` (`ticket`, `device`, `lang`, `document`).
#[derive(Template)]
#[template(path = "twin/reader.html")]
pub(super) struct Reader<'a> {
    pub lang: Lang,
    pub ticket: &'a str,
    pub device: Device,
    pub reads: Reads,
    pub newcomers: Vec<Offer<'a>>,
    pub personas: Vec<Offer<'a>>,
}

/// What a reader can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// For the resident card's gateway.
    Cards,
    /// For the provider itself.
    Chips,
}

/// On which device the application is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    This,
    /// The reader's address was scanned there.
    Other,
}

impl Device {
    pub fn of(word: Option<&str>) -> Self {
        if word == Some("other") { Self::Other } else { Self::This }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::This => "this",
            Self::Other => "other",
        }
    }
}

/// A document that somebody has.
pub(super) struct Offer<'a> {
    pub name: &'a str,
    /// In Chinese and in English.
    pub kind: (&'static str, &'static str),
    pub number: &'a str,
}

impl<'a> Offer<'a> {
    pub fn of_paper(somebody: &'a Somebody, paper: &'a Paper) -> Self {
        Self { name: &somebody.name, kind: called(paper.kind), number: &paper.number }
    }

    pub fn of_chip(document: &'a ChipDocument) -> Self {
        Self { name: &document.holder.name, kind: called(document.kind.word()), number: &document.number }
    }
}

/// After `POST /reader`, where it does not lead back at once; and for a ticket that leads nowhere.
#[derive(Template)]
#[template(path = "twin/read.html")]
pub(super) struct Read<'a> {
    pub lang: Lang,
    pub end: &'a End,
    pub device: Device,
    /// To the application.
    pub back: &'a Url,
}

/// How a reading ended.
#[derive(Debug)]
pub(super) enum End {
    Taken,
    Refused {
        code: String,
        message: String,
    },
    /// The ticket was used, is too old, or is none.
    Spent,
    NoAnswer,
}

impl End {
    /// Title and explanation, each in Chinese and in English.
    const fn words(&self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Taken => {
                [("证件已读取", "The document was read"), ("读卡器的工作已经完成。", "The reader has done its part.")]
            }
            Self::Refused { .. } => [
                ("证件未被接受", "The document was not taken"),
                (
                    "芯片的内容由申领服务核验，读卡器只负责传递。它的答复（英文）如下。",
                    "What a chip says is verified by the provider; the reader only carries it. This is the answer.",
                ),
            ],
            Self::Spent => [
                ("这次读卡已经结束", "This reading is over"),
                (
                    "读卡链接只能使用一次，几分钟后失效。需要时，申领页面会给出新的链接。",
                    "A reader’s link is good once and for a few minutes. The application gives a new one when it is needed.",
                ),
            ],
            Self::NoAnswer => [
                ("申领服务没有应答", "The provider does not answer"),
                ("证件没有被读取，请返回后再试一次。", "Nothing was read. Go back and try once more."),
            ],
        }
    }
}

/// The house's look.
pub(super) const CSS: &[u8] = include_bytes!("../../../static/hufu.css");
