"use strict";
/* First on the page: whatever goes wrong later is said on the page, and can be read from it. */
const failed = (what) => {
  const told = document.documentElement.dataset;
  told.error = told.error ? `${told.error}; ${what}` : what;
  document.getElementById("failure")?.removeAttribute("hidden");
};
addEventListener("error", (event) => failed(event.message || "a part could not be loaded"), true);
addEventListener("unhandledrejection", (event) => failed(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => failed("refused: " + event.blockedURI));
