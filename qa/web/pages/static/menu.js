// The menu of a conversation: its link, its files, the page's language, the key "/", and what a print shows.
import { copyText, dataOf } from "./answer.js";
import { setting } from "./history.js";
import { text } from "./messages.js";
import { notify } from "./notice.js";

const turns = document.getElementById("turns"), slash = document.getElementById("slash");
const listAnswered = () => [...turns.querySelectorAll(".turn[data-turn]")];

// Copies a link that holds an answer, the one that the button belongs to, or the whole conversation.
export async function share(button) {
  const turn = button.closest(".turn"), chosen = turn ? [turn] : listAnswered();
  if (!chosen.length) return notify(text("conversations.share_nothing"));
  const { linkTo } = await import("./share.js"), link = await linkTo(chosen.map(dataOf), document.querySelector(".ask").action);
  if (!link) return notify(text("conversations.share_too_long"));
  if (await copyText(button, link)) return notify(text("conversations.share_copied"));
  return prompt(text("conversations.share"), link); // to be copied by hand
}

export async function download(button) {
  const { exportConversation } = await import("./export.js");
  exportConversation(listAnswered(), button.value);
}

document.getElementById("language").addEventListener("change", ({ target: { value } }) => {
  const path = new URL(document.querySelector(".ask").action).pathname;
  document.cookie = `netsphere_language=${value}; path=${path}; max-age=${value ? 31_536_000 : 0}; samesite=lax`;
  location.reload();
});

slash.checked = setting("slash") !== "off";
slash.addEventListener("change", () => setting("slash", slash.checked ? "on" : "off"));

// A print shows what is folded up on the screen.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...turns.querySelectorAll("details:not([open], .request)")];
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => { for (const details of unfolded) details.open = false; });
