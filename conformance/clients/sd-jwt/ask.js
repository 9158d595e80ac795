// Sends the visitor to their wallet. `nonce` and `state` are your server's, fresh each time and bound to the visitor's session.
function askForAge(issuer, answerTo, nonce, state) {
  const age = {
    id: "age",
    format: "dc+sd-jwt",
    meta: { vct_values: ["urn:hufu:vct:network-certificate:1"] },
    claims: [{ path: ["age_over_18"] }],
  };
  const request = new URLSearchParams({
    response_type: "vp_token",
    client_id: `redirect_uri:${answerTo}`,
    nonce,
    state,
    dcql_query: JSON.stringify({ credentials: [age] }),
  });
  location.assign(`${issuer}/wallet#${request}`);
}

// On the page at `answerTo`: what your server then verifies, or why there is nothing.
function shownAge() {
  const answer = new URLSearchParams(location.hash.slice(1));
  if (answer.has("error")) return { error: answer.get("error"), state: answer.get("state") };
  const [presentation] = JSON.parse(answer.get("vp_token")).age;
  return { presentation, state: answer.get("state") };
}
