// A letter's page works without this; it puts variables in by a click, and looks along while somebody types.
"use strict";

(() => {
  const form = document.getElementById("letter");
  const text = document.getElementById("text");
  const told = document.getElementById("checked");
  const result = document.getElementById("result");
  const PAUSE = 500;
  let asked = 0;
  let timer;

  const look = async () => {
    const mine = ++asked;
    told.textContent = told.dataset.checking;
    const sent = new FormData(form);
    sent.append("part", "yes");
    try {
      const answer = await fetch(form.querySelector("button[formaction$='/check']").formAction, { method: "POST", body: sent });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const shown = await answer.text();
      // Whoever typed on is answered about what they typed last.
      if (mine !== asked) return;
      result.innerHTML = shown;
      told.replaceChildren(document.getElementById("verdict").content.cloneNode(true));
    } catch {
      if (mine === asked) told.textContent = told.dataset.failed;
    }
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  };

  text.addEventListener("input", soon);
  form.elements.customer.addEventListener("change", () => {
    form.elements.other.value = "";
    soon();
  });
  form.elements.other.addEventListener("input", soon);

  const how = document.getElementById("variables-how");
  how.textContent = how.dataset.how;
  for (const code of document.querySelectorAll("code[data-insert]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "variable";
    button.append(code.cloneNode(true));
    button.addEventListener("click", () => {
      text.setRangeText(code.dataset.insert, text.selectionStart, text.selectionEnd, "end");
      text.focus();
      soon();
    });
    code.replaceWith(button);
  }
})();
