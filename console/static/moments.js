// Times as their reader's clock has them: what the server wrote in UTC is written anew, also in what comes or changes later.
const write = () => {
  for (const time of document.querySelectorAll("time[data-local]")) {
    const { local, exact } = time.dataset;
    const form = { dateStyle: "medium", timeStyle: exact === undefined ? "short" : "medium" };
    const text = new Date(time.dateTime).toLocaleString(local, form);
    if (time.textContent !== text) time.textContent = text;
  }
};

new MutationObserver(write).observe(document, { childList: true, subtree: true, attributeFilter: ["datetime"] });
write();
