// A button opens the file choice of its form, and a chosen file is sent at once.

export function bindFileChoices() {
  document.addEventListener("click", (event) => {
    const id = event.target.closest("[data-chooses]")?.dataset.chooses;
    if (id) document.getElementById(id).click();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".scan-again input[type=file]") && event.target.files.length) {
      event.target.form.requestSubmit();
    }
  });
}
