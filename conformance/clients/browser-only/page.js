// A page that has no server behind it. `client_id` is of a client with `token_endpoint_auth_method` `none`.
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const here = () => location.origin + location.pathname;
const discovered = async (issuer) => (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

async function signIn(issuer, client_id) {
  const visit = { state: random(), nonce: random(), verifier: random() };
  sessionStorage.setItem("visit", JSON.stringify(visit)); // of this tab alone
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(visit.verifier));
  const request = new URLSearchParams({
    client_id,
    redirect_uri: here(),
    response_type: "code",
    scope: "openid",
    state: visit.state,
    nonce: visit.nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  location.assign(`${(await discovered(issuer)).authorization_endpoint}?${request}`);
}

// Back at the same page.
async function signedIn(issuer, client_id) {
  const answer = new URLSearchParams(location.search);
  const visit = JSON.parse(sessionStorage.getItem("visit"));
  sessionStorage.removeItem("visit");
  history.replaceState(null, "", here()); // the code is worth nothing any more, and need not stay in the history
  if (answer.get("iss") !== issuer || answer.get("state") !== visit?.state) throw new Error("not asked for in this tab");
  if (answer.has("error")) throw new Error(answer.get("error_description"));
  const grant = { grant_type: "authorization_code", client_id, redirect_uri: here(), code_verifier: visit.verifier };
  const body = new URLSearchParams({ ...grant, code: answer.get("code") });
  const response = await fetch((await discovered(issuer)).token_endpoint, { method: "POST", body });
  const tokens = await response.json();
  if (!response.ok) throw new Error(tokens.error_description);
  // Straight from the token endpoint by TLS, so its signature may go unchecked (OpenID Connect Core §3.1.3.7, 6).
  const part = tokens.id_token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const { iss, aud, nonce, exp, sub } = JSON.parse(atob(part));
  const holds = iss === issuer && aud === client_id && nonce === visit.nonce && exp > Date.now() / 1000;
  if (!holds) throw new Error("not the ID token that was asked for");
  return sub;
}
