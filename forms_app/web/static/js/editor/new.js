/** The page of a new template: a name from the file, and a button that says it works. */

const file = document.querySelector("[data-file-name]");
const name = document.getElementById(file.dataset.fileName);

file.addEventListener("change", () => {
  const given = file.files[0]?.name;
  if (given) name.placeholder = given.replace(/\.[^.]+$/, "").replaceAll("_", " ");
  file.removeAttribute("aria-invalid");
});

for (const form of document.querySelectorAll("form[enctype]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("[data-busy]");
    button.textContent = button.dataset.busy;
    button.disabled = true;
  });
}

// Coming back by the browser's history must not find the button still busy.
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
