// Signing in with a passkey. The page works without this file: number, PIN and code need no script.
"use strict";
(() => {
  const form = document.getElementById("passkey-form");
  const passkeys = window.PublicKeyCredential;
  if (!form || !passkeys || !passkeys.parseRequestOptionsFromJSON) return;

  const options = JSON.parse(form.dataset.options);
  const publicKey = passkeys.parseRequestOptionsFromJSON(options.publicKey || options);
  const button = document.getElementById("passkey");
  const status = document.getElementById("passkey-status");
  let waiting = null; // aborts the offer that hides in the number's autofill

  const submit = (credential) => {
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    HTMLFormElement.prototype.submit.call(form);
  };

  const offer = async () => {
    if (!passkeys.isConditionalMediationAvailable) return;
    if (!(await passkeys.isConditionalMediationAvailable())) return;
    waiting = new AbortController();
    try {
      submit(await navigator.credentials.get({ publicKey, mediation: "conditional", signal: waiting.signal }));
    } catch {
      // Stopped by the button, or by the person: both are ordinary.
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (waiting) waiting.abort();
    button.setAttribute("aria-disabled", "true");
    status.textContent = status.dataset.waiting;
    try {
      submit(await navigator.credentials.get({ publicKey }));
    } catch {
      status.textContent = status.dataset.stopped;
      button.removeAttribute("aria-disabled");
      offer();
    }
  });

  form.hidden = false;
  const without = document.getElementById("no-passkey");
  if (without) without.hidden = true;
  offer();
})();
