// A table of texts. Vue puts them in as text; links lead only within the console.
export default {
  props: { caption: String, columns: Array, rows: Array, actions: Object, empty: String, hidden: Boolean },
  emits: ["act"],
  template: `
    <div class="data-table">
      <template v-if="!rows.length && empty">
        <div v-if="!hidden" class="none">{{ caption }}</div>
        <p class="told empty" role="status">{{ empty }}</p>
      </template>
      <table v-else>
        <caption :class="{ 'sr-only': hidden }">{{ caption }}</caption>
        <thead><tr>
          <th v-for="one in columns" :key="one.name" scope="col" :class="{ number: one.number }">{{ one.label }}</th>
          <th v-if="acts" scope="col"><span class="sr-only">{{ caption }}</span></th>
        </tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row.key">
            <td v-for="one in columns" :key="one.name" :data-label="one.label"
                :class="[{ number: one.number, short: one.short }, (row.classes || {})[one.name]]">
              <a v-if="link(row, one.name)" :href="link(row, one.name)"><table-cell :cell="row.cells[one.name]" /></a>
              <table-cell v-else :cell="row.cells[one.name]" /></td>
            <td v-if="acts" class="acts">
              <button v-for="name in row.actions || []" :key="name" type="button" class="plain"
                      :aria-label="actions[name] + ': ' + (row.named || row.cells[columns[0].name])"
                      @click="$emit('act', { key: row.key, name })">{{ actions[name] }}</button></td>
          </tr>
        </tbody>
      </table>
    </div>`,
  components: {
    // A text, or a time (its attributes, what it is before moments.js has written it) with what stands behind it.
    TableCell: {
      props: { cell: [String, Number, Object] },
      template: `<template v-if="cell && cell.time"><time v-bind="cell.time">{{ cell.text }}</time>{{ cell.then ? ", " + cell.then : "" }}</template>
        <template v-else>{{ cell }}</template>`,
    },
  },
  computed: {
    acts() {
      return Object.keys(this.actions || {}).length > 0;
    },
  },
  methods: {
    link(row, name) {
      const to = (row.links || {})[name];
      return to && to.startsWith("/") && !to.startsWith("//") ? to : null;
    },
  },
};
