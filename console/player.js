// A call to listen to and read along: both channels drawn, what was said with its times, one playhead for all of it.
// Whatever callers said reaches the page as text nodes and canvas text only.
import { clock, decision, filled, hits, lastBefore, made, LOW, HIDDEN, TAUGHT } from "hotline/call_script.js";
import { draw, colours, peaksOf } from "hotline/call_waveform.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const QUIET_EDGE_S = 0.25; // left of a silence that is skipped, on both sides
const TWICE_S = 2; // within which "previous" leads on from the finding that it has just led to
const CONTROL = "button, a, summary, input, textarea, select, [contenteditable=true], [role=menuitem], [role=option], .q-field";
const SHORTCUTS_KEPT = "hotline-call-shortcuts";

export default {
  template: `
    <section class="call-player" :aria-label="texts.player">
      <div class="wave" ref="wave" role="slider" tabindex="0" :aria-label="texts.position" aria-valuemin="0"
           :aria-valuemax="Math.round(call.seconds)" :aria-valuenow="Math.round(time)" :aria-valuetext="spoken"
           @pointerdown="grab" @pointermove="point" @pointerleave="hint = ''" @wheel="wheel" @keydown="slide">
        <canvas ref="canvas" aria-hidden="true"></canvas>
        <div class="head" ref="head" aria-hidden="true"></div>
      </div>
      <input v-if="zoom > 1" class="pan" type="range" min="0" :max="Math.max(0, call.seconds - span)" step="0.1"
             :value="from" :aria-label="texts.pan" @input="from = +$event.target.value; paint()">
      <p class="hint" aria-hidden="true">{{ hint || texts.legend }}</p>
      <p v-if="fault" class="told fault" role="alert">{{ fault }}</p>
      <div class="controls" role="group" :aria-label="texts.controls">
        <button type="button" class="play" :disabled="!call.sound || !!fault" @click="toggle">
          <span aria-hidden="true">{{ playing ? '❚❚' : '▶' }}</span> {{ playing ? texts.pause : texts.play }}</button>
        <span class="time" role="timer" :aria-label="texts.time">{{ shown }} / {{ whole }}</span>
        <button type="button" :aria-label="texts.back" :title="texts.back" @click="seek(time - 5)">−5</button>
        <button type="button" :aria-label="texts.on" :title="texts.on" @click="seek(time + 5)">+5</button>
        <label>{{ texts.speed }} <select v-model.number="speed" @change="hasten(speed)">
          <option v-for="one in speeds" :key="one" :value="one">{{ one }}×</option></select></label>
        <label class="check"><input type="checkbox" v-model="skips"> {{ texts.skip }}</label>
        <button type="button" :disabled="!marks.length" @click="finding(-1)" :aria-label="texts.previous" :title="texts.previous">◀ {{ texts.finding }}</button>
        <button type="button" :disabled="!marks.length" @click="finding(1)" :aria-label="texts.next" :title="texts.next">{{ texts.finding }} ▶</button>
        <button type="button" :aria-label="texts.out" :title="texts.out" :disabled="zoom <= 1" @click="closer(0.5)">⊖</button>
        <button type="button" :aria-label="texts.into" :title="texts.into" @click="closer(2)">⊕</button>
        <button type="button" @click="share">{{ copied || texts.share }}</button>
        <button type="button" :aria-expanded="String(help)" @click="help = !help">? {{ texts.keys }}</button>
      </div>
      <div v-if="help" class="keys">
        <dl><template v-for="[keys, what] in texts.shortcuts" :key="keys"><dt><kbd>{{ keys }}</kbd></dt><dd>{{ what }}</dd></template></dl>
        <label class="check"><input type="checkbox" v-model="shortcuts" @change="keepShortcuts"> {{ texts.shortcuts_on }}</label>
      </div>
      <p class="unseen" role="status" aria-live="polite">{{ said }}</p>
      <audio ref="audio" preload="none" @play="playing = true; tick()" @pause="playing = false" @ended="playing = false"
             @error="broke" @loadedmetadata="loaded" :aria-label="texts.player"></audio>
      <div class="script-head"><h2>{{ texts.transcript }}</h2>
        <button v-if="!follows" type="button" class="follow" @click="follows = true; reveal(true)">{{ texts.follow }}</button></div>
      <ol class="script" ref="script" tabindex="0" :aria-label="texts.transcript" @wheel.passive="strays" @touchmove.passive="strays"
          @pointerdown="scrolls" @keydown="pages" @click="clicked"></ol>
    </section>`,
  props: { call: Object, turns: Array, marks: Array, drawn: Object, texts: Object, start: Number, words: String, teaches: Boolean },
  emits: ["teach"],
  data() {
    return {
      speeds: SPEEDS, speed: 1, skips: false, playing: false, follows: true, help: false, shortcuts: true, time: 0,
      fault: this.call.fault || "", hint: "", said: "", copied: "", zoom: 1, from: 0,
    };
  },
  computed: {
    span() { return this.call.seconds / this.zoom; },
    shown() { return clock(this.time); },
    whole() { return clock(this.call.seconds); },
    spoken() { return filled(this.texts.of, { time: this.shown, whole: this.whole }); },
  },
  mounted() {
    this.shortcuts = localStorage.getItem(SHORTCUTS_KEPT) !== "off";
    this.lanes = { caller: [], ours: [] };
    this.peaks = null;
    this.reached = -1;
    this.write();
    this.resize = new ResizeObserver(() => this.paint());
    this.resize.observe(this.$refs.wave);
    this.themes = new MutationObserver(() => this.paint());
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["class"] });
    this.keyed = (event) => this.key(event);
    this.sought = (event) => { this.seek(event.detail); if (event.play !== false) this.play(); };
    document.addEventListener("keydown", this.keyed);
    window.addEventListener("call-seek", this.sought);
    window.callSecond = () => Math.round(this.time * 10) / 10;
    this.goTo(this.start > 0 ? this.start : (this.hits.length && this.start < 0 ? this.hits[0] : 0), this.start > 0 || this.hits.length > 0);
    if (this.call.peaks) this.fetchPeaks();
    document.getElementById("first-look")?.remove();
    performance.mark("call-ready");
  },
  unmounted() {
    this.resize.disconnect();
    this.themes.disconnect();
    document.removeEventListener("keydown", this.keyed);
    window.removeEventListener("call-seek", this.sought);
    cancelAnimationFrame(this.frame);
    this.$refs.audio?.pause();
  },
  methods: {
    // -- what was said ---------------------------------------------------------------------------------------------
    write() {
      const list = document.createDocumentFragment();
      this.hits = [];
      this.turns.forEach((turn, at) => list.append(this.turn(turn, at)));
      for (const lane of Object.values(this.lanes)) lane.sort((one, other) => one.start - other.start);
      this.$refs.script.replaceChildren(list);
    },
    turn(turn, at) {
      const item = made("li", `turn ${turn.who}`);
      item.dataset.turn = at;
      const head = made("div", "who");
      const time = made("button", "at", clock(turn.t));
      time.type = "button";
      time.dataset.seek = turn.t;
      time.setAttribute("aria-label", filled(this.texts.hear, { time: clock(turn.t), name: turn.name }));
      head.append(time, made("span", `name speaker-${turn.who}`, turn.name));
      for (const badge of turn.badges) head.append(made("span", `badge ${badge[0]}`, badge[1]));
      item.append(head, this.said_in(turn));
      if (turn.why.length || (this.teaches && TAUGHT[turn.who])) item.append(decision(turn, this.texts, this.teaches, (kind) => this.$emit("teach", { turn: turn.n, kind })));
      return item;
    },
    said_in(turn) {
      const line = made("p", "said");
      line.lang = turn.lang;
      const lane = this.lanes[turn.who === "caller" ? "caller" : "ours"];
      const found = hits(turn, this.words);
      let begin = 0;
      for (const [text, start, end, flags] of turn.words) {
        const word = made("span", "w", text);
        word.dataset.seek = start;
        if (flags & LOW) { word.classList.add("low"); word.title = this.texts.low; }
        if (flags & HIDDEN) { word.classList.add("hidden-data"); word.title = this.texts.hidden; }
        if (found.some(([first, last]) => begin < last && begin + text.length > first)) {
          word.classList.add("hit");
          this.hits.push(start);
        }
        begin += text.length;
        lane.push({ start, end, word });
        line.append(word);
      }
      return line;
    },
    clicked(event) {
      const sought = event.target.closest("[data-seek]");
      if (!sought || String(getSelection()).length) return;
      this.follows = true;
      this.seek(+sought.dataset.seek);
      this.play();
    },
    strays() { if (this.playing) this.follows = false; },
    scrolls(event) { if (event.target === this.$refs.script) this.strays(); },
    pages(event) { if (["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"].includes(event.key)) this.strays(); },
    reveal(now = false) {
      if (!this.follows || !this.current) return;
      const box = this.$refs.script, line = this.current.closest(".turn");
      const word = this.current.getBoundingClientRect(), seen = box.getBoundingClientRect();
      const fits = line.getBoundingClientRect().height < seen.height * 0.8;
      const target = fits ? line : this.current;
      if (now || word.top < seen.top + 8 || word.bottom > seen.bottom - seen.height * 0.2) {
        box.scrollTop += target.getBoundingClientRect().top - seen.top - seen.height * 0.25;
      }
    },
    light() {
      let current = null;
      for (const lane of Object.values(this.lanes)) {
        const at = lastBefore(lane, this.time + 0.02, (one) => one.start);
        const word = at >= 0 && lane[at].end + 0.3 >= this.time ? lane[at].word : null;
        if (word !== lane.lit) {
          lane.lit?.classList.remove("now");
          word?.classList.add("now");
          lane.lit = word;
        }
        current = word || current;
      }
      const turn = lastBefore(this.turns, this.time + 0.02, (one) => one.t);
      if (turn !== this.lineAt) {
        const items = this.$refs.script.children;
        items[this.lineAt]?.removeAttribute("aria-current");
        items[turn]?.setAttribute("aria-current", "true");
        this.lineAt = turn;
        if (!current && turn >= 0) current = items[turn].querySelector(".w");
      }
      if (current && current !== this.current) {
        this.current = current;
        this.reveal();
      }
    },
    // -- the sound -------------------------------------------------------------------------------------------------
    play() {
      if (!this.call.sound || this.fault) return;
      const audio = this.$refs.audio;
      if (!audio.getAttribute("src")) {
        audio.src = this.call.sound;
        audio.preservesPitch = true;
        audio.load();
      }
      audio.playbackRate = audio.defaultPlaybackRate = this.speed;
      if (this.time >= this.call.seconds - 0.1) this.seek(0);
      audio.play().catch(() => { this.playing = false; });
    },
    loaded() {
      this.$refs.audio.currentTime = this.time;
      this.$refs.audio.playbackRate = this.speed;
    },
    toggle() { if (this.playing) this.$refs.audio.pause(); else this.play(); },
    async broke() {
      this.playing = false;
      // The player doesn't say why; the server does.
      try {
        const answer = await fetch(this.call.sound, { headers: { range: "bytes=0-0" } });
        this.fault = answer.ok ? this.texts.broken : await answer.text();
      } catch { this.fault = this.texts.broken; }
    },
    seek(time) {
      this.goTo(time);
      const audio = this.$refs.audio;
      if (audio.getAttribute("src") && audio.readyState > 0) audio.currentTime = this.time;
    },
    goTo(time, reveal = true) {
      this.time = Math.min(Math.max(0, Number.isFinite(time) ? time : 0), this.call.seconds);
      this.light();
      if (reveal) this.reveal();
      this.place();
    },
    tick() {
      cancelAnimationFrame(this.frame);
      if (!this.playing) return;
      const audio = this.$refs.audio;
      if (audio.readyState > 0) {
        this.time = Math.min(audio.currentTime, this.call.seconds);
        const gap = this.skips && this.drawn.quiet.find(([start, end]) => this.time > start + QUIET_EDGE_S && this.time < end - 2 * QUIET_EDGE_S);
        if (gap) audio.currentTime = this.time = gap[1] - QUIET_EDGE_S;
        this.light();
        this.place();
      }
      this.frame = requestAnimationFrame(() => this.tick());
    },
    hasten(speed) {
      this.speed = speed;
      this.$refs.audio.playbackRate = speed;
      this.said = `${this.texts.speed} ${speed}×`;
    },
    finding(step) {
      if (!this.marks.length) return;
      const times = this.marks.map((mark) => mark.t);
      let at = step > 0 ? times.findIndex((time) => time > this.time + 0.3) : times.findLastIndex((time) => time < this.time - 0.3);
      // What plays is past the finding again before anybody presses twice.
      if (step < 0 && at >= 0 && at === this.reached && this.time - times[at] < TWICE_S) at -= 1;
      if (at < 0) at = step > 0 ? 0 : times.length - 1;
      this.reached = at;
      const mark = this.marks[at];
      this.follows = true;
      this.seek(mark.t);
      this.hint = this.said = filled(this.texts.mark, { at: at + 1, count: times.length, title: mark.title, time: clock(mark.t) });
    },
    word(step) {
      const starts = [...this.lanes.caller, ...this.lanes.ours].map((one) => one.start).sort((one, other) => one - other);
      const next = step > 0 ? starts.find((start) => start > this.time + 0.02) : starts.findLast((start) => start < this.time - 0.05);
      if (next !== undefined) this.seek(next);
    },
    async share() {
      const to = new URL(location.href);
      to.search = `?t=${this.time.toFixed(1)}`;
      to.hash = "";
      const copied = await this.copy(to.href);
      this.copied = copied ? this.texts.copied : to.href;
      this.said = this.copied;
      setTimeout(() => { this.copied = ""; }, copied ? 2500 : 20000);
    },
    async copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch { // without TLS there is no clipboard but by a selection
        const field = made("textarea", "unseen");
        field.value = text;
        document.body.append(field);
        field.select();
        const done = document.execCommand("copy");
        field.remove();
        return done;
      }
    },
    // -- the drawing -----------------------------------------------------------------------------------------------
    async fetchPeaks() {
      // Without them turns are drawn all the same.
      this.peaks = await peaksOf(this.call.peaks);
      this.paint();
      if (this.peaks) requestAnimationFrame(() => performance.mark("call-drawn"));
    },
    paint() {
      const canvas = this.$refs.canvas;
      if (!canvas) return;
      this.from = Math.min(Math.max(0, this.from), this.call.seconds - this.span);
      draw(canvas, colours(canvas), {
        from: this.from, span: this.span, bucket: this.call.bucket, peaks: this.peaks, turns: this.turns, marks: this.marks,
        ...this.drawn, clock,
      });
      this.place();
    },
    place() {
      const head = this.$refs.head;
      if (!head) return;
      let x = (this.time - this.from) / this.span;
      if (this.zoom > 1 && (x < 0 || x > 0.95) && !this.grabbed) {
        const from = Math.min(Math.max(0, this.time - this.span * 0.1), this.call.seconds - this.span);
        if (Math.abs(from - this.from) > 0.05) {
          this.from = from;
          this.paint();
          return;
        }
        x = (this.time - this.from) / this.span;
      }
      head.style.left = `${x * 100}%`;
      head.hidden = x < 0 || x > 1;
    },
    closer(factor) {
      const middle = this.time;
      this.zoom = Math.min(Math.max(1, this.zoom * factor), Math.max(1, this.call.seconds / 4));
      this.from = middle - this.span / 2;
      this.paint();
    },
    at(event) {
      const box = this.$refs.wave.getBoundingClientRect();
      return this.from + Math.min(Math.max(0, (event.clientX - box.left) / box.width), 1) * this.span;
    },
    grab(event) {
      if (event.button) return;
      this.grabbed = true;
      this.$refs.wave.setPointerCapture(event.pointerId);
      this.follows = true;
      this.seek(this.at(event));
      this.$refs.wave.addEventListener("pointerup", () => { this.grabbed = false; }, { once: true });
    },
    point(event) {
      const time = this.at(event);
      if (this.grabbed) this.seek(time);
      const near = (mark) => Math.abs(mark.t - time) < this.span * 0.006;
      const turn = this.turns.findLast((one) => one.t <= time && one.e >= time);
      const mark = this.marks.find(near);
      const silence = this.drawn.silences.find(([start, end]) => start <= time && time <= end);
      this.hint = [clock(time), mark && mark.title, turn && turn.name, silence && this.texts.silence].filter(Boolean).join(" · ");
    },
    wheel(event) {
      if (!event.ctrlKey && !event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      if (event.ctrlKey) {
        const time = this.at(event), share = (time - this.from) / this.span;
        this.zoom = Math.min(Math.max(1, this.zoom * Math.exp(-event.deltaY / 200)), Math.max(1, this.call.seconds / 4));
        this.from = time - share * this.span;
      } else this.from += ((event.deltaX || event.deltaY) / 600) * this.span;
      this.paint();
    },
    // -- the keys --------------------------------------------------------------------------------------------------
    slide(event) {
      const to = { Home: 0, End: this.call.seconds, PageUp: this.time - 30, PageDown: this.time + 30 }[event.key];
      const step = { ArrowUp: 5, ArrowDown: -5 }[event.key];
      if (to === undefined && step === undefined) return;
      event.preventDefault();
      this.seek(to ?? this.time + step);
    },
    keepShortcuts() { localStorage.setItem(SHORTCUTS_KEPT, this.shortcuts ? "on" : "off"); },
    key(event) {
      if (!this.shortcuts || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      const inside = event.target.closest?.(CONTROL);
      if (inside && (event.key === " " || event.key === "Enter" || !inside.matches("button, a, summary, input[type=checkbox], input[type=radio]"))) return;
      if (document.querySelector(".q-dialog")) return;
      const keys = {
        " ": () => this.toggle(), k: () => this.toggle(), j: () => this.seek(this.time - 10), l: () => this.seek(this.time + 10),
        ArrowLeft: () => this.seek(this.time - 5), ArrowRight: () => this.seek(this.time + 5),
        ",": () => this.word(-1), ".": () => this.word(1), n: () => this.finding(1), p: () => this.finding(-1),
        "[": () => this.faster(-1), "]": () => this.faster(1), s: () => { this.skips = !this.skips; },
        f: () => { this.follows = true; this.reveal(true); }, "+": () => this.closer(2), "-": () => this.closer(0.5),
        "?": () => { this.help = !this.help; },
      };
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    },
    faster(step) {
      const at = Math.min(Math.max(0, SPEEDS.indexOf(this.speed) + step), SPEEDS.length - 1);
      this.hasten(SPEEDS[at]);
    },
  },
};
