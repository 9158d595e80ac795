//! The type of the network certificate as a document: each claim that can be disclosed, by its name and in people's words.
//! SD-JWT VC (draft-ietf-oauth-sd-jwt-vc) §4.

use super::certificate::VCT;
use serde_json::{Value, json};

/// A claim that only its holder can disclose.
pub struct Disclosable {
    pub name: &'static str,
    zh: &'static str,
    en: &'static str,
}

/// What a certificate can disclose, each by itself.
pub const DISCLOSABLE: [Disclosable; 8] = [
    Disclosable { name: "name", zh: "姓名", en: "Name" },
    Disclosable { name: "birthdate", zh: "出生日期", en: "Date of birth" },
    Disclosable { name: "nationality", zh: "国籍", en: "Nationality" },
    Disclosable { name: "document_kind", zh: "证件种类", en: "Kind of document" },
    Disclosable { name: "age_over_14", zh: "年满14周岁", en: "14 or older" },
    Disclosable { name: "age_over_16", zh: "年满16周岁", en: "16 or older" },
    Disclosable { name: "age_over_18", zh: "年满18周岁", en: "18 or older" },
    Disclosable { name: "age_over_60", zh: "年满60周岁", en: "60 or older" },
];

/// The document.
pub fn certificate_type() -> Value {
    let claims: Vec<Value> = DISCLOSABLE
        .iter()
        .map(|claim| {
            json!({
                "path": [claim.name],
                "sd": "always",
                "display": [{ "locale": "zh-CN", "label": claim.zh }, { "locale": "en", "label": claim.en }],
            })
        })
        .collect();
    json!({
        "vct": VCT,
        "name": "Network certificate",
        "description": "Its holder is a real person whose identity document was verified. What it says of them is disclosed \
                        claim by claim.",
        "display": [{ "locale": "zh-CN", "name": "网证" }, { "locale": "en", "name": "Network certificate" }],
        "claims": claims,
    })
}
