// The list of calls. Vue puts everything in as text; links lead only to calls.
export default {
  props: { rows: Array, texts: Object, language: String, orders: Object },
  template: `
    <div class="call-table">
      <table>
        <caption class="sr-only">{{ texts.caption }}</caption>
        <thead><tr><th v-for="one in columns" :key="one" scope="col" :aria-sort="orders[one] ? orders[one].sorted : null">
          <a v-if="orders[one]" :href="orders[one].to">{{ texts[one] }} <span aria-hidden="true">{{ signs[orders[one].sorted] }}</span></a>
          <template v-else>{{ texts[one] }}</template></th></tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row.id" :class="{ running: row.running }">
            <th scope="row" :data-label="texts.at">
              <a :href="'/calls/' + row.id"><time :datetime="row.at" :title="row.at">{{ when(row.at) }}</time></a></th>
            <td :data-label="texts.who" class="whose">
              <span class="who"><i class="material-icons" aria-hidden="true">{{ row.outbound ? 'call_made' : 'call_received' }}</i>
                <span class="sr-only">{{ row.direction }}</span> {{ row.number || texts.no_number }}</span></td>
            <td :data-label="texts.flow">{{ row.flow }} <span class="dim">{{ row.language }}</span></td>
            <td :data-label="texts.where">{{ row.where }}</td>
            <td :data-label="texts.agent" class="agents">{{ row.agents || texts.robot }}</td>
            <td :data-label="texts.length" class="number">{{ length(row.seconds) }}</td>
            <td :data-label="texts.score" class="number">
              <span v-if="row.score !== null" :class="row.good ? 'good' : 'bad'">{{ row.score }}
                <i class="material-icons" aria-hidden="true">{{ row.good ? 'check' : 'close' }}</i>
                <span class="sr-only">{{ row.good ? texts.is_good : texts.is_bad }}</span></span></td>
            <td :data-label="texts.state" class="state">
              <span v-if="row.running" class="tag on">{{ texts.is_running }}</span>
              <span v-if="row.fatal" class="tag bad">{{ texts.is_fatal }}</span>
              <span v-for="rule in row.broken" :key="rule" class="tag">{{ rule }}</span>
              <span v-if="row.review" class="tag">{{ row.review }}</span>
              <span v-if="!row.running && !row.inspected" class="dim">{{ row.cause }}</span>
              <a v-if="row.said" class="said" :href="row.said.to" :title="row.said.title">
                <b>{{ row.said.by }} {{ length(row.said.second) }}</b>
                <template v-for="(part, place) in row.said.parts" :key="place"><mark v-if="part[1]">{{ part[0] }}</mark><template v-else>{{ part[0] }}</template></template></a></td>
          </tr>
        </tbody>
      </table>
    </div>`,
  data: () => ({
    columns: ["at", "who", "flow", "where", "agent", "length", "score", "state"],
    signs: { ascending: "▲", descending: "▼", none: "↕" },
  }),
  created() {
    const tag = this.language === "zh" ? "zh-CN" : "en-GB";
    this.format = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" });
  },
  methods: {
    when(at) {
      return this.format.format(new Date(at));
    },
    length(seconds) {
      if (seconds === null) return "";
      const whole = Math.floor(seconds);
      const two = (number) => String(number).padStart(2, "0");
      const hours = Math.floor(whole / 3600);
      const rest = `${hours ? two(Math.floor(whole / 60) % 60) : Math.floor(whole / 60)}:${two(whole % 60)}`;
      return hours ? `${hours}:${rest}` : rest;
    },
  },
};
