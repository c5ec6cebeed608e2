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
// A note ("Closed in August 2019 …") greys an entry that can't be chosen: taking it says why, or
// chooses its successor where it has one. A remark ("Other independent school") only greys it.
// A choice sets a hidden field named data-urn-name; typing on clears it.
// Needs window.accessibleAutocomplete (accessible-autocomplete, loaded before).

const WAIT = 120; // milliseconds after the last keystroke
const SHORTEST = 2; // characters; fewer match half of the register
const NONE = "No school found. Try part of the name, the town or the postcode.";
const LATER = "Very many searches come from your network. Wait a moment, then type on.";
const TOO_MANY_REQUESTS = 429;

function debounced(search, say) {
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
        const response = await search(query, running.signal);
        say(response.status === TOO_MANY_REQUESTS ? LATER : NONE);
        show(response.ok ? await response.json() : []);
      } catch (error) {
        if (error.name !== "AbortError") {
          show([]); // the field still works: sent as it stands, the server searches
        }
      }
    }, WAIT);
  };
}

function fetchSchools(url) {
  return (query, signal) =>
    fetch(`${url}?q=${encodeURIComponent(query)}`, {
      headers: { Accept: "application/json" },
      signal,
    });
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
  const why = school.note || school.remark;
  const grey = why ? ' class="is-closed"' : "";
  return `<span${grey}>${escaped(school.name)}</span><small>${escaped([whereabouts(school), why].filter(Boolean).join(". "))}</small>`;
}

// The school that a choice stands for: none where it can't be chosen.
function meant(school) {
  return school.note ? school.successor : school;
}

// What stands in the field: the words that were there when the page came, or a school's name.
function nameOf(entry) {
  if (!entry || typeof entry === "string") {
    return entry ?? "";
  }
  return (meant(entry) ?? entry).name;
}

function wordsOnChoice(school) {
  const one = meant(school);
  if (!one) {
    return `${school.name} can’t be chosen: ${school.note}.`;
  }
  const chosen = `Chosen: ${one.name}, ${whereabouts(one)}.`;
  return one === school ? chosen : `${school.note}. ${chosen}`;
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

// The list closes when the field loses focus, and what stands below moves up: from under the finger,
// so that a button pressed there would not be pressed. The focus stays until the press is done.
function keepButtonsInPlace(box) {
  (box.closest("form") ?? box).addEventListener("mousedown", (event) => {
    if (event.target.closest("button, a")) {
      event.preventDefault();
    }
  });
}

function enhance(box) {
  const input = box.querySelector("input[type=text], input[type=search], input:not([type])");
  const results = box.querySelector("[data-school-results]");
  const target = document.createElement("div");
  const urn = hiddenUrn(box);
  const chosen = chosenLine(box);
  let words = input.value;
  let noResults = NONE;
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
    displayMenu: "inline", // what stands below, “I can’t find our school” above all, is not covered
    source: debounced(fetchSchools(box.dataset.url), (sentence) => {
      noResults = sentence;
    }),
    templates: {
      inputValue: nameOf,
      suggestion,
    },
    tNoResults: () => noResults,
    tStatusQueryTooShort: (length) => `Type ${length} or more letters.`,
    tStatusResults: (length, selected) =>
      `${length} ${length === 1 ? "school" : "schools"} found. ${selected}`,
    tStatusSelectedOption: (selected, length, index) => `${selected}, ${index + 1} of ${length}`,
    tAssistiveHint: () => "When schools are found, use the up and down arrows to look through them and Enter to choose.",
    onConfirm(school) {
      if (!school || typeof school === "string") {
        return;
      }
      const one = meant(school);
      words = nameOf(school);
      urn.value = one?.urn ?? "";
      urn.disabled = !one;
      chosen.className = `chosen-school ${one ? "meta" : "note sun"}`;
      chosen.hidden = false; // before it speaks: what is hidden is not read out
      chosen.textContent = wordsOnChoice(school);
      results?.remove(); // their radio buttons would speak against the choice made here
      tell(box, urn.value);
    },
  });

  const field = target.querySelector("input");
  field.autocomplete = "off";
  keepDescription(field, input);
  keepButtonsInPlace(box);
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
