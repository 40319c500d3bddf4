// The texts of the page in its language, which the server takes from its catalog, with plurals and numbers as it has them.
const TABLES = JSON.parse(document.body.dataset.texts), LANGUAGE = document.documentElement.lang;
const plurals = new Intl.PluralRules(LANGUAGE), numbers = new Intl.NumberFormat(LANGUAGE);
const percents = new Intl.NumberFormat(LANGUAGE, { style: "percent" });

// Returns a text by its name, such as "waiting.busy", with its values; one with plural forms needs a count.
export function text(name, values = {}) {
  const [table, key] = name.split("."), found = TABLES[table][key];
  const form = typeof found === "string" ? found : found[plurals.select(values.count)];
  return form.replace(/\{(\w+)\}/g, (whole, value) => {
    const given = values[value];
    return typeof given === "number" ? numbers.format(given) : given ?? whole;
  });
}

export const formatPercent = (probability) => percents.format(probability);
