// A page whose socket is gone says so and tries again; where nobody is signed in any more, it leads to the form instead.
const EVERY_MS = 3000;

setInterval(async () => {
  if (document.getElementById("popup")?.ariaHidden !== "false") return;
  const answer = await fetch("/signed-in", { redirect: "manual" }).catch(() => null);
  if (answer && answer.type === "opaqueredirect") location.reload();
}, EVERY_MS);
