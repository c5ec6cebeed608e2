// Says whether the school that was just chosen (school-search.js tells us) can take part, and why.
//
//   <div data-eligibility-url="/interest/12/eligibility/">
//     … the school question …  <div data-eligibility-words aria-live="polite"></div>
//   </div>
//
// Without this the same words stand on the page that comes back when the form is sent.

function paragraph(answer) {
  const note = document.createElement("p");
  const heading = document.createElement("strong");
  heading.textContent = answer.heading;
  note.className = `note ${answer.tone} eligibility`;
  note.append(heading, document.createElement("br"), answer.words);
  return note;
}

async function explain(box, urn) {
  box.querySelector(".eligibility")?.remove();
  box.dataset.asked = urn;
  if (!urn) {
    return;
  }
  const response = await fetch(`${box.dataset.eligibilityUrl}?urn=${encodeURIComponent(urn)}`);
  if (response.ok && box.dataset.asked === urn) {
    box.querySelector("[data-eligibility-words]").replaceChildren(paragraph(await response.json()));
  }
}

document.querySelectorAll("[data-eligibility-url]").forEach((box) => {
  box.addEventListener("school-chosen", (event) => explain(box, event.detail.urn));
});
