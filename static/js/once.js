// A second press on a form's button while the first is on its way does nothing.
// The server stores nothing twice anyway; this spares the reader the doubt.

const PATIENCE = 10_000; // milliseconds, then the reader may try again: the line may have broken

function status(form) {
  let line = form.querySelector(".sending");
  if (!line) {
    line = document.createElement("p");
    line.className = "sending";
    line.setAttribute("role", "status");
    form.append(line);
  }
  return line;
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  status(form).textContent = "";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const opensBeside = event.submitter?.formTarget === "_blank"; // this page stays: a preview
  if (opensBeside || event.defaultPrevented || form.method !== "post" || "many" in form.dataset) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
  status(form).textContent = "Sending …";
  setTimeout(release, PATIENCE, form);
});

// Back from the next page, out of the browser's memory: the button works again.
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("form[data-sent]").forEach(release);
  }
});
