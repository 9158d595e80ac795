// Applying: a page that waits goes on by itself, and one that takes a while says so. Everything works without this file.
"use strict";
(() => {
  const waiting = document.getElementById("waiting");
  const look = async () => {
    try {
      const body = new URLSearchParams({ csrf: waiting.closest("form").elements.csrf.value });
      const answer = await fetch("/apply/stage", { method: "POST", body });
      if (answer.ok && (await answer.text()) !== waiting.dataset.here) {
        waiting.textContent = waiting.dataset.done;
        location.replace("/apply");
        return;
      }
    } catch {
      // No network for the moment: the next look may see more.
    }
    setTimeout(look, 2000);
  };
  if (waiting) {
    waiting.textContent = waiting.dataset.waiting;
    setTimeout(look, 2000);
  }

  for (const form of document.querySelectorAll("form[data-busy]")) {
    const status = document.getElementById(form.dataset.busy);
    form.addEventListener("submit", () => (status.textContent = status.dataset.waiting));
  }
})();
