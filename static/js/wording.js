// Comfort on the page where a hub words its e-mails: a name in brackets is put in by a press, where
// one was typing; the e-mail shows itself. Without this the names are typed and a button shows it.

let field = document.querySelector("#id_opening");

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("#id_subject, #id_opening, #id_closing")) {
    field = target;
  }
});

function insert(words) {
  field.focus();
  field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

for (const name of document.querySelectorAll("code[data-insert]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = name.textContent;
  button.addEventListener("click", () => insert(name.dataset.insert));
  name.replaceWith(button);
}
document.querySelectorAll(".by-click").forEach((words) => words.removeAttribute("hidden"));

const shows = document.querySelector("form[data-at-once]");
if (shows) {
  shows.querySelector("button").hidden = true;
  shows.submit();
}
