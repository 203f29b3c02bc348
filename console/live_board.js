// The live board: alerts and running calls. Everything from calls is put in as text by Vue, never as markup.
const MODES = ["listen", "whisper", "barge", "take-over", "leave"];
const ICONS = { ringing: "ring_volume", robot: "smart_toy", waiting: "hourglass_top", agent: "headset_mic" };
const BUTTONS = {
  listen: "hearing", whisper: "record_voice_over", barge: "campaign", "take-over": "phone_forwarded", leave: "logout",
  "hang-up": "call_end",
};

export default {
  props: { texts: Object, language: String, orders: Boolean, links: Boolean, hints: String },
  emits: ["ready", "order", "note"],
  template: `
    <div class="live-board">
      <p v-if="version === 0" class="told empty" role="status">{{ texts.looking }}</p>
      <template v-else>
        <ul v-if="!hints" class="live-counts" :aria-label="texts.now">
          <li v-for="one in counts" :key="one.name"><b>{{ one.count }}</b> {{ texts[one.name] }}</li>
        </ul>
        <div class="live-parts">
        <section :aria-label="texts.alerts">
          <h2>{{ texts.alerts }}</h2>
          <p class="sr-only" aria-live="polite">{{ spoken }}</p>
          <p v-if="!alertList.length" class="told empty" role="status">{{ texts.no_alerts }}</p>
          <ul class="live-alerts">
            <li v-for="one in alertList" :key="one.key" :class="{ noted: one.noted, fatal: one.fatal }">
              <span class="material-icons" aria-hidden="true">{{ one.fatal ? "error" : "warning" }}</span>
              <div class="what">
                <div><b>{{ title(one) }}</b><span v-if="one.fatal" class="bad">&nbsp;{{ texts.fatal }}</span>
                  <span v-if="one.count > 1" class="dim">&nbsp;× {{ one.count }}</span></div>
                <div v-if="one.words" class="words">{{ said(one) }}</div>
                <div class="dim">{{ clock(one.at) }} · {{ texts.second }} {{ seconds(one.second) }}
                  <template v-if="one.agent"> · {{ texts.agent_is }} {{ one.agent }}</template>
                  <template v-if="one.queue"> · {{ one.queue }}</template>
                  <template v-if="one.noted"> · {{ texts.noted_by }} {{ one.noted }}</template></div>
              </div>
              <a v-if="calls[one.call]" :href="'#call-' + one.call">{{ texts.to_call }}</a>
              <a v-else-if="links" :href="'/calls/' + one.call">{{ texts.to_call }}</a>
              <button v-if="!one.noted && !hints" type="button" class="plain" @click="$emit('note', one.key)">
                {{ texts.note }}</button>
            </li>
          </ul>
        </section>
        <section :aria-label="texts.calls">
          <div class="live-head">
            <h2>{{ texts.calls }}</h2>
            <label v-if="!hints">{{ texts.filter }}
              <input type="search" v-model="filter" :placeholder="texts.filter_by" autocomplete="off"></label>
          </div>
          <p v-if="!callList.length" class="told empty" role="status">{{ filter ? texts.no_match : texts.no_calls }}</p>
          <div class="live-calls">
            <article v-for="one in callList" :key="one.id" :id="'call-' + one.id" :class="['card', one.state]"
                     :aria-label="one.caller + ' ' + texts[one.state]">
              <header>
                <span class="state"><span class="material-icons" aria-hidden="true">{{ icon(one) }}</span>
                  {{ texts[one.state] }}</span>
                <time>{{ seconds(now - (one.answered || one.began)) }}</time>
              </header>
              <div class="who"><b>{{ one.caller }}</b> → <b>{{ one.called }}</b>
                <span class="dim">&nbsp;{{ texts[one.direction] }}</span></div>
              <div class="dim facts">{{ facts(one) }}</div>
              <div v-if="one.supervisor" class="watch">
                <span class="material-icons" aria-hidden="true">{{ buttons[one.manner] }}</span>
                <span>{{ one.supervisor }} {{ texts["does_" + one.manner] }}</span></div>
              <div v-for="alert in alertsOf(one.id)" :key="alert.key" class="flag" :class="{ noted: alert.noted }">
                <span class="material-icons" aria-hidden="true">warning</span> {{ title(alert) }}</div>
              <ol :aria-label="texts.text" tabindex="0">
                <li v-for="line in [...one.lines].reverse()" :key="line[0]">
                  <span :class="'speaker-' + line[1]">{{ texts[line[1]] || line[1] }}</span> {{ words(line[2]) }}</li>
                <li v-if="!one.lines.length" class="dim">{{ texts.no_text }}</li>
              </ol>
              <footer v-if="orders || links">
                <template v-if="orders">
                  <button v-for="mode in modes(one)" :key="mode" type="button" class="plain" :title="texts[mode]"
                          @click="$emit('order', { call: one.id, mode })">
                    <span class="material-icons" aria-hidden="true">{{ buttons[mode] }}</span>
                    <span>{{ texts[mode] }}</span></button>
                </template>
                <a v-if="links" :href="'/calls/' + one.id">{{ texts.open }}</a>
              </footer>
            </article>
          </div>
        </section>
        </div>
      </template>
    </div>`,
  data() {
    return { version: 0, calls: {}, alerts: {}, now: Date.now() / 1000, filter: "", spoken: "", buttons: BUTTONS };
  },
  computed: {
    callList() {
      const wanted = this.filter.trim().toLowerCase();
      const all = Object.values(this.calls).filter((one) => this.own(one))
        .sort((a, b) => a.began - b.began || (a.id < b.id ? -1 : 1));
      if (!wanted) return all;
      return all.filter((one) => [one.caller, one.called, one.queue, one.agent, one.name, one.flow, one.campaign]
        .some((text) => (text || "").toLowerCase().includes(wanted)));
    },
    alertList() {
      return Object.entries(this.alerts).map(([key, one]) => ({ key, ...one }))
        .filter((one) => !this.hints || this.own(this.calls[one.call]))
        .sort((a, b) => Boolean(a.noted) - Boolean(b.noted) || b.at - a.at);
    },
    counts() {
      const all = Object.values(this.calls).filter((one) => this.own(one));
      const of = (state) => all.filter((one) => one.state === state).length;
      return [
        { name: "running", count: all.length }, { name: "with_robot", count: of("robot") },
        { name: "waiting", count: of("waiting") }, { name: "with_agent", count: of("agent") },
        { name: "alerts_open", count: this.alertList.filter((one) => !one.noted).length },
      ];
    },
  },
  mounted() {
    this.ticking = setInterval(() => (this.now = Date.now() / 1000), 1000);
    this.$emit("ready");
  },
  unmounted() {
    clearInterval(this.ticking);
  },
  methods: {
    said(alert) {
      const known = { who: this.texts[alert.speaker] || "", words: this.words(alert.words) };
      return this.texts.said.replace(/\{(\w+)\}/g, (_, name) => known[name]);
    },
    take(told) {
      // Everything is told from 0; a page that has missed something asks for that.
      if (told.from === 0) {
        this.calls = {};
        this.alerts = {};
      } else if (told.from !== this.version) {
        this.$emit("ready");
        return;
      }
      for (const id of told.calls_gone) delete this.calls[id];
      for (const [id, one] of Object.entries(told.calls)) {
        this.calls[id] = { ...one, id, lines: this.merged(this.calls[id]?.lines || [], one.lines) };
      }
      for (const key of told.alerts_gone) delete this.alerts[key];
      for (const [key, one] of Object.entries(told.alerts)) {
        if (told.from !== 0 && !one.noted && one.count > (this.alerts[key]?.count || 0)) this.spoken = this.title(one);
        this.alerts[key] = one;
      }
      this.version = told.to;
    },
    merged(had, lines) {
      const by = new Map([...had, ...lines].map((line) => [line[0], line]));
      return [...by.values()].sort((a, b) => a[0] - b[0]).slice(-8);
    },
    own(one) {
      // `hints`: the extension of an agent, who looks at the own talk alone.
      return !this.hints || one?.agent === this.hints;
    },
    modes(one) {
      return one.state === "agent" ? [...MODES, "hang-up"] : ["hang-up"];
    },
    alertsOf(id) {
      return this.alertList.filter((one) => one.call === id);
    },
    words(text) {
      // What stands for personal data, in the reader's language.
      return text.replace(/\[([a-z]+)\]/g, (all, kind) => (this.texts["hidden_" + kind] ? `[${this.texts["hidden_" + kind]}]` : all));
    },
    title(one) {
      return one.titles[this.language] || one.titles.en || one.rule;
    },
    facts(one) {
      const agent = [one.name, one.agent && one.agent !== one.name ? one.agent : ""].filter(Boolean).join(" ");
      return [one.queue, one.campaign, agent, one.flow].filter(Boolean).join(" · ");
    },
    icon(one) {
      return ICONS[one.state] || "call";
    },
    seconds(value) {
      const all = Math.max(0, Math.floor(value || 0));
      const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
      return (h ? h + ":" + String(m).padStart(2, "0") : m) + ":" + String(s).padStart(2, "0");
    },
    clock(at) {
      return new Date(at * 1000).toLocaleTimeString(this.language === "zh" ? "zh-CN" : "en-GB");
    },
  },
};
