// The filters of the list of calls: a form whose answer is an address. Times are the reader's own; the address has UTC.
export default {
  props: { fields: Array, texts: Object, open: Boolean },
  template: `
    <form class="card call-filter" method="get" action="/calls" role="search" :aria-label="texts.find" @submit.prevent="find">
      <div class="fields"><call-field v-for="field in first" :key="field.name" :field="field" :texts="texts" :start="start(field)" />
        <button type="submit">{{ texts.find }}</button></div>
      <details :open="open"><summary>{{ texts.more }}</summary>
        <div class="fields"><call-field v-for="field in others" :key="field.name" :field="field" :texts="texts" :start="start(field)" />
          <button type="submit">{{ texts.find }}</button></div>
      </details>
    </form>`,
  components: {
    CallField: {
      props: { field: Object, texts: Object, start: String },
      template: `
        <label :class="field.kind"><span>{{ field.label }}</span>
          <select v-if="field.kind === 'one'" :name="field.name">
            <option value="">{{ texts.any }}</option>
            <option v-for="one in field.options" :key="one[0]" :value="one[0]" :selected="one[0] === field.value">{{ one[1] }}</option>
          </select>
          <template v-else>
            <input :name="field.name" :type="type" :value="start" :placeholder="field.hint" :maxlength="200" autocomplete="off"
                   :list="field.options.length ? 'list-' + field.name : null" :step="type === 'number' ? 'any' : null">
            <datalist v-if="field.options.length" :id="'list-' + field.name">
              <option v-for="one in field.options" :key="one[0]" :value="one[0]">{{ one[1] }}</option></datalist>
          </template></label>`,
      computed: {
        type() {
          return { moment: "datetime-local", count: "number" }[this.field.kind] || "text";
        },
      },
    },
  },
  computed: {
    first() {
      return this.fields.filter((field) => field.first);
    },
    others() {
      return this.fields.filter((field) => !field.first);
    },
  },
  methods: {
    start(field) {
      const at = field.kind === "moment" && field.value ? new Date(field.value) : null;
      if (!at || isNaN(at)) return field.value;
      return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
    },
    find(event) {
      const order = new URLSearchParams(location.search).get("order");
      const query = new URLSearchParams(order ? { order } : {});
      for (const field of this.fields) {
        const given = event.target.elements[field.name].value.trim();
        if (!given) continue;
        const kept = field.kind === "moment" && given === this.start(field);
        query.set(field.name, kept ? field.value : field.kind === "moment" ? new Date(given).toISOString() : given);
      }
      const asked = query.toString();
      location.assign(asked ? `/calls?${asked}` : "/calls");
    },
  },
};
