// The second press of a double click on a button is none: it would do the same again, or press what came in its place.
const pressedAgain = (event) => event.detail > 1 && event.target.closest?.(".q-btn");

document.addEventListener("click", (event) => {
  if (!pressedAgain(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
