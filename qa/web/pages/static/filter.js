// The filter and the collections beside the question, as the API takes them; what is left empty is no condition.
import { text } from "./messages.js";

const FILTERED = ["document", "folder", "tag", "format", "language", "author", "date.from", "date.to"];

// Returns the conditions of a form or of a query.
export function readFilter(parameters) {
  const filter = {};
  for (const name of FILTERED) {
    const values = parameters.getAll(name).filter(Boolean), [field, bound] = name.split(".");
    if (values.length) filter[field] = bound ? { ...filter[field], [bound]: values[0] } : values;
  }
  const collection = parameters.getAll("collection").filter(Boolean);
  return { ...(Object.keys(filter).length && { filter }), ...(collection.length && { collection }) };
}

export function writeFilter(query, { filter = {}, collection = [] }) {
  for (const name of collection) query.append("collection", name);
  for (const [field, values] of Object.entries(filter)) {
    if (Array.isArray(values)) for (const value of values) query.append(field, value);
    else for (const [bound, day] of Object.entries(values)) query.append(`${field}.${bound}`, day);
  }
}

// Limits the next questions to one document, in place of others. Its id is a pattern, in which some signs mean others.
export function chooseDocument(form, id, title) {
  const label = document.createElement("label"), box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: "document", value: id.replace(/[*?[]/g, "[$&]"), checked: true });
  label.append(box, ` ${text("composer.only", { title })}`);
  form.querySelector(".only").replaceChildren(label);
}
