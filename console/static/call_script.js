// What the player of a call writes, piece by piece; all of it as text nodes.
export const LOW = 1, HIDDEN = 2; // flags of a word

export const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
};
export const made = (tag, classes = "", text = "") => {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text) element.textContent = text;
  return element;
};
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
// The last of rows, sorted by their beginning, that began by then; -1: none.
export const lastBefore = (rows, time, begin) => {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (begin(rows[middle]) <= time) low = middle + 1; else high = middle;
  }
  return low - 1;
};

// Where a turn has the words that are looked for: pairs of first and last character.
export const hits = (turn, words) => {
  const text = turn.words.map((word) => word[0]).join("").toLowerCase();
  const terms = (words || "").toLowerCase().match(/"[^"]+"|\S+/g) || [];
  const spans = [];
  for (const term of terms.map((one) => one.replaceAll('"', "").trim()).filter(Boolean)) {
    for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) spans.push([at, at + term.length]);
  }
  return spans;
};

// What may be said of a turn, by who spoke.
export const TAUGHT = { caller: ["misunderstood", "unanswered"], agent: ["answered"] };

// What the robot made of a turn, folded in, and what it may be taught.
export const decision = (turn, texts, teaches, taught) => {
  const folded = made("details", "why");
  folded.append(made("summary", "", turn.why.length ? texts.decision : texts.teach));
  const rows = made("dl");
  for (const [what, value] of turn.why) rows.append(made("dt", "", what), made("dd", "", value));
  if (turn.why.length) folded.append(rows);
  for (const kind of (teaches && TAUGHT[turn.who]) || []) {
    const button = made("button", "teach", texts[kind]);
    button.type = "button";
    button.addEventListener("click", () => taught(kind));
    folded.append(button);
  }
  return folded;
};
