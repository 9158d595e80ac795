// On your page; `nonce` is your server's, fresh for each request and bound to the visitor's session.
const answerTo = "https://cinema.example/proof";
const request = new URLSearchParams({
  response_type: "vp_token",
  client_id: `redirect_uri:${answerTo}`,
  nonce,
  state,
  dcql_query: JSON.stringify({
    credentials: [{
      id: "age",
      format: "dc+sd-jwt",
      meta: { vct_values: ["urn:hufu:vct:network-certificate:1"] },
      claims: [{ path: ["age_over_18"] }],
    }],
  }),
});
location.assign(`${issuer}/wallet#${request}`);

// On the page at `answerTo`: hand what came to your server, which verifies it as below.
const answer = new URLSearchParams(location.hash.slice(1));
const [presentation] = JSON.parse(answer.get("vp_token") ?? '{"age":[]}').age; // without: `error`, `error_description`
