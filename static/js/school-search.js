// Turns the school question's text field into a list that answers as one types.
//
// The page works without this: the field is sent, and the answer shows the schools found as
// radio buttons named like the URN. With it the choice is made in place:
//
//   <div data-school-search data-url="/schools/search/" data-urn-name="urn">
//     <label for="id_school">…</label>  <input id="id_school" name="school" value="…">
//     <button name="find">Find my school</button>   (hidden: the list finds it)
//     <div data-school-results>… radio buttons named "urn", if the server has answered before …</div>
//   </div>
//
// The list comes from data-url?q=… as JSON: [{urn, name, town, postcode, local_authority, …}].
// A note ("closed 2019, now called …") greys an entry that can't be chosen: taking it says why.
// Choosing another sets a hidden field named data-urn-name; typing on clears it.
// Needs window.accessibleAutocomplete (accessible-autocomplete, loaded before).

const WAIT = 120; // milliseconds after the last keystroke
const SHORTEST = 2; // characters; fewer match half of the register

function debounced(search) {
  let timer;
  let running;
  return (query, show) => {
    clearTimeout(timer);
    running?.abort();
    if (query.trim().length < SHORTEST) {
      show([]);
      return;
    }
    timer = setTimeout(async () => {
      running = new AbortController();
      try {
        show(await search(query, running.signal));
      } catch (error) {
        if (error.name !== "AbortError") {
          show([]); // the field still works: sent as it stands, the server searches
        }
      }
    }, WAIT);
  };
}

function fetchSchools(url) {
  return async (query, signal) => {
    const response = await fetch(`${url}?q=${encodeURIComponent(query)}`, {
      headers: { Accept: "application/json" },
      signal,
    });
    return response.ok ? response.json() : [];
  };
}

function escaped(text) {
  const element = document.createElement("span");
  element.textContent = text ?? "";
  return element.innerHTML;
}

function whereabouts(school) {
  const place = [school.town, school.postcode].filter(Boolean).join(" ");
  return [place, school.local_authority, `URN ${school.urn}`].filter(Boolean).join(" · ");
}

function suggestion(school) {
  if (typeof school === "string") {
    return escaped(school); // the words that were there when the page came
  }
  const grey = school.note ? ' class="is-closed"' : "";
  return `<span${grey}>${escaped(school.name)}</span><small>${escaped([whereabouts(school), school.note].filter(Boolean).join(". "))}</small>`;
}

function hiddenUrn(box) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = box.dataset.urnName || "urn";
  field.disabled = true; // says nothing until a school is chosen
  box.append(field);
  return field;
}

function chosenLine(box) {
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.hidden = true;
  box.append(line);
  return line;
}

// The component draws its own field; what the page's field said of itself goes with it.
function keepDescription(field, original) {
  const described = original.getAttribute("aria-describedby");
  if (original.hasAttribute("aria-invalid")) {
    field.setAttribute("aria-invalid", original.getAttribute("aria-invalid"));
  }
  if (described) {
    const describe = () => field.setAttribute("aria-describedby", described);
    describe();
    field.addEventListener("focus", describe); // the component drops it while one types
  }
}

// Tells the page which school stands chosen (a URN), or that none does any more (an empty one).
function tell(box, urn) {
  box.dispatchEvent(new CustomEvent("school-chosen", { detail: { urn }, bubbles: true }));
}

function enhance(box) {
  const input = box.querySelector("input[type=text], input[type=search], input:not([type])");
  const results = box.querySelector("[data-school-results]");
  const target = document.createElement("div");
  const urn = hiddenUrn(box);
  const chosen = chosenLine(box);
  let words = input.value;
  input.replaceWith(target);
  box.querySelector("button[name=find]")?.setAttribute("hidden", "");

  window.accessibleAutocomplete({
    element: target,
    id: input.id,
    name: input.name,
    defaultValue: input.value,
    inputClasses: input.classList.contains("govuk-input--error") ? "govuk-input--error" : null,
    minLength: SHORTEST,
    confirmOnBlur: false,
    displayMenu: "overlay",
    source: debounced(fetchSchools(box.dataset.url)),
    templates: {
      inputValue: (school) => (typeof school === "string" ? school : school?.name) ?? "",
      suggestion,
    },
    tNoResults: () => "No school found. Try part of the name, the town or the postcode.",
    tStatusQueryTooShort: (length) => `Type ${length} or more letters.`,
    tStatusResults: (length, selected) =>
      `${length} ${length === 1 ? "school" : "schools"} found. ${selected}`,
    tStatusSelectedOption: (selected, length, index) => `${selected}, ${index + 1} of ${length}`,
    tAssistiveHint: () => "When schools are found, use the up and down arrows to look through them and Enter to choose.",
    onConfirm(school) {
      if (!school || typeof school === "string") {
        return;
      }
      words = school.name;
      urn.value = school.note ? "" : school.urn;
      urn.disabled = Boolean(school.note);
      chosen.className = `chosen-school ${school.note ? "note sun" : "meta"}`;
      chosen.textContent = school.note
        ? `${school.name} can’t be chosen: ${school.note}.`
        : `Chosen: ${school.name}, ${whereabouts(school)}.`;
      chosen.hidden = false;
      results?.remove(); // their radio buttons would speak against the choice made here
      tell(box, urn.value);
    },
  });

  const field = target.querySelector("input");
  field.autocomplete = "off";
  keepDescription(field, input);
  field.addEventListener("input", () => {
    if (field.value !== words) {
      urn.disabled = true;
      chosen.hidden = true;
      tell(box, "");
    }
  });
}

if (window.accessibleAutocomplete) {
  document.querySelectorAll("[data-school-search]").forEach(enhance);
}
