// The desk works without this; it adds keys, and keeps a form from being sent twice.
"use strict";

(() => {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll("[data-row]")];

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, at + (at < 0 ? 1 : step)))];
    (next.querySelector("a[href]") || next).focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const listKeys = (dialog) => {
    const list = dialog.querySelector("dl");
    list.querySelectorAll("[data-added]").forEach((old) => old.remove());
    for (const button of document.querySelectorAll("[data-key]")) {
      const term = document.createElement("dt");
      const key = document.createElement("kbd");
      key.textContent = button.dataset.key;
      term.append(key);
      const told = document.createElement("dd");
      told.textContent = button.dataset.does || button.firstChild.textContent.trim();
      term.dataset.added = told.dataset.added = "";
      list.append(term, told);
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const dialog = document.getElementById("keys");
    if (event.key === "?" && dialog) {
      listKeys(dialog);
      dialog.showModal();
    } else if (dialog && dialog.open) {
      return;
    } else if (event.key === "j" || event.key === "k") {
      move(event.key === "j" ? 1 : -1);
    } else {
      const wanted = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
      if (!wanted) return;
      if (wanted.tagName === "SUMMARY") wanted.parentElement.open = true;
      else wanted.click();
      const field = wanted.parentElement.querySelector("input:not([type=hidden]), select, textarea");
      if (wanted.tagName === "SUMMARY" && field) field.focus();
    }
    event.preventDefault();
  });

  // A second click would do nothing: the desk takes each form once. This only saves the wait.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (event.target.dataset.sent) event.preventDefault();
    else event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const sent of document.querySelectorAll("form[data-sent]")) delete sent.dataset.sent;
  });
})();
