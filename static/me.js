// One's own page: adding a passkey, copying the number. Everything else there needs no script.
"use strict";
(() => {
  const copy = document.getElementById("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(copy.dataset.copy);
      document.getElementById("copied").textContent = copy.dataset.done;
    });
  }

  const form = document.getElementById("add-passkey");
  const passkeys = window.PublicKeyCredential;
  if (!form || !passkeys || !passkeys.parseCreationOptionsFromJSON) return;

  const fields = form.elements;
  const status = document.getElementById("add-status");

  const options = async () => {
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      body: new URLSearchParams({ csrf: fields.csrf.value, name: fields.name.value }),
    });
    if (answer.status === 401) location.assign("/me/signin");
    if (!answer.ok) throw new Error("refused");
    return answer.json();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.textContent = status.dataset.waiting;
    try {
      const offered = await options();
      const publicKey = passkeys.parseCreationOptionsFromJSON(offered.publicKey);
      const credential = await navigator.credentials.create({ publicKey });
      fields.ceremony.value = offered.ceremony;
      fields.credential.value = JSON.stringify(credential.toJSON());
      HTMLFormElement.prototype.submit.call(form);
    } catch (error) {
      const known = error.name === "InvalidStateError";
      status.textContent = known ? status.dataset.known : status.dataset.stopped;
    }
  });

  form.hidden = false;
})();
