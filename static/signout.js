// Signed out: on to the website once the other websites' pages are loaded. Where scripts are off the page goes on by itself
// after five seconds, and there is a link.
"use strict";
(() => {
  const on = document.getElementById("continue");
  const go = () => window.location.replace(on.href);
  if (document.readyState === "complete") go();
  else window.addEventListener("load", go);
})();
