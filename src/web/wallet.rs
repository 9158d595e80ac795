//! The wallet: certificates of this browser, and the way to new ones. PROTOCOL 26.
//!
//! What a browser holds it shows itself, also where there is no network; the server only ever sees public keys.

use super::error;
use super::form::{Bound, OwnForm};
use super::me::{Own, to};
use super::page::{self, Holder, asset};
use super::visit::Visit;
use crate::flow::certificates::{self, Refused, Request};
use crate::flow::{Provider, session};
use crate::spec::Params;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

/// What the worker may do: fetch from here. It shows nothing and runs nothing else.
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'";

/// `GET /wallet`.
pub async fn show(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    let (params, _) = Params::read(request.query_string().as_bytes());
    let (holder, batches) = match session::visit(&provider, visit.session.as_deref()).await {
        Ok(None) => (Holder::SignedOut, 0),
        Ok(Some(live)) => match certificates::holder(&provider, &live).await {
            Ok(found) => (
                match found.ready {
                    Ok(()) => Holder::Ready,
                    Err(Refused::NoPasskey) => Holder::NoPasskey,
                    Err(_) => Holder::NoDocument,
                },
                found.batches,
            ),
            Err(_) => return error::busy(&provider, &visit),
        },
        Err(_) => return error::busy(&provider, &visit),
    };
    let bound = Bound::of(&provider, &visit);
    let answer = visit.page(
        StatusCode::OK,
        None,
        &page::Wallet {
            chrome: visit.chrome(&provider, bound.csrf(), Some("/wallet")),
            issuer: provider.issuer.as_str(),
            browser: &visit.agent,
            holder,
            revocable: batches > 0,
            revoked: params.get("done") == Some("revoked"),
        },
    );
    bound.send(&provider, answer)
}

/// `POST /wallet/options`: by script, answers JSON.
pub async fn options(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    let offered = match session::live(&provider, visit.session.as_deref()).await {
        Ok(Some(live)) => certificates::offer(&provider, &live).await,
        Ok(None) => Err(Refused::SignedOut),
        Err(_) => Err(Refused::Unavailable),
    };
    match offered {
        Ok(offer) => answer().json(json!({
            "ceremony": offer.ceremony,
            "nonce": offer.nonce,
            "publicKey": offer.options,
            "count": offer.count,
        })),
        Err(cause) => refused(&visit, &cause),
    }
}

/// `POST /wallet/certificates`: by script, answers JSON.
pub async fn issue(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let field = |name| fields.get(name).unwrap_or_default();
    let request = Request { ceremony: field("ceremony"), proofs: field("proofs"), credential: field("credential") };
    let issued = match session::live(&provider, visit.session.as_deref()).await {
        Ok(Some(live)) => certificates::issue(&provider, &live, &request).await,
        Ok(None) => Err(Refused::SignedOut),
        Err(_) => Err(Refused::Unavailable),
    };
    match issued {
        Ok(certificates) => answer().json(json!({ "certificates": certificates })),
        Err(cause) => refused(&visit, &cause),
    }
}

/// `POST /wallet/revoke`.
pub async fn revoke(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    match certificates::revoke_all(&provider, own.live()).await {
        Ok(()) => to("/wallet?done=revoked"),
        Err(Refused::SignedOut) => to("/me/signin"),
        Err(_) => error::busy(&provider, &visit),
    }
}

fn answer() -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}

/// One word for the script, which has the sentence in the person's language.
fn refused(visit: &Visit, cause: &Refused) -> HttpResponse {
    let problem = match cause {
        Refused::Unavailable => return error::unavailable_json(visit),
        Refused::SignedOut => return HttpResponse::Unauthorized().finish(),
        Refused::NoPasskey => "no-passkey",
        Refused::NoDocument => "no-document",
        Refused::Stale => "stale",
        Refused::Passkey => "passkey",
        Refused::Enough => "enough",
        Refused::Count(_) | Refused::SameKey | Refused::Key { .. } => "keys",
    };
    HttpResponse::UnprocessableEntity()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "problem": problem }))
}

/// `GET /wallet/worker.js`: a worker has power over the folder that it comes from, and may be given the wallet's own page.
pub async fn worker() -> HttpResponse {
    let Some(worker) = asset("wallet-worker.js") else { return HttpResponse::NotFound().finish() };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, worker.media_type))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, WORKER_POLICY))
        .insert_header(("Service-Worker-Allowed", "/wallet"))
        .body(worker.bytes)
}
