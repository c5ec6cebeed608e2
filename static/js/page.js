// Wakes GOV.UK Frontend's components, where a page has any: the error summary takes
// focus, passwords can be shown, characters are counted. Without this the page works too.

const componentsUrl = document.querySelector("script[data-components]")?.dataset.components;

async function wakeComponents() {
  const components = await import(componentsUrl);
  for (const name of ["ErrorSummary", "CharacterCount", "Checkboxes", "PasswordInput", "Radios"]) {
    components.createAll(components[name]);
  }
}

document.body.classList.add("js-enabled", "govuk-frontend-supported");
if (componentsUrl && document.querySelector("[data-module^='govuk-']")) {
  wakeComponents();
}
