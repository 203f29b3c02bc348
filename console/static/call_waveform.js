// Draws a call on a canvas: both channels, turns, silence, overlap, anger and findings. Shapes say what colours say.
const AXIS = 16, FLAGS = 18, LANE = 52, MOOD = 14;
export const HEIGHT = FLAGS + 2 * LANE + MOOD + AXIS;

export const colours = (element) => {
  const style = getComputedStyle(element);
  const named = (name) => style.getPropertyValue(name).trim();
  return Object.fromEntries(
    ["card", "ink", "dim", "line", "bad", "good", "warn", "caller", "robot", "agent", "mark"].map((name) => [name, named(`--${name}`)]),
  );
};

const hatched = (context, colour) => {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const on = tile.getContext("2d");
  on.strokeStyle = colour;
  on.lineWidth = 1.5;
  on.beginPath();
  for (const shift of [-8, 0, 8]) { on.moveTo(shift, 8); on.lineTo(shift + 8, 0); }
  on.stroke();
  return context.createPattern(tile, "repeat");
};

const asked = new Map();
// A recording's peaks by side, asked for once by whatever draws them; null where they can't be had.
export const peaksOf = (address) => {
  if (!asked.has(address)) asked.set(address, fetched(address).catch(() => null));
  return asked.get(address);
};
const fetched = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) return null;
  return sides(new Uint8Array(await answer.arrayBuffer()));
};
export const sides = (bytes) => ({ caller: bytes.subarray(0, bytes.length / 2), ours: bytes.subarray(bytes.length / 2) });

const lanes = { caller: FLAGS, ours: FLAGS + LANE };

export function draw(canvas, colour, view) {
  const width = canvas.parentElement.clientWidth, ratio = window.devicePixelRatio || 1;
  if (!width || !view.span) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(HEIGHT * ratio);
  canvas.style.height = `${HEIGHT}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = colour.card;
  context.fillRect(0, 0, width, HEIGHT);
  context.font = "11px system-ui, 'Noto Sans CJK SC', sans-serif";
  const x = (time) => ((time - view.from) / view.span) * width;
  const seen = (start, end) => end >= view.from && start <= view.from + view.span;
  silences(context, colour, view, x, seen);
  turns(context, colour, view, x, seen);
  waves(context, colour, view, width);
  overlaps(context, colour, view, x, seen);
  moods(context, colour, view, x, seen);
  axis(context, colour, view, x, width);
  flags(context, colour, view, x, seen);
}

function silences(context, colour, view, x, seen) {
  const top = FLAGS, bottom = FLAGS + 2 * LANE;
  for (const [kind, stretches] of [["silence", view.silences], ["hold", view.holds]]) {
    for (const [start, end] of stretches.filter(([one, other]) => seen(one, other))) {
      const left = x(start), right = x(end);
      context.save();
      context.strokeStyle = kind === "hold" ? colour.mark : colour.warn;
      context.setLineDash(kind === "hold" ? [6, 3] : [2, 3]);
      context.strokeRect(left + 0.5, top + 2.5, Math.max(right - left - 1, 1), bottom - top - 5);
      context.restore();
      const label = kind === "hold" ? `♪ ${Math.round(end - start)} s` : `${Math.round(end - start)} s`;
      if (right - left > context.measureText(label).width + 6) {
        context.fillStyle = kind === "hold" ? colour.mark : colour.warn;
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillText(label, (left + right) / 2, (top + bottom) / 2);
      }
    }
  }
}

function turns(context, colour, view, x, seen) {
  for (const turn of view.turns) {
    if (!seen(turn.t, turn.e)) continue;
    const top = lanes[turn.who === "caller" ? "caller" : "ours"], left = x(turn.t), wide = Math.max(x(turn.e) - left, 1);
    context.globalAlpha = 0.13;
    context.fillStyle = colour[turn.who];
    context.fillRect(left, top + 2, wide, LANE - 4);
    context.globalAlpha = 1;
    // The robot's turns have a dashed roof, people's a plain one.
    context.strokeStyle = colour[turn.who];
    context.lineWidth = 2;
    context.setLineDash(turn.who === "robot" ? [4, 2] : []);
    context.beginPath();
    context.moveTo(left, top + 2);
    context.lineTo(left + wide, top + 2);
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = 1;
  }
}

function waves(context, colour, view, width) {
  for (const [side, top] of Object.entries(lanes)) {
    const middle = top + LANE / 2;
    context.strokeStyle = colour.line;
    context.beginPath();
    context.moveTo(0, middle + 0.5);
    context.lineTo(width, middle + 0.5);
    context.stroke();
    if (!view.peaks) continue;
    const peaks = view.peaks[side], each = view.span / view.bucket / width;
    // Who speaks has the colour of the own turns; what is outside of turns, that of the side.
    const own = view.turns.filter((turn) => (turn.who === "caller") === (side === "caller"));
    let turn = 0;
    const bars = {};
    for (let column = 0; column < width; column++) {
      const first = Math.floor(view.from / view.bucket + column * each);
      const last = Math.max(first + 1, Math.floor(view.from / view.bucket + (column + 1) * each));
      let most = 0;
      for (let at = first; at < last && at < peaks.length; at++) if (peaks[at] > most) most = peaks[at];
      const half = (most / 255) * (LANE / 2 - 4);
      while (turn + 1 < own.length && own[turn + 1].t <= (first + 1) * view.bucket) turn++;
      const who = side === "caller" ? "caller" : (own[turn]?.who ?? "robot");
      if (half > 0.4) (bars[who] ??= []).push([column, half]);
    }
    for (const [who, found] of Object.entries(bars)) {
      context.fillStyle = colour[who];
      context.beginPath();
      for (const [column, half] of found) context.rect(column, middle - half, 1, 2 * half);
      context.fill();
    }
  }
}

function overlaps(context, colour, view, x, seen) {
  const pattern = hatched(context, colour.ink);
  for (const [start, end] of view.overlaps.filter(([one, other]) => seen(one, other))) {
    context.globalAlpha = 0.55;
    context.fillStyle = pattern;
    context.fillRect(x(start), FLAGS + 2, Math.max(x(end) - x(start), 3), 2 * LANE - 4);
    context.globalAlpha = 1;
  }
}

function moods(context, colour, view, x, seen) {
  const bottom = FLAGS + 2 * LANE + MOOD;
  context.textAlign = "left";
  context.textBaseline = "bottom";
  for (const turn of view.turns) {
    if (!turn.anger || !seen(turn.t, turn.e)) continue;
    const high = Math.max(2, turn.anger * (MOOD - 2)), left = x(turn.t), wide = Math.max(x(turn.e) - left, 3);
    context.fillStyle = turn.anger > 0.5 ? colour.bad : colour.warn;
    context.fillRect(left, bottom - high, wide, high);
    if (turn.anger > 0.5) context.fillText("!", left + wide + 1, bottom + 1);
  }
}

function axis(context, colour, view, x, width) {
  const top = FLAGS + 2 * LANE + MOOD;
  const steps = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600];
  const step = steps.find((one) => (one / view.span) * width >= 64) || 7200;
  context.fillStyle = colour.dim;
  context.strokeStyle = colour.line;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.beginPath();
  for (let time = Math.ceil(view.from / step) * step; time <= view.from + view.span; time += step) {
    const at = Math.round(x(time)) + 0.5;
    context.moveTo(at, FLAGS);
    context.lineTo(at, top + 4);
    if (at < width - 30) context.fillText(step < 1 ? time.toFixed(1) : view.clock(time), at + 2, top + 3);
  }
  context.stroke();
}

function flags(context, colour, view, x, seen) {
  for (const mark of view.marks) {
    if (!seen(mark.t, mark.t)) continue;
    const at = x(mark.t);
    context.strokeStyle = context.fillStyle = mark.broken ? colour.bad : colour.good;
    context.beginPath();
    context.moveTo(at + 0.5, FLAGS - 2);
    context.lineTo(at + 0.5, FLAGS + 2 * LANE);
    context.globalAlpha = 0.7;
    context.stroke();
    context.globalAlpha = 1;
    context.beginPath();
    // Broken: a filled flag upside down; kept: a ring.
    if (mark.broken) {
      context.moveTo(at - 5, 4);
      context.lineTo(at + 5, 4);
      context.lineTo(at, FLAGS - 2);
      context.fill();
    } else {
      context.arc(at, FLAGS / 2 + 1, 4, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
