// Carries the answer to the website. The page works without this file: the button does the same.
"use strict";
document.getElementById("form_post").submit();
