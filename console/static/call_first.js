// The first look at a call: draws it roughly by what stands in the page, before anything else of the page can run.
import { clock } from "./call_script.js";
import { colours, draw, sides } from "./call_waveform.js";

const canvas = document.querySelector("#first-look canvas");
const drawing = document.getElementById("first-drawing");
if (canvas && drawing) {
  const { outline, ...view } = JSON.parse(drawing.textContent);
  const peaks = outline ? sides(Uint8Array.from(atob(outline), (sign) => sign.charCodeAt(0))) : null;
  draw(canvas, colours(canvas), { ...view, peaks, clock });
  if (peaks) requestAnimationFrame(() => performance.mark("call-drawn"));
}
